//! The queue without its workers: everything that is due, one job at a time, in the caller's task.

use crate::{
    JobId, Outcome, Queue,
    ack::{self, Ack, Verdict},
    claim::{ClaimRequest, Claimed},
    handlers::Registry,
};
use domain::job::Lane;
use std::time::Duration;

/// Nothing extends leases here, so they are long enough for any test.
const LEASE: Duration = Duration::from_mins(10);

/// A job that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The job.
    pub id: JobId,
    /// The stable name of its type.
    pub kind: String,
    /// Which attempt it was, counted from 1.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// Runs what is due, the most urgent lane first, until nothing is.
pub(crate) async fn until_idle(queue: &Queue, registry: &Registry) -> sqlx::Result<Vec<Ran>> {
    let mut ran = Vec::new();
    while let Some(job) = next(queue, registry).await? {
        let handler = registry.of(&job);
        let answer = handler.run(&job).await;
        let outcome = Outcome::of(answer, job.attempt, job.run.token, handler.retry, queue.clock.now());
        end(queue, &job, outcome.clone()).await?;
        ran.push(Ran { id: job.run.id, kind: job.kind, attempt: job.attempt, outcome });
    }
    Ok(ran)
}

async fn next(queue: &Queue, registry: &Registry) -> sqlx::Result<Option<Claimed>> {
    for lane in Lane::ALL {
        let kinds = registry.kinds(lane);
        loop {
            let request = ClaimRequest { lane, kinds: &kinds, limit: 1, now: queue.clock.now(), lease: LEASE };
            let mut claim = request.send(&queue.pool).await?;
            if let Some(job) = claim.jobs.pop() {
                return Ok(Some(job));
            }
            // Due jobs of kinds without a handler become ready a few hundred at a time; then they wait.
            let more_is_due = claim.next_run_at.is_some_and(|time| time <= request.now);
            if !claim.ask_again && !more_is_due {
                break;
            }
        }
    }
    Ok(None)
}

async fn end(queue: &Queue, job: &Claimed, outcome: Outcome) -> sqlx::Result<()> {
    let acks = [Ack { run: job.run, outcome, duration: None }];
    while ack::send(&queue.pool, &acks).await?.verdicts == [Verdict::Busy] {
        tokio::task::yield_now().await;
    }
    Ok(())
}
