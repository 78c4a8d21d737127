//! Writes deliveries in groups: what comes within a few milliseconds shares a statement and its commit.
//!
//! Without load none waits for another. A request is answered when what it brought is durable, and never before.

use sqlx::PgPool;
use std::{mem, sync::Arc, time::Duration};
use store::ingest::{self, NewDelivery};
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{Instant, timeout_at},
};

/// Statements on their way at the same time: while one waits for the disk, the other is being made.
const WRITERS: usize = 3;
/// The shortest time from one statement to the next, while fewer requests than `ENOUGH` wait.
const ROUND: Duration = Duration::from_millis(2);
/// So many requests wait for no others.
const ENOUGH: usize = 16;
/// Requests that share a statement.
const GROUP: usize = 64;
/// Bytes of bodies that share a statement.
const GROUP_BYTES: usize = 4 * 1024 * 1024;
/// Requests that may wait; more are told to come back.
const WAITING: usize = 2048;
/// KiB of bodies that may wait.
const WAITING_KIB: u32 = 64 * 1024;

/// Why deliveries were not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// Too much is waiting.
    Overloaded,
    /// The database cannot be reached.
    Unavailable,
    /// A connection among them does not exist any more.
    Refused,
    /// Anything else; the log has it.
    Failed,
}

/// Takes deliveries to be stored.
pub struct Writer {
    waiting: mpsc::Sender<Request>,
    room: Arc<Semaphore>,
}

struct Request {
    deliveries: Vec<NewDelivery>,
    answer: oneshot::Sender<Result<Vec<bool>, WriteError>>,
    _room: OwnedSemaphorePermit,
}

impl Request {
    fn bytes(&self) -> usize {
        self.deliveries.iter().map(|delivery| delivery.body.len()).sum()
    }
}

impl Writer {
    /// Starts the tasks that write. `wake` is called after a commit that brought jobs. The tasks end when the writer
    /// is dropped and nothing waits any more.
    pub fn start(pool: &PgPool, wake: impl Fn() + Clone + Send + Sync + 'static) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let receiver = Arc::new(Mutex::new(Incoming { receiver, next_round: Instant::now() }));
        for _ in 0..WRITERS {
            tokio::spawn(write_all(pool.clone(), Arc::clone(&receiver), wake.clone()));
        }
        Self { waiting: sender, room: Arc::new(Semaphore::new(WAITING_KIB as usize)) }
    }

    /// Stores the deliveries of one request, all or none. Says for each whether it was stored or is a repetition.
    pub async fn store(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<bool>, WriteError> {
        let bytes: usize = deliveries.iter().map(|delivery| delivery.body.len()).sum();
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(WAITING_KIB);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kib).map_err(|_| WriteError::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let request = Request { deliveries, answer, _room: room };
        self.waiting.try_send(request).map_err(|_| WriteError::Overloaded)?;
        // A writer that panicked has answered nobody.
        answered.await.unwrap_or(Err(WriteError::Failed))
    }
}

/// Where the writers find requests, one writer at a time.
struct Incoming {
    receiver: mpsc::Receiver<Request>,
    next_round: Instant,
}

impl Incoming {
    /// The requests of the next round; none at the end.
    async fn take(&mut self) -> Vec<Request> {
        let mut taken = Vec::with_capacity(GROUP);
        self.receiver.recv_many(&mut taken, GROUP).await;
        while (1..ENOUGH).contains(&taken.len()) {
            let room = GROUP - taken.len();
            match timeout_at(self.next_round, self.receiver.recv_many(&mut taken, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        self.next_round = Instant::now() + ROUND;
        taken
    }
}

async fn write_all(pool: PgPool, incoming: Arc<Mutex<Incoming>>, wake: impl Fn()) {
    loop {
        let taken = incoming.lock().await.take().await;
        if taken.is_empty() {
            return;
        }
        metrics::histogram!("signalbox_webhook_group_size").record(u32::try_from(taken.len()).unwrap_or(u32::MAX));
        for group in split(taken) {
            write_group(&pool, group, &wake).await;
        }
    }
}

/// Groups that are not too large for one statement.
fn split(requests: Vec<Request>) -> Vec<Vec<Request>> {
    let mut groups = Vec::new();
    let (mut group, mut size) = (Vec::new(), 0);
    for request in requests {
        let bytes = request.bytes();
        if !group.is_empty() && size + bytes > GROUP_BYTES {
            groups.push(mem::take(&mut group));
            size = 0;
        }
        size += bytes;
        group.push(request);
    }
    groups.push(group);
    groups
}

async fn write_group(pool: &PgPool, mut group: Vec<Request>, wake: &impl Fn()) {
    let sizes: Vec<usize> = group.iter().map(|request| request.deliveries.len()).collect();
    let deliveries: Vec<NewDelivery> =
        group.iter_mut().flat_map(|request| mem::take(&mut request.deliveries)).collect();
    let result = ingest::accept(pool, &deliveries).await;
    if result.as_ref().is_ok_and(|stored| stored.contains(&true)) {
        wake();
    }
    let mut rest = deliveries.as_slice();
    match result {
        Ok(stored) => {
            let mut stored = stored.as_slice();
            for (request, size) in group.into_iter().zip(sizes) {
                let (own, others) = stored.split_at(size);
                stored = others;
                // Who does not listen any more has gone away; the provider will repeat the request.
                let _ = request.answer.send(Ok(own.to_vec()));
            }
        }
        Err(store::Error::Unavailable(error)) => {
            tracing::warn!(%error, requests = group.len(), "webhooks were not stored: the database cannot be reached");
            for request in group {
                let _ = request.answer.send(Err(WriteError::Unavailable));
            }
        }
        Err(error) => {
            tracing::warn!(%error, requests = group.len(), "a group of webhooks was refused; trying them one by one");
            for (request, size) in group.into_iter().zip(sizes) {
                let (own, others) = rest.split_at(size);
                rest = others;
                let result = ingest::accept(pool, own).await.map_err(|error| classify(&error));
                if result.as_ref().is_ok_and(|stored| stored.contains(&true)) {
                    wake();
                }
                let _ = request.answer.send(result);
            }
        }
    }
}

fn classify(error: &store::Error) -> WriteError {
    match error {
        store::Error::Unavailable(_) => WriteError::Unavailable,
        store::Error::Constraint(constraint) if !constraint.unique => WriteError::Refused,
        error => {
            tracing::error!(%error, "a webhook could not be stored");
            WriteError::Failed
        }
    }
}
