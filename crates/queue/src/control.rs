//! Connections that only the queue uses, so that handlers which use up the product's pool stop
//! neither claims nor acks nor heartbeats.

use sqlx::PgPool;
use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// How long to wait for a connection before it counts as a database error.
const ACQUIRE: Duration = Duration::from_secs(3);

/// How long the connections of a pool that was given up may take to close.
const CLOSE: Duration = Duration::from_secs(5);

/// A pool that is replaced when the database does not answer on one of its connections.
///
/// A connection can be dead without an error. A question that is given up leaves it to its pool, which waits for the
/// answer, too, and counts it among its connections: so the pool goes with it.
pub(crate) struct Control {
    like: PgPool,
    max_connections: u32,
    pool: Mutex<PgPool>,
}

impl Control {
    pub(crate) fn new(like: &PgPool, max_connections: u32) -> Self {
        Self { like: like.clone(), max_connections, pool: Mutex::new(pool(like, max_connections)) }
    }

    /// Asks, and takes the answer if it comes in time. A question that is given up may have been heard nevertheless.
    pub(crate) async fn ask<T>(
        &self,
        patience: Duration,
        question: impl AsyncFnOnce(&PgPool) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Ok(answer) = timeout(patience, question(&pool)).await {
            return answer;
        }
        self.replace(&pool);
        Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into()))
    }

    /// Closes the connections, as far as they let themselves be closed.
    pub(crate) async fn close(&self) {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let _ = timeout(CLOSE, pool.close()).await;
    }

    /// Many may have waited in vain at the same time; the first replaces the pool.
    fn replace(&self, silent: &PgPool) {
        let mut current = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if !silent.is_closed() {
            *current = pool(&self.like, self.max_connections);
            let silent = silent.clone();
            tokio::spawn(async move { timeout(CLOSE, silent.close()).await });
        }
    }
}

/// A pool that connects as `like` does, when it is first used.
pub(crate) fn pool(like: &PgPool, max_connections: u32) -> PgPool {
    let connect = like.connect_options().as_ref().clone().application_name("signalbox queue").options([
        // What the claim knows of busy keys rests on it, whatever the database's default is.
        ("default_transaction_isolation", "read committed"),
        // Claims and acks do not wait for the disk. A crash of PostgreSQL may forget the last ones, never without all
        // that was committed after them: then those jobs run again, as after a lost lease.
        ("synchronous_commit", "off"),
        // The index is the one good plan of each statement, whatever the statistics of the moment say.
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
    ]);
    like.options()
        .clone()
        .min_connections(0)
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(connect)
}
