//! Waits no longer for what a customer was asked.

use crate::Environment;
use domain::{event::Actor, jobs::EndTriage};
use inbox::{Cause, Error};
use queue::{JobContext, JobError};
use std::sync::Arc;

/// Gives the conversation to a team, unless its triage is over.
pub async fn run(env: Arc<Environment>, job: EndTriage, ctx: JobContext) -> Result<(), JobError> {
    let end = async {
        let mut tx = env.inbox.begin(job.tenant_id, Cause::of(Actor::System, ctx.trace_id.clone())).await?;
        tx.time_out_triage(job.conversation_id, job.started_at).await?;
        tx.commit().await
    };
    match end.await {
        // Deleted meanwhile.
        Ok(()) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(JobError::retry(error)),
    }
}
