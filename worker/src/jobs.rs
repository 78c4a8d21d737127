//! Every job kind and who runs it.

mod ask_for_rating;
mod ask_plugin;
mod assign_waiting;
mod check_connection;
mod end_triage;
mod evaluate_rules;
mod install_plugin;
mod mark_read;
mod poll_trigger;
mod process_delivery;
mod refresh_facts;
mod remove_connection;
mod renew_token;
mod run_action;
mod send_link;
mod send_message;
mod send_reaction;
mod set_up_webhooks;
mod sync_templates;
mod wake_conversation;

use crate::{
    Environment,
    outcome::{self, Verdict},
    target::Target,
};
use domain::{ConnectionId, MessageId, connection::ConnectionStatus, event::Actor};
use inbox::Cause;
use plugin_host::Plugin;
use plugin_sdk::{OutboundContent, OutboundMessage, SenderId};
use queue::{Handlers, JobContext, JobError};
use std::{sync::Arc, time::Duration};
use store::{
    contacts::Address,
    messages::sending::{self, Sending},
};

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
        .register(install_plugin::run)
        .register(ask_plugin::run)
        .register(renew_token::run)
        .register(set_up_webhooks::run)
        .register(remove_connection::run)
        .register(refresh_facts::run)
        .register(poll_trigger::run)
        .register(run_action::run)
        .register(run_action::run_now)
        .register(assign_waiting::run)
        .register(wake_conversation::run)
        .register(ask_for_rating::run)
        .register(end_triage::run)
        .register(send_link::run)
}

/// Marks a connection whose credentials its provider refuses. The job waits, with all others of the connection, until
/// an admin has authorized it anew.
async fn reauthorize(env: &Environment, ctx: &JobContext, connection: ConnectionId, why: &str) -> JobError {
    let mark = async {
        let mut tx = env.inbox.begin(ctx.tenant, Cause::of(Actor::System, ctx.trace_id.clone())).await?;
        tx.set_connection_status(connection, ConnectionStatus::NeedsReauth, Some(why)).await?;
        tx.commit().await
    };
    match mark.await {
        Ok(()) => JobError::Snooze(Duration::ZERO),
        Err(error) => JobError::retry(error),
    }
}

/// Addresses as plugins want them.
fn recipient(addresses: Vec<Address>) -> Vec<SenderId> {
    addresses.into_iter().map(|address| SenderId::new(address.kind, address.value)).collect()
}

/// Sends something about a contact's message that is no message itself and may be repeated harmlessly.
async fn send_quietly(
    env: &Environment,
    ctx: &JobContext,
    message: MessageId,
    content: impl FnOnce(String) -> OutboundContent,
) -> Result<(), JobError> {
    let mut tx = env.db.begin(ctx.tenant).await.map_err(JobError::retry)?;
    let sending = sending::load(&mut tx, ctx.tenant, message).await.map_err(JobError::retry)?;
    // The provider is called outside of any transaction.
    tx.commit().await.map_err(JobError::retry)?;
    let Some(Sending { external_id: Some(about), addresses, connection, secrets, .. }) = sending else { return Ok(()) };
    let target = Target::of(env, ctx.tenant, connection, secrets).await.map_err(JobError::retry)?;
    let (message_id, to) = (message.to_string(), recipient(addresses));
    let outbound = OutboundMessage { message_id, to, content: content(about), reply_to: None };
    let (outbound, call_id) = (&outbound, ctx.id.to_string());
    let send = |plugin: Arc<Plugin>, call| async move { plugin.send(&call, outbound).await };
    match target.call(env, call_id, ctx, send).await {
        Ok(_) => Ok(()),
        Err(error) => Err(match outcome::of_failed_send(&error) {
            Verdict::Again { after, why, out_of_order } => JobError::Retry { after, error: why, blame: out_of_order },
            Verdict::NoAccess { is_parked: true, .. } => JobError::Snooze(Duration::ZERO),
            Verdict::Reauthorize { why } | Verdict::NoAccess { why, .. } => JobError::retry(why),
            Verdict::Unknown { .. } => JobError::retry(error),
            Verdict::Never { .. } => JobError::fail(error),
        }),
    }
}
