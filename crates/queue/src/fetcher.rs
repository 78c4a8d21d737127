//! Claims jobs for one lane: when there is room, and when there is or may be work.

use crate::{
    claim::{Claim, ClaimRequest},
    gather::Gather,
    lane::{LaneRun, Phase},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// The shortest time between two claims.
const ROUND: Duration = Duration::from_millis(4);
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// Fetches until the process drains, then hands back what was not started. Stops between claims only,
/// so that no claimed job is forgotten.
pub(crate) async fn run(lane: Arc<LaneRun>) {
    let kinds = lane.registry.kinds(lane.lane);
    let mut woken = lane.queue.wake.subscribe(lane.lane);
    let mut backoff = FIRST_BACKOFF;
    let mut gather = Gather::every(ROUND);
    loop {
        let room = tokio::select! {
            biased;
            () = lane.reached(Phase::Draining) => break,
            room = room(&lane, &gather) => room,
        };
        gather.begins();
        // What is said from here on is said to the next wait.
        woken.mark_unchanged();
        let wait = match fetch(&lane, &kinds, room).await {
            Ok(claim) => {
                backoff = FIRST_BACKOFF;
                let full = claim.jobs.len() >= room;
                let wait = if full || claim.ask_again { Duration::ZERO } else { until_next(&lane, &claim) };
                deliver(&lane, claim);
                wait
            }
            Err(error) => {
                tracing::warn!(%error, lane = %lane.lane, "no jobs can be claimed; trying again");
                backoff = (backoff * 2).min(MAX_BACKOFF);
                backoff
            }
        };
        tokio::select! {
            biased;
            () = lane.reached(Phase::Draining) => break,
            () = pause(wait, &mut woken, backoff > FIRST_BACKOFF) => {}
        }
    }
    for job in lane.buffer.empty() {
        lane.hand_back(&job);
    }
    lane.fetched.send_replace(true);
}

/// How many jobs there is room for, once there is room for any. Under load runs end one by one: a moment later there is
/// room for several, and one claim serves them all.
async fn room(lane: &LaneRun, gather: &Gather) -> usize {
    lane.slots.room().await;
    gather.wait().await;
    lane.slots.room().await
}

async fn fetch(lane: &LaneRun, kinds: &[String], limit: usize) -> sqlx::Result<Claim> {
    let now = lane.queue.clock.now();
    ClaimRequest { lane: lane.lane, kinds, limit, now, lease: lane.lease }.send(&lane.control).await
}

fn deliver(lane: &LaneRun, claim: Claim) {
    if claim.jobs.is_empty() {
        return;
    }
    lane.held.claimed(&claim.jobs);
    lane.slots.take(claim.jobs.len());
    lane.buffer.fill(claim.jobs);
}

/// Until the next delayed job is due, but no longer than a poll.
fn until_next(lane: &LaneRun, claim: &Claim) -> Duration {
    let Some(run_at) = claim.next_run_at else { return lane.poll };
    let due_in = (run_at - lane.queue.clock.now()).to_std().unwrap_or(Duration::ZERO);
    // Timers count whole milliseconds: rather one too many than a claim that comes too early.
    (due_in + Duration::from_millis(1)).min(lane.poll)
}

/// Waits for a wake-up or the time. During an outage wake-ups do not shorten the time.
async fn pause(wait: Duration, woken: &mut watch::Receiver<()>, outage: bool) {
    if wait.is_zero() {
        return;
    }
    if outage {
        sleep(wait).await;
    } else {
        // Whichever it was: look.
        let _ = timeout(wait, woken.changed()).await;
    }
}
