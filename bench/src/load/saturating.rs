//! As many requests as are taken: each connection sends its next one when the last was answered.

use super::{Requests, Statuses, connection::Connection, on_own_thread};
use crate::stats::{Latencies, count};
use anyhow::ensure;
use futures::future::try_join_all;
use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

/// What came of it.
pub struct Saturated {
    /// Answers per second, of those that came after the warm-up.
    pub per_second: f64,
    /// From sending to the answer, after the warm-up.
    pub latencies: Latencies,
    /// All answers, those of the warm-up included.
    pub statuses: Statuses,
}

/// Posts different requests over so many connections, for the warm-up and then for `measured`.
pub async fn saturate(
    address: String,
    requests: Requests,
    connections: usize,
    warm_up: Duration,
    measured: Duration,
) -> anyhow::Result<Saturated> {
    on_own_thread(move || async move {
        let open = (0..connections).map(|_| Connection::open(&address));
        let open = try_join_all(open).await?;
        let begin = Instant::now() + warm_up;
        let load = Load { requests, next: Cell::new(0), answers: RefCell::default(), begin, end: begin + measured };
        try_join_all(open.into_iter().map(|connection| load.keep_sending(connection))).await?;
        load.outcome(measured)
    })
    .await
}

struct Load {
    requests: Requests,
    next: Cell<usize>,
    answers: RefCell<Vec<Answer>>,
    begin: Instant,
    end: Instant,
}

struct Answer {
    status: u16,
    sent: Instant,
    came: Instant,
}

impl Load {
    async fn keep_sending(&self, mut connection: Connection) -> anyhow::Result<()> {
        while Instant::now() < self.end {
            let Some(request) = self.requests.get(self.next.replace(self.next.get() + 1)) else { break };
            let sent = Instant::now();
            let status = connection.post(request).await?;
            self.answers.borrow_mut().push(Answer { status, sent, came: Instant::now() });
        }
        Ok(())
    }

    fn outcome(&self, measured: Duration) -> anyhow::Result<Saturated> {
        ensure!(self.next.get() < self.requests.len(), "too few requests were prepared for so fast a server");
        let answers = self.answers.borrow();
        let counted: Vec<&Answer> =
            answers.iter().filter(|answer| answer.came >= self.begin && answer.came < self.end).collect();
        let mut statuses = Statuses::new();
        for answer in answers.iter() {
            *statuses.entry(answer.status).or_default() += 1;
        }
        Ok(Saturated {
            per_second: count(counted.len()) / measured.as_secs_f64(),
            latencies: counted.iter().map(|answer| answer.came - answer.sent).collect(),
            statuses,
        })
    }
}
