//! The queue without its workers: everything that is due, one job at a time, in the caller's task.

use crate::{
    JobId, Outcome, Queue, RunToken, WorkerId,
    ack::{self, Ack, Verdict},
    claim::{ClaimRequest, Claimed},
    handlers::Registry,
    registration,
    scan::Look,
};
use domain::job::Lane;
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

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
    let worker = registration::register(&queue.pool, "run until idle", &BTreeMap::new(), &[], LEASE).await?;
    while let Some(job) = next(queue, registry, worker).await? {
        let handler = registry.of(&job);
        let answer = handler.run(&job).await;
        let outcome = Outcome::of(answer, job.attempt, job.run, handler.retry, queue.clock.now());
        end(queue, &job, outcome.clone()).await?;
        ran.push(Ran { id: job.run.id, kind: job.kind, attempt: job.attempt, outcome });
    }
    registration::retire(&queue.pool, worker, true).await?;
    Ok(ran)
}

async fn next(queue: &Queue, registry: &Registry, worker: WorkerId) -> sqlx::Result<Option<Claimed>> {
    for lane in Lane::ALL {
        let kinds = registry.kinds(lane);
        loop {
            let (token, look) = (RunToken(Uuid::new_v4()), Look::default());
            let request =
                ClaimRequest { worker, token, lane, kinds: &kinds, limit: 1, now: queue.clock.now(), look: &look };
            let mut claim = request.send(&queue.pool).await?;
            if let Some(job) = claim.jobs.pop() {
                return Ok(Some(job));
            }
            if !claim.ask_again {
                break;
            }
        }
    }
    Ok(None)
}

async fn end(queue: &Queue, job: &Claimed, outcome: Outcome) -> sqlx::Result<()> {
    let acks = [Ack { run: job.run, outcome, wait: None, duration: None }];
    while ack::send(&queue.pool, &acks, queue.clock.now()).await?.verdicts == [Verdict::Busy] {
        tokio::task::yield_now().await;
    }
    Ok(())
}
