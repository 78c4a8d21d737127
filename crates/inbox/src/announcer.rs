//! Telling every process what was committed, so that clients see it at once.
//!
//! Not in the transaction itself: PostgreSQL commits one notifying transaction at a time. All commits of a moment share
//! one statement, on a connection of its own. It may get lost with the process; whoever follows streams looks by
//! themselves from time to time.

use domain::TenantId;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use store::{
    Database,
    streams::{self, Committed},
};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};

/// At most one statement in this time.
const COALESCE: Duration = Duration::from_millis(2);
/// Longer than the database needs; a connection that is silent for so long is dead.
const PATIENCE: Duration = Duration::from_secs(5);
/// What waits while the database is away: of what is beyond, those who look will learn.
const MOST: usize = 10_000;

/// Tells what was committed.
pub(crate) struct Announcer {
    database: Database,
    shared: Arc<Shared>,
    telling: OnceLock<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    untold: Mutex<Untold>,
    something: Notify,
}

#[derive(Default)]
struct Untold {
    committed: HashSet<(TenantId, Committed)>,
    settling: bool,
}

impl Announcer {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, shared: Arc::default(), telling: OnceLock::new() }
    }

    /// Has everybody told of this, `settling` if it is in other streams than conversations' as well.
    pub(crate) fn say(&self, tenant: TenantId, committed: impl IntoIterator<Item = Committed>, settling: bool) {
        let mut committed = committed.into_iter().peekable();
        if committed.peek().is_none() && !settling {
            return;
        }
        let mut untold = self.shared.lock();
        let room = MOST.saturating_sub(untold.committed.len());
        untold.committed.extend(committed.take(room).map(|what| (tenant, what)));
        untold.settling |= settling;
        drop(untold);
        self.shared.something.notify_one();
        self.telling.get_or_init(|| tokio::spawn(tell(self.database.clone(), Arc::clone(&self.shared))));
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        if let Some(telling) = self.telling.get() {
            telling.abort();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Untold> {
        // The set is valid after every step of a panicking holder.
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tell(database: Database, shared: Arc<Shared>) {
    let mut own = database.aside(1);
    loop {
        shared.something.notified().await;
        let Untold { committed, settling } = std::mem::take(&mut *shared.lock());
        let committed: Vec<_> = committed.into_iter().collect();
        match timeout(PATIENCE, streams::announce(own.pool(), &committed, settling)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "clients were not told of events; they will be when somebody looks");
            }
            Err(_) => own = database.aside(1),
        }
        tokio::time::sleep(COALESCE).await;
    }
}
