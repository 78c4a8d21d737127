//! Requests at a pace, as providers send them: each at its time, whether or not the earlier ones were answered.

use super::{Requests, Statuses, connection::Connection, on_own_thread};
use crate::stats::Latencies;
use futures::future::try_join_all;
use std::{
    cell::RefCell,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, mpsc};

/// What came of it.
pub struct Paced {
    /// From the moment a request was due, not from when a connection was free for it, to its answer: a server that
    /// stalls does not hide the requests that it kept from being sent.
    pub latencies: Latencies,
    /// All answers.
    pub statuses: Statuses,
}

/// Posts every request once, so many per second, over so many connections. The first is due at `begin`.
pub async fn paced(
    address: String,
    requests: Arc<Requests>,
    connections: usize,
    per_second: u32,
    begin: Instant,
) -> anyhow::Result<Paced> {
    on_own_thread(move || async move {
        let open = try_join_all((0..connections).map(|_| Connection::open(&address))).await?;
        let due = Mutex::new(clock(requests.len(), per_second, begin)?);
        let answers = RefCell::new(Vec::with_capacity(requests.len()));
        let senders = open.into_iter().map(|mut connection| {
            let (due, answers, requests) = (&due, &answers, &requests);
            async move {
                loop {
                    let Some((index, at)) = due.lock().await.recv().await else { return anyhow::Ok(()) };
                    let Some(request) = requests.get(index) else { return Ok(()) };
                    let status = connection.post(request).await?;
                    answers.borrow_mut().push((status, at.elapsed()));
                }
            }
        });
        try_join_all(senders).await?;
        let answers = answers.into_inner();
        let mut statuses = Statuses::new();
        for (status, _) in &answers {
            *statuses.entry(*status).or_default() += 1;
        }
        Ok(Paced { latencies: answers.into_iter().map(|(_, latency)| latency).collect(), statuses })
    })
    .await
}

/// When the request with this number is due.
pub fn due_at(begin: Instant, index: usize, per_second: u32) -> Instant {
    begin + Duration::from_secs(index as u64) / per_second
}

/// Tells each request when it is due. A thread, because the runtime's timers count in whole milliseconds.
fn clock(count: usize, per_second: u32, begin: Instant) -> anyhow::Result<mpsc::UnboundedReceiver<(usize, Instant)>> {
    let (due, receiver) = mpsc::unbounded_channel();
    thread::Builder::new().name("pace".to_owned()).spawn(move || {
        for index in 0..count {
            let at = due_at(begin, index, per_second);
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if due.send((index, at)).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_even_distances() {
        let begin = Instant::now();
        assert_eq!(due_at(begin, 0, 200) - begin, Duration::ZERO);
        assert_eq!(due_at(begin, 3, 200) - begin, Duration::from_millis(15));
        assert_eq!(due_at(begin, 6_000, 200) - begin, Duration::from_secs(30));
    }
}
