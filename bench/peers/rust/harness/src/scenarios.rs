//! The scenarios, and what they share.

mod burn_down;
mod enqueue;
mod latency;
mod steady;

use crate::{Command, Peer, Scenario, report::Figure};
use anyhow::{Context as _, ensure};
use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// Jobs stored by one transaction, where not one is stored singly.
const BULK: u64 = 500;
/// A run that takes longer is cut off.
const CUT_OFF: Duration = Duration::from_mins(2);
/// Getting ready may take this long.
const PREPARATION: Duration = Duration::from_mins(15);
/// How often to look whether something has come about.
const LOOK: Duration = Duration::from_millis(1);

pub async fn run<P: Peer>(peer: &P, command: &Command) -> anyhow::Result<Figure> {
    match command.scenario {
        Scenario::BurnDown => burn_down::run(peer, command.jobs, 0).await,
        Scenario::Deep => burn_down::run(peer, command.jobs, command.backlog).await,
        Scenario::Finished => burn_down::beside_finished(peer, command.jobs, command.backlog).await,
        Scenario::Steady => steady::run(peer, command.length()).await,
        Scenario::Idle => steady::beside_an_idle_transaction(peer, command.length()).await,
        Scenario::Latency => latency::run(peer, command.seconds).await,
        Scenario::Enqueue => enqueue::run(peer, command.length()).await,
    }
}

/// Stores many jobs over two connections.
async fn fill<P: Peer>(peer: &P, numbers: Range<u64>) -> anyhow::Result<()> {
    let next = AtomicU64::new(numbers.start);
    let client = async || -> anyhow::Result<()> {
        loop {
            let first = next.fetch_add(BULK, Ordering::Relaxed);
            if first >= numbers.end {
                return Ok(());
            }
            peer.store(first..(first + BULK).min(numbers.end)).await?;
        }
    };
    let filled = async { tokio::try_join!(client(), client()) };
    timeout(PREPARATION, filled).await.context("the jobs are not stored in time")??;
    peer.analyze().await
}

/// Waits, and says whether it has come about before the run is cut off.
async fn until(cut_off: Instant, mut so: impl FnMut() -> bool) -> bool {
    loop {
        if so() {
            return true;
        }
        if Instant::now() >= cut_off {
            return false;
        }
        sleep(LOOK).await;
    }
}

/// No job is lost, and what was counted is what was committed. Says how many have finished.
async fn account_for<P: Peer>(peer: &P, stored: u64, before: u64, ran: u64) -> anyhow::Result<u64> {
    let (finished, unfinished) = (peer.finished().await? - before, peer.unfinished().await?);
    ensure!(stored == finished + unfinished, "of {stored} jobs {finished} are finished and {unfinished} are not");
    if ran > finished {
        eprintln!("{} runs were not committed, or were of jobs that had run before", ran - finished);
    }
    Ok(finished)
}
