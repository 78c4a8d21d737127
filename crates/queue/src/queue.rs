//! The queue as the rest of the product holds it.

use crate::{Handlers, drain, stats, wake::Wake};
use domain::{Clock, job::Lane};
use sqlx::PgPool;
use std::{fmt, sync::Arc};

/// A handle to the queue: cheap to clone, one per process.
#[derive(Clone)]
pub struct Queue {
    pub(crate) pool: PgPool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wake: Arc<Wake>,
}

impl Queue {
    /// A queue on the tables in `pool`. `clock` decides which delayed jobs are due; leases go by
    /// database time. Must be called inside a tokio runtime.
    pub fn new(pool: PgPool, clock: Arc<dyn Clock>) -> Self {
        Self { wake: Arc::new(Wake::new(pool.clone())), pool, clock }
    }

    /// Says that the lane has new work. Call it after the commit of a transaction that enqueued.
    ///
    /// Workers of this process start at once; those of other processes are told by a notification
    /// that all calls of the next milliseconds share. A call that is lost costs one poll.
    pub fn wake(&self, lane: Lane) {
        self.wake.say(lane);
    }

    /// Runs everything that is due by the clock, and what that enqueues, one job at a time in this
    /// task, until nothing is due. For tests and tools; a panic of a handler is the caller's.
    pub async fn run_until_idle<S>(&self, handlers: &Handlers<S>) -> sqlx::Result<Vec<drain::Ran>>
    where
        S: Clone + Send + Sync + 'static,
    {
        drain::until_idle(self, handlers.as_registry()).await
    }

    /// Figures per lane, for the metrics. Costs little however deep the queue is.
    pub async fn stats(&self) -> sqlx::Result<Vec<stats::LaneStats>> {
        stats::lanes(&self.pool).await
    }

    /// Jobs that have not ended, of all tenants, the oldest first.
    pub async fn unfinished(&self, limit: u32) -> sqlx::Result<Vec<stats::Unfinished>> {
        stats::unfinished(&self.pool, limit).await
    }

    /// The newest dead letters of all tenants, without their arguments, for the operator.
    pub async fn newest_dead_letters(&self, limit: u32) -> sqlx::Result<Vec<stats::DeadLetterSummary>> {
        stats::newest_dead_letters(&self.pool, limit).await
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
