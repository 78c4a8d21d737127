//! Hands one outbound message to its provider, at most once.
//!
//! The message is committed as `sending`, under this run's token, before the provider is called. A run that finds it
//! so already is the successor of one that died during the call: whether the provider has the message is unknown,
//! so it becomes `unconfirmed` and is never sent again by itself.

use crate::{
    Environment,
    inbound::status,
    outcome::{self, Verdict},
    target::Target,
};
use anyhow::Context as _;
use domain::{
    ConnectionId,
    connection::ConnectionStatus,
    event::{Actor, EventKind},
    jobs::SendMessage,
    message::DeliveryStatus,
};
use inbox::{Cause, Report, Reported, ServiceWindow, Transaction};
use plugin_host::CallError;
use plugin_sdk::{OutboundContent, OutboundMessage, Receipt, ReceiptState};
use queue::{JobContext, JobError};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{connections, messages};

/// How long a message waits before it looks again whether its connection has been repaired.
const REPAIR_POLL: Duration = Duration::from_secs(15);

/// Sends the message if it still waits to be sent.
pub async fn run(env: Arc<Environment>, job: SendMessage, ctx: JobContext) -> Result<(), JobError> {
    let prepared = match prepare(&env, &job, &ctx).await? {
        Step::Send(prepared) => prepared,
        Step::Over => return Ok(()),
        Step::Wait => return Err(JobError::Snooze(REPAIR_POLL)),
    };
    match call(&env, &prepared, &job, &ctx).await {
        Ok(receipt) => record_receipt(&env, &job, &ctx, &prepared, &receipt).await,
        Err(error) => record_failure(&env, &job, &ctx, &prepared, outcome::of_failed_send(&error)).await,
    }
}

enum Step {
    Send(Box<Prepared>),
    /// There is nothing to send (any more).
    Over,
    /// The connection needs an admin first.
    Wait,
}

struct Prepared {
    target: Target,
    outbound: OutboundMessage,
}

/// Reads what is needed and commits the message as `sending`.
async fn prepare(env: &Environment, job: &SendMessage, ctx: &JobContext) -> Result<Step, JobError> {
    let mut tx = begin(env, job, ctx).await?;
    let conversation = match tx.conversation(job.conversation_id).await {
        Ok(conversation) => conversation.clone(),
        Err(inbox::Error::NotFound) => return Ok(Step::Over),
        Err(error) => return Err(JobError::retry(error)),
    };
    let message = messages::load(tx.conn(), job.tenant_id, job.message_id).await.map_err(JobError::retry)?;
    let Some(message) = message else { return Ok(Step::Over) };
    if message.status == DeliveryStatus::Sending {
        let error = outcome::shown("unconfirmed", None, "the worker died while it was calling the provider");
        tx.report(settled(job, ctx, message.connection_id, DeliveryStatus::Unconfirmed, Some(error)))
            .await
            .map_err(JobError::retry)?;
        tx.commit().await.map_err(JobError::retry)?;
        return Ok(Step::Over);
    }
    if message.status != DeliveryStatus::Queued {
        return Ok(Step::Over);
    }
    let connection = connections::load(tx.conn(), message.connection_id).await.map_err(JobError::retry)?;
    let Some(connection) = connection else { return Ok(Step::Over) };
    match connection.status {
        ConnectionStatus::Active => {}
        ConnectionStatus::NeedsReauth => return Ok(Step::Wait),
        ConnectionStatus::Disabled => {
            let error = outcome::shown("connection_disabled", None, "the connection is switched off");
            return fail(tx, job, ctx, message.connection_id, error).await;
        }
    }
    let target = Target::of(env, tx.conn(), job.tenant_id, connection).await.map_err(JobError::retry)?;
    let content: OutboundContent = serde_json::from_value(message.content.clone())
        .context("the stored content is no outbound content")
        .map_err(JobError::fail)?;
    let window = ServiceWindow::needed_by(&content, target.plugin.manifest().service_window_hours);
    if let Some(Err(closed)) = window.map(|window| window.check(conversation.last_inbound_at, tx.now())) {
        let error = outcome::shown("window_closed", None, &closed.to_string());
        return fail(tx, job, ctx, message.connection_id, error).await;
    }
    let to = super::recipient(tx.conn(), ctx, &conversation).await.map_err(JobError::retry)?;
    let outbound =
        OutboundMessage { message_id: job.message_id.to_string(), to, content, reply_to: message.reply_to.clone() };
    // From here until the commit no other run can take this job, so that one run at most calls the provider.
    ctx.fence(tx.conn()).await?;
    if !messages::begin_sending(tx.conn(), job.tenant_id, job.message_id, ctx.run_token.0)
        .await
        .map_err(JobError::retry)?
    {
        return Ok(Step::Over);
    }
    tx.commit().await.map_err(JobError::retry)?;
    Ok(Step::Send(Box::new(Prepared { target, outbound })))
}

async fn call(
    env: &Environment,
    prepared: &Prepared,
    job: &SendMessage,
    ctx: &JobContext,
) -> Result<Receipt, CallError> {
    let context = prepared.target.context(env, job.message_id.to_string(), ctx.attempt);
    prepared.target.plugin.send(&context, &prepared.outbound).await
}

