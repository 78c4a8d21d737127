//! Ends a snooze.

use crate::Environment;
use domain::{event::Actor, jobs::WakeConversation};
use inbox::{Cause, Error};
use queue::{JobContext, JobError};
use std::sync::Arc;

/// Opens the conversation, unless its snooze has ended before or got another end.
pub async fn run(env: Arc<Environment>, job: WakeConversation, ctx: JobContext) -> Result<(), JobError> {
    let wake = async {
        let mut tx = env.inbox.begin(job.tenant_id, Cause::of(Actor::System, ctx.trace_id.clone())).await?;
        tx.wake(job.conversation_id, job.until).await?;
        tx.commit().await
    };
    match wake.await {
        // Deleted meanwhile.
        Ok(()) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(JobError::retry(error)),
    }
}
