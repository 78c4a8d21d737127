//! Claims jobs for one lane: when there is room, and when there is or may be work.

use crate::{
    RunToken, WorkerId,
    claim::{self, Claim, ClaimRequest},
    gather::Gather,
    lane::{LaneRun, Phase},
    scan::Scan,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

/// The shortest time between two claims that do not fill all places. Where claims take long and bring several jobs, the
/// processor is busy: then it is longer, so that there are fewer claims and each brings more.
const ROUND: Duration = Duration::from_micros(1_500);
const LONGEST_ROUND: Duration = Duration::from_millis(10);
/// How many times the time of a claim that brings more jobs than this lies between two claims.
const REST: u32 = 3;
const FEW: usize = 2;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// Fetches until the process drains, then hands back what was not started. Stops between claims only,
/// so that no claimed job is forgotten.
pub(crate) async fn run(lane: Arc<LaneRun>) {
    let kinds = lane.registry.kinds(lane.lane);
    let mut fetcher = Fetcher { lane: &lane, kinds, scan: Scan::new(Instant::now()) };
    let mut woken = lane.queue.wake.subscribe(lane.lane);
    let mut backoff = FIRST_BACKOFF;
    let mut gather = Gather::every(ROUND);
    loop {
        let (worker, room) = tokio::select! {
            biased;
            () = lane.reached(Phase::Draining) => break,
            ready = ready(&lane, &gather) => ready,
        };
        gather.begins();
        // What is said from here on is said to the next wait.
        woken.mark_unchanged();
        let began = Instant::now();
        let answer = fetcher.fetch(worker, room).await;
        let full = answer.as_ref().is_ok_and(|claim| claim.jobs.len() >= room);
        gather.set_round(match &answer {
            Ok(_) if full => Duration::ZERO,
            Ok(claim) if claim.jobs.len() <= FEW => ROUND,
            _ => (began.elapsed() * REST).clamp(ROUND, LONGEST_ROUND),
        });
        let wait = match answer {
            Ok(claim) => {
                backoff = FIRST_BACKOFF;
                let wait = if full || claim.ask_again {
                    Duration::ZERO
                } else {
                    until_next(&lane, &claim).min(fetcher.scan.until_more(Instant::now()).unwrap_or(lane.poll))
                };
                deliver(&lane, claim);
                wait
            }
            Err(error) if claim::is_unknown_worker(&error) => {
                // The heartbeat hears of it as well, and registers anew.
                sleep(FIRST_BACKOFF).await;
                Duration::ZERO
            }
            Err(error) => {
                // It may have been heard all the same, and only its answer be lost.
                lane.held.doubt();
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

/// Who claims, and how many jobs there is room for, once there is room for any. Under load runs end one by one: a moment
/// later there is room for several, and one claim serves them all.
async fn ready(lane: &LaneRun, gather: &Gather) -> (WorkerId, usize) {
    let worker = lane.worker().await;
    lane.slots.room().await;
    gather.wait().await;
    (worker, lane.slots.room().await)
}

struct Fetcher<'a> {
    lane: &'a LaneRun,
    kinds: Vec<String>,
    scan: Scan,
}

impl Fetcher<'_> {
    async fn fetch(&mut self, worker: WorkerId, limit: usize) -> sqlx::Result<Claim> {
        let lane = self.lane;
        let token = RunToken(Uuid::new_v4());
        let began = Instant::now();
        let look = self.scan.next(began);
        let now = lane.queue.clock.now();
        let request = ClaimRequest { worker, token, lane: lane.lane, kinds: &self.kinds, limit, now, look: &look };
        let claim = lane.control.ask(lane.lease, async |pool| request.send(pool).await).await;
        if let Ok(claim) = &claim {
            self.scan.saw(&look, claim, Instant::now(), began.elapsed());
        }
        claim
    }
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