async fn record_receipt(
    env: &Environment,
    job: &SendMessage,
    ctx: &JobContext,
    prepared: &Prepared,
    receipt: &Receipt,
) -> Result<(), JobError> {
    let (to, error) = match receipt.state {
        ReceiptState::Accepted | ReceiptState::Sent => (DeliveryStatus::Sent, None),
        ReceiptState::Delivered => (DeliveryStatus::Delivered, None),
        ReceiptState::Unconfirmed => {
            let why = "the provider's answer was lost; it may or may not have the message";
            (DeliveryStatus::Unconfirmed, Some(outcome::shown("unconfirmed", None, why)))
        }
    };
    let connection = prepared.target.connection.id;
    let report = Report { external_id: receipt.external_id.clone(), ..settled(job, ctx, connection, to, error) };
    let reported = record(env, job, report).await?;
    if let Some(external_id) = receipt.external_id.as_deref().filter(|_| reported.overtaken) {
        status::apply_overtakers(env, job.tenant_id, connection, external_id, ctx.trace_id.clone())
            .await
            .map_err(JobError::retry)?;
    }
    Ok(())
}

/// Carries out what the failure means, and says how the job ends.
async fn record_failure(
    env: &Environment,
    job: &SendMessage,
    ctx: &JobContext,
    prepared: &Prepared,
    verdict: Verdict,
) -> Result<(), JobError> {
    let connection = prepared.target.connection.id;
    let settled = |to, error| settled(job, ctx, connection, to, Some(error));
    match verdict {
        Verdict::Again { why, .. } if ctx.last_attempt => {
            let error = outcome::shown("service", None, &why);
            record(env, job, settled(DeliveryStatus::Failed, error)).await.map(drop)
        }
        Verdict::Again { after, why } => {
            requeue(env, job, ctx, None).await?;
            Err(JobError::Retry { after, error: why })
        }
        Verdict::Reauthorize { why } => {
            requeue(env, job, ctx, Some((connection, &why))).await?;
            Err(JobError::Snooze(REPAIR_POLL))
        }
        Verdict::Never { error, opted_out } => {
            let report = Report { opted_out, ..settled(DeliveryStatus::Failed, error) };
            record(env, job, report).await.map(drop)
        }
        Verdict::Unknown { error } => record(env, job, settled(DeliveryStatus::Unconfirmed, error)).await.map(drop),
    }
}

/// Puts the message back, and with it notes that the connection needs a new authorization if it does.
async fn requeue(
    env: &Environment,
    job: &SendMessage,
    ctx: &JobContext,
    unauthorized: Option<(ConnectionId, &str)>,
) -> Result<(), JobError> {
    let mut tx = begin(env, job, ctx).await?;
    // The lock is taken first, as everywhere; a status report may be at work on the same message.
    tx.conversation(job.conversation_id).await.map_err(JobError::retry)?;
    messages::requeue(tx.conn(), job.tenant_id, job.message_id, ctx.run_token.0).await.map_err(JobError::retry)?;
    if let Some((id, why)) = unauthorized {
        let now = tx.now();
        connections::set_status(tx.conn(), id, ConnectionStatus::NeedsReauth, Some(why), now)
            .await
            .map_err(JobError::retry)?;
        let data = json!({ "connection_id": id, "to": ConnectionStatus::NeedsReauth });
        tx.emit_apart(EventKind::ConnectionStatusChanged, None, data);
    }
    tx.commit().await.map_err(JobError::retry)
}

/// The message fails before the provider was called.
async fn fail(
    mut tx: Transaction,
    job: &SendMessage,
    ctx: &JobContext,
    connection: ConnectionId,
    error: Value,
) -> Result<Step, JobError> {
    tx.report(settled(job, ctx, connection, DeliveryStatus::Failed, Some(error))).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    Ok(Step::Over)
}

async fn record(env: &Environment, job: &SendMessage, report: Report) -> Result<Reported, JobError> {
    env.reports.apply(job.tenant_id, report).await.map_err(JobError::retry)
}

/// What became of the message, which a report of the provider may have moved further already.
fn settled(
    job: &SendMessage,
    ctx: &JobContext,
    connection: ConnectionId,
    to: DeliveryStatus,
    error: Option<Value>,
) -> Report {
    let told = |field| error.as_ref().and_then(|error: &Value| error.get(field)).cloned();
    Report {
        connection,
        external_id: None,
        message: Some(job.message_id),
        to,
        opted_out: false,
        actor: Actor::System,
        details: json!({ "reason": told("reason"), "code": told("code") }),
        error,
        trace_id: ctx.trace_id.clone(),
        early: None,
        processed: None,
    }
}

async fn begin(env: &Environment, job: &SendMessage, ctx: &JobContext) -> Result<Transaction, JobError> {
    let cause = Cause::of(Actor::System, ctx.trace_id.clone());
    env.inbox.begin(job.tenant_id, cause).await.map_err(JobError::retry)
}
