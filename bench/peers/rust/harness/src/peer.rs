//! What a scenario asks of a peer.

use crate::{Command, Ran};
use std::{ops::Range, sync::Arc};

/// A queue whose jobs do nothing.
#[expect(async_fn_in_trait, reason = "scenarios await these in place; nothing here is spawned")]
pub trait Peer: Sized {
    /// The name of its package.
    const NAME: &'static str;
    /// Workers that run until they are stopped.
    type Working;
    /// A connection with an open transaction.
    type Held;

    /// Installs the peer's schema afresh.
    async fn set_up(command: &Command) -> anyhow::Result<Self>;

    /// The settings in force, for whoever reads the figure.
    fn settings(&self) -> String;

    /// Stores many jobs, with these numbers, in one transaction.
    async fn store(&self, numbers: Range<u64>) -> anyhow::Result<()>;

    /// Stores one job in the way the peer has for that, notification included.
    async fn store_one(&self, n: u64) -> anyhow::Result<()>;

    /// Adds jobs that are done, or says that the peer keeps none.
    async fn retain_finished(&self, count: u64) -> anyhow::Result<bool>;

    /// Brings the planner's statistics up to date, as autovacuum would have by the time a real queue is this long.
    async fn analyze(&self) -> anyhow::Result<()>;

    /// Starts the workers.
    async fn work(&self, ran: Arc<Ran>) -> anyhow::Result<Self::Working>;

    /// Stops them, once what they have begun is done.
    async fn stop(&self, working: Self::Working) -> anyhow::Result<()>;

    /// Jobs whose completion is committed, in one snapshot. It is asked during a run, so it must be cheap.
    async fn finished(&self) -> anyhow::Result<u64>;

    /// Jobs that wait or run. It is asked when nothing runs, and must be exact.
    async fn unfinished(&self) -> anyhow::Result<u64>;

    /// Opens a transaction that has an id, and leaves it open.
    async fn hold_transaction(&self) -> anyhow::Result<Self::Held>;
}
