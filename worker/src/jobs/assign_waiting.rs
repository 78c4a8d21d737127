//! Gives what waits in a team's queue to those of its people who are there.

use crate::Environment;
use domain::{event::Actor, jobs::AssignWaiting};
use inbox::Cause;
use queue::{JobContext, JobError};
use std::sync::Arc;

/// One conversation after another, each in a transaction of its own, until nothing waits or nobody has room. A crash in
/// between leaves the rest waiting for the run that follows.
pub async fn run(env: Arc<Environment>, job: AssignWaiting, ctx: JobContext) -> Result<(), JobError> {
    let cause = || Cause::of(Actor::System, ctx.trace_id.clone());
    while env.inbox.assign_next(job.tenant_id, job.team_id, cause()).await.map_err(JobError::retry)? {}
    Ok(())
}
