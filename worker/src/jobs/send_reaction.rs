//! Puts our reaction on a contact's message, or takes it back.

use super::send_quietly;
use crate::Environment;
use domain::jobs::SendReaction;
use plugin_sdk::OutboundContent;
use queue::{JobContext, JobError};
use std::sync::Arc;

/// Sends the reaction. A second one replaces the first, so that repeating it changes nothing.
pub async fn run(env: Arc<Environment>, job: SendReaction, ctx: JobContext) -> Result<(), JobError> {
    let emoji = job.emoji;
    send_quietly(&env, &ctx, job.message_id, |target| OutboundContent::Reaction { target, emoji }).await
}
