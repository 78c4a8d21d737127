//! Telling workers that there is work: those of this process at once, the others by one
//! notification that all calls of a few milliseconds share.
//!
//! A notification inside the enqueuing transaction would cap the rate of durable commits, because
//! PostgreSQL serializes the commits of notifying transactions. So it is sent after the commit, on
//! another connection, and may get lost: workers poll as well.

use crate::control::Control;
use domain::job::Lane;
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use uuid::Uuid;

/// The channel on which processes tell each other.
pub(crate) const CHANNEL: &str = "signalbox_queue";

/// Longer than a connection can be waited for, and no longer than that.
const PATIENCE: Duration = Duration::from_secs(5);

/// At most one notification in this time.
const COALESCE: Duration = Duration::from_millis(8);

/// Wakes the workers of a process, and through the database those of the others.
pub(crate) struct Wake {
    shared: Arc<Shared>,
    notifier: JoinHandle<()>,
}

struct Shared {
    /// Tells this process's own notifications, which it has no use for, from the others'.
    origin: String,
    lanes: [watch::Sender<()>; Lane::ALL.len()],
    /// Lanes that the other processes have not been told of yet, one bit each.
    untold: AtomicU8,
    something_untold: Notify,
}

impl Wake {
    pub(crate) fn new(pool: PgPool) -> Self {
        let shared = Arc::new(Shared {
            origin: Uuid::now_v7().simple().to_string(),
            lanes: std::array::from_fn(|_| watch::Sender::new(())),
            untold: AtomicU8::new(0),
            something_untold: Notify::new(),
        });
        let notifier = tokio::spawn(notify(pool, Arc::clone(&shared)));
        Self { shared, notifier }
    }

    /// There is work in the lane: for everyone.
    pub(crate) fn say(&self, lane: Lane) {
        self.say_here(lane);
        self.shared.untold.fetch_or(1 << index(lane), Ordering::AcqRel);
        self.shared.something_untold.notify_one();
    }

    /// There is work in the lane: for this process only.
    pub(crate) fn say_here(&self, lane: Lane) {
        self.shared.lanes[index(lane)].send_replace(());
    }

    /// Wakes all lanes of this process: something may have been missed.
    pub(crate) fn say_all_here(&self) {
        for lane in Lane::ALL {
            self.say_here(lane);
        }
    }

    /// What another process has said.
    pub(crate) fn heard(&self, payload: &str) {
        let Some((origin, lanes)) = payload.split_once(':') else { return };
        if origin != self.shared.origin {
            for lane in lanes.split(',').filter_map(|name| name.parse().ok()) {
                self.say_here(lane);
            }
        }
    }

    /// Changes whenever there is work in the lane. What was said before a claim began and after it
    /// was last looked at is still seen.
    pub(crate) fn subscribe(&self, lane: Lane) -> watch::Receiver<()> {
        self.shared.lanes[index(lane)].subscribe()
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.notifier.abort();
    }
}

async fn notify(pool: PgPool, shared: Arc<Shared>) {
    // Its own connection: what handlers do with the product's makes no other process wait.
    let control = Control::new(&pool, 1);
    loop {
        shared.something_untold.notified().await;
        let untold = shared.untold.swap(0, Ordering::AcqRel);
        let names: Vec<_> =
            Lane::ALL.iter().filter(|lane| untold & (1 << index(**lane)) != 0).map(|lane| lane.as_str()).collect();
        let payload = format!("{}:{}", shared.origin, names.join(","));
        if let Err(error) = control.ask(PATIENCE, async |pool| tell(pool, &payload).await).await {
            tracing::debug!(%error, "other processes were not told of new jobs; they will find them when they poll");
        }
        tokio::time::sleep(COALESCE).await;
    }
}

/// Sends a notification to all listeners.
pub(crate) async fn tell(pool: &PgPool, payload: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify($1, $2)", CHANNEL, payload).execute(pool).await?;
    Ok(())
}

fn index(lane: Lane) -> usize {
    Lane::ALL.iter().position(|other| *other == lane).expect("ALL has every lane")
}
