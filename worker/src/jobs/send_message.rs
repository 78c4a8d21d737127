//! Hands one outbound message to its provider, at most once.
//!
//! The message is committed as `sending`, under this run's token, before the provider is called. A run that finds it
//! so already is the successor of one that died during the call: whether the provider has the message is unknown,
//! so it becomes `unconfirmed` and is never sent again by itself.

use crate::{
    Environment,
    outcome::{self, Verdict},
    target::Target,
};
use anyhow::Context as _;
use domain::{
    connection::ConnectionStatus,
    event::{Actor, EventKind},
    jobs::SendMessage,
    message::DeliveryStatus,
};
use inbox::{Cause, ServiceWindow, Transaction};
use plugin_host::CallError;
use plugin_sdk::{OutboundContent, OutboundMessage, Receipt, ReceiptState};
use queue::{JobContext, JobError};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{connections, contacts, messages};

/// How long a message waits before it looks again whether its connection has been repaired.
const REPAIR_POLL: Duration = Duration::from_secs(15);

/// Sends the message if it still waits to be sent.
pub async fn run(env: Arc<Environment>, job: SendMessage, ctx: JobContext) -> Result<(), JobError> {
    let prepared = match prepare(&env, &job, &ctx).await? {
        Step::Send(prepared) => prepared,
        Step::Over => return Ok(()),
        Step::Wait => return Err(JobError::Snooze(REPAIR_POLL)),
    };
    let answer = call(&env, &prepared, &job, &ctx).await;
    let mut tx = begin(&env, &job, &ctx).await?;
    // The lock is taken first, as everywhere; a status report may be at work on the same message.
    tx.conversation(job.conversation_id).await.map_err(JobError::retry)?;
    let next = match answer {
        Ok(receipt) => record_receipt(&mut tx, &job, &receipt).await?,
        Err(error) => record_failure(&mut tx, &job, &ctx, &prepared, outcome::of_failed_send(&error)).await?,
    };
    tx.commit().await.map_err(JobError::retry)?;
    next
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
        settle(&mut tx, job, message.status, DeliveryStatus::Unconfirmed, None, Some(&error)).await?;
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
            fail(&mut tx, job, message.status, &error).await?;
            tx.commit().await.map_err(JobError::retry)?;
            return Ok(Step::Over);
        }
    }
    let target = Target::of(env, tx.conn(), job.tenant_id, connection).await.map_err(JobError::retry)?;
    let content: OutboundContent = serde_json::from_value(message.content.clone())
        .context("the stored content is no outbound content")
        .map_err(JobError::fail)?;
    let window = ServiceWindow::needed_by(&content, target.plugin.manifest().service_window_hours);
    if let Some(Err(closed)) = window.map(|window| window.check(conversation.last_inbound_at, tx.now())) {
        let error = outcome::shown("window_closed", None, &closed.to_string());
        fail(&mut tx, job, message.status, &error).await?;
        tx.commit().await.map_err(JobError::retry)?;
        return Ok(Step::Over);
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
    tx: &mut Transaction,
    job: &SendMessage,
    receipt: &Receipt,
) -> Result<Result<(), JobError>, JobError> {
    let external_id = receipt.external_id.as_deref();
    let (to, error) = match receipt.state {
        ReceiptState::Accepted | ReceiptState::Sent => (DeliveryStatus::Sent, None),
        ReceiptState::Delivered => (DeliveryStatus::Delivered, None),
        ReceiptState::Unconfirmed => {
            let why = "the provider's answer was lost; it may or may not have the message";
            (DeliveryStatus::Unconfirmed, Some(outcome::shown("unconfirmed", None, why)))
        }
    };
    settle(tx, job, DeliveryStatus::Sending, to, external_id, error.as_ref()).await?;
    Ok(Ok(()))
}

/// Carries out what the failure means, and says how the job ends.
async fn record_failure(
    tx: &mut Transaction,
    job: &SendMessage,
    ctx: &JobContext,
    prepared: &Prepared,
    verdict: Verdict,
) -> Result<Result<(), JobError>, JobError> {
    let (tenant, now) = (tx.tenant(), tx.now());
    match verdict {
        Verdict::Again { why, .. } if ctx.last_attempt => {
            let error = outcome::shown("service", None, &why);
            fail(tx, job, DeliveryStatus::Sending, &error).await?;
            Ok(Ok(()))
        }
        Verdict::Again { after, why } => {
            messages::requeue(tx.conn(), tenant, job.message_id, ctx.run_token.0).await.map_err(JobError::retry)?;
            Ok(Err(JobError::Retry { after, error: why }))
        }
        Verdict::Reauthorize { why } => {
            messages::requeue(tx.conn(), tenant, job.message_id, ctx.run_token.0).await.map_err(JobError::retry)?;
            let id = prepared.target.connection.id;
            connections::set_status(tx.conn(), id, ConnectionStatus::NeedsReauth, Some(&why), now)
                .await
                .map_err(JobError::retry)?;
            let data = json!({ "connection_id": id, "to": ConnectionStatus::NeedsReauth });
            tx.emit_apart(EventKind::ConnectionStatusChanged, None, data);
            Ok(Err(JobError::Snooze(REPAIR_POLL)))
        }
        Verdict::Never { error, opted_out } => {
            fail(tx, job, DeliveryStatus::Sending, &error).await?;
            if opted_out {
                let contact = tx.conversation(job.conversation_id).await.map_err(JobError::retry)?.contact_id;
                contacts::set_opted_out(tx.conn(), tenant, contact, Some(now), now).await.map_err(JobError::retry)?;
            }
            Ok(Ok(()))
        }
        Verdict::Unknown { error } => {
            settle(tx, job, DeliveryStatus::Sending, DeliveryStatus::Unconfirmed, None, Some(&error)).await?;
            Ok(Ok(()))
        }
    }
}

async fn fail(tx: &mut Transaction, job: &SendMessage, from: DeliveryStatus, error: &Value) -> Result<(), JobError> {
    settle(tx, job, from, DeliveryStatus::Failed, None, Some(error)).await
}

/// Moves the message, unless a report has moved it further already, and appends the event.
async fn settle(
    tx: &mut Transaction,
    job: &SendMessage,
    from: DeliveryStatus,
    to: DeliveryStatus,
    external_id: Option<&str>,
    error: Option<&Value>,
) -> Result<(), JobError> {
    let tenant = tx.tenant();
    let moved =
        messages::advance(tx.conn(), tenant, job.message_id, to, external_id, error).await.map_err(JobError::retry)?;
    if !moved {
        if let Some(external_id) = external_id {
            messages::set_external_id(tx.conn(), tenant, job.message_id, external_id).await.map_err(JobError::retry)?;
        }
        return Ok(());
    }
    let data = json!({
        "message_id": job.message_id, "from": from, "to": to,
        "reason": error.and_then(|error| error.get("reason")), "code": error.and_then(|error| error.get("code")),
    });
    tx.emit(job.conversation_id, EventKind::MessageStatusChanged, data).await.map_err(JobError::retry)?;
    Ok(())
}

async fn begin(env: &Environment, job: &SendMessage, ctx: &JobContext) -> Result<Transaction, JobError> {
    let cause = Cause::of(Actor::System, ctx.trace_id.clone());
    env.inbox.begin(job.tenant_id, cause).await.map_err(JobError::retry)
}
