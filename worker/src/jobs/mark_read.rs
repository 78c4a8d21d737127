//! Tells the provider that the contact's message has been read.

use super::send_quietly;
use crate::Environment;
use domain::jobs::MarkRead;
use plugin_sdk::OutboundContent;
use queue::{JobContext, JobError};
use std::sync::Arc;

/// Marks the message, and with it all before it. Doing so twice changes nothing.
pub async fn run(env: Arc<Environment>, job: MarkRead, ctx: JobContext) -> Result<(), JobError> {
    send_quietly(&env, &ctx, job.message_id, |target| OutboundContent::Read { target, typing: false }).await
}
