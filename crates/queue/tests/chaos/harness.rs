//! What the scenarios share.

pub mod disk;
mod handler;
pub mod ledger;
pub mod load;
pub mod process;
pub mod proxy;
pub mod server;
pub mod tasks;
pub mod worker;
pub mod world;

pub use load::Load;
pub use process::Worker;
pub use tasks::{Act, Kind, Task};
pub use worker::Plan;
pub use world::World;

use std::{env, fmt, time::Duration};
use tokio::time::{Instant, sleep};

/// Long enough that only a fault of the queue runs into it.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Whether this is the full run and not the shortened one.
pub fn full() -> bool {
    env::var("SIGNALBOX_CHAOS").is_ok_and(|size| size == "full")
}

/// A number for the shortened run, and one for the full run.
pub fn sized(short: usize, in_full: usize) -> usize {
    if full() { in_full } else { short }
}

/// Asks until the answer is yes; a database that cannot be asked has not answered yet.
pub async fn eventually(what: &str, mut asked: impl AsyncFnMut() -> sqlx::Result<bool>) {
    let start = Instant::now();
    loop {
        let answer = asked().await;
        if matches!(answer, Ok(true)) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what} ({answer:?})");
        sleep(Duration::from_millis(10)).await;
    }
}

/// What a scenario was about, for the line that it prints.
#[derive(Debug, Default)]
pub struct Covered {
    pub jobs: usize,
    /// How many of what.
    pub faults: Vec<(usize, &'static str)>,
    /// What was measured or seen beside.
    pub notes: Vec<String>,
}

impl fmt::Display for Covered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} jobs", self.jobs)?;
        self.faults.iter().try_for_each(|(count, what)| write!(f, ", {count} {what}"))?;
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}
