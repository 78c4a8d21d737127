//! Every job kind and who runs it.

mod check_connection;
mod evaluate_rules;
mod mark_read;
mod process_delivery;
mod send_message;
mod send_reaction;
mod sync_templates;

use crate::{
    Environment,
    outcome::{self, Verdict},
    target::Target,
};
use domain::{ConversationId, MessageId};
use plugin_sdk::{OutboundContent, OutboundMessage, SenderId};
use queue::{Handlers, JobContext, JobError};
use sqlx::PgConnection;
use std::sync::Arc;
use store::{contacts, conversations, messages};

/// The list of kinds.
pub fn handlers(env: Arc<Environment>) -> Handlers<Arc<Environment>> {
    Handlers::new(env)
        .register(process_delivery::run)
        .register(evaluate_rules::run)
        .register(send_message::run)
        .register(send_reaction::run)
        .register(mark_read::run)
        .register(sync_templates::run)
        .register(check_connection::run)
}

/// The addresses of the contact that a conversation is with, as its channel wants them.
async fn recipient(
    conn: &mut PgConnection,
    ctx: &JobContext,
    conversation: &conversations::Conversation,
) -> Result<Vec<SenderId>, store::Error> {
    let addresses = contacts::addresses(conn, ctx.tenant, conversation.contact_id, &conversation.channel).await?;
    Ok(addresses.into_iter().map(|address| SenderId::new(address.kind, address.value)).collect())
}

/// Sends something about a contact's message that is no message itself and may be repeated harmlessly.
async fn send_quietly(
    env: &Environment,
    ctx: &JobContext,
    message: MessageId,
    content: impl FnOnce(String) -> OutboundContent,
) -> Result<(), JobError> {
    let mut tx = env.db.begin(ctx.tenant).await.map_err(JobError::retry)?;
    let message = messages::load(&mut tx, ctx.tenant, message).await.map_err(JobError::retry)?;
    let Some(message) = message else { return Ok(()) };
    let Some(about) = message.external_id else { return Ok(()) };
    let conversation: ConversationId = message.conversation_id;
    let conversation = conversations::lock(&mut tx, ctx.tenant, conversation).await.map_err(JobError::retry)?;
    let target = Target::load(env, &mut tx, ctx.tenant, message.connection_id).await.map_err(JobError::retry)?;
    let (Some(conversation), Some(target)) = (conversation, target) else { return Ok(()) };
    let to = recipient(&mut tx, ctx, &conversation).await.map_err(JobError::retry)?;
    // The lock ends here: the provider is called outside of any transaction.
    tx.commit().await.map_err(JobError::retry)?;
    let outbound = OutboundMessage { message_id: message.id.to_string(), to, content: content(about), reply_to: None };
    let call = target.context(env, ctx.id.to_string(), ctx.attempt);
    match target.plugin.send(&call, &outbound).await {
        Ok(_) => Ok(()),
        Err(error) => Err(match outcome::of_failed_send(&error) {
            Verdict::Again { after, why, out_of_order } => JobError::Retry { after, error: why, blame: out_of_order },
            Verdict::Reauthorize { why } => JobError::retry(why),
            Verdict::Unknown { .. } => JobError::retry(error),
            Verdict::Never { .. } => JobError::fail(error),
        }),
    }
}
