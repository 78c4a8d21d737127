//! Hands one outbound message to its provider, at most once.
//!
//! The message is committed as `sending`, under this run's token, before the provider is called. A run that finds it
//! so already is the successor of one that died during the call: whether the provider has the message is unknown,
//! so it becomes `unconfirmed` and is never sent again by itself.

use crate::{
    Environment,
    call::Failure,
    inbound::status,
    outcome::{self, Verdict},
    rich,
    target::Target,
};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, connection::ConnectionStatus, event::Actor, jobs::SendMessage, message::DeliveryStatus,
};
use inbox::{Cause, Report, Reported, ServiceWindow, Transaction};
use manifest::{Rate, RateScope};
use plugin_host::Plugin;
use plugin_sdk::{OutboundMessage, Receipt, ReceiptState};
use queue::{JobContext, JobError, Limit};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::messages::{self, sending};

/// Sends the message if it still waits to be sent.
pub async fn run(env: Arc<Environment>, job: SendMessage, ctx: JobContext) -> Result<(), JobError> {
    let prepared = match prepare(&env, &job, &ctx).await? {
        Step::Send(prepared) => prepared,
        Step::Over => return Ok(()),
        Step::Park => return Err(JobError::Snooze(Duration::ZERO)),
        Step::Turn(at) => return Err(JobError::Turn(at)),
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
    /// The connection needs an admin first. The queue knows it now, and sets the job aside when it is due again.
    Park,
    /// The provider takes no more at the moment.
    Turn(DateTime<Utc>),
}

struct Prepared {
    target: Target,
    outbound: OutboundMessage,
}

/// Reads what is needed and commits the message as `sending`.
async fn prepare(env: &Environment, job: &SendMessage, ctx: &JobContext) -> Result<Step, JobError> {
    let mut tx = begin(env, job, ctx).await?;
    // The status may be older than the lock; `begin_sending` below asks for it once more.
    let sending = sending::load(tx.conn(), job.tenant_id, job.message_id).await.map_err(JobError::retry)?;
    let Some(sending) = sending else { return Ok(Step::Over) };
    let connection = sending.connection;
    match sending.status {
        DeliveryStatus::Queued => {}
        DeliveryStatus::Sending => {
            let error = outcome::shown("unconfirmed", None, "the worker died while it was calling the provider");
            return end(tx, settled(job, ctx, connection.id, DeliveryStatus::Unconfirmed, Some(error))).await;
        }
        _ => return Ok(Step::Over),
    }
    match connection.status {
        ConnectionStatus::Active => {}
        ConnectionStatus::NeedsReauth => {
            queue::park(tx.conn(), job.tenant_id, connection.id).await?;
            tx.commit().await.map_err(JobError::retry)?;
            return Ok(Step::Park);
        }
        ConnectionStatus::Disabled => {
            let error = outcome::shown("connection_disabled", None, "the connection is switched off");
            return end(tx, settled(job, ctx, connection.id, DeliveryStatus::Failed, Some(error))).await;
        }
    }
    let target = Target::of(env, job.tenant_id, connection, sending.secrets).await.map_err(JobError::retry)?;
    let content = rich::for_channel(&sending.content, target.plugin.manifest());
    let window = ServiceWindow::needed_by(&content, target.plugin.manifest().service_window_hours);
    if let Some(Err(closed)) = window.map(|window| window.check(sending.last_inbound_at, tx.now())) {
        let error = outcome::shown("window_closed", None, &closed.to_string());
        return end(tx, settled(job, ctx, target.connection.id, DeliveryStatus::Failed, Some(error))).await;
    }
    let limits = limits(&target, sending.contact_id);
    let now = tx.now();
    if let Some(at) = ctx.turn(tx.conn(), &limits, now).await? {
        tx.commit().await.map_err(JobError::retry)?;
        return Ok(Step::Turn(at));
    }
    let (message_id, to) = (job.message_id.to_string(), super::recipient(sending.addresses));
    let outbound = OutboundMessage { message_id, to, content, reply_to: sending.reply_to };
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

/// The buckets of the plugin's manifest that this message needs a turn in.
fn limits(target: &Target, contact: ContactId) -> Vec<Limit> {
    let connection = target.connection.id;
    let limit = |rate: &Rate| Limit {
        name: match rate.per {
            RateScope::Connection => format!("send:{connection}"),
            RateScope::Recipient => format!("send:{connection}:{contact}"),
        },
        every: rate.interval(),
        burst: rate.burst,
    };
    target.plugin.manifest().rates.iter().map(limit).collect()
}

async fn call(env: &Environment, prepared: &Prepared, job: &SendMessage, ctx: &JobContext) -> Result<Receipt, Failure> {
    let outbound = &prepared.outbound;
    let send = |plugin: Arc<Plugin>, call| async move { plugin.send(&call, outbound).await };
    prepared.target.call(env, job.message_id.to_string(), ctx, send).await
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
        Verdict::Again { after, why, out_of_order } => {
            requeue(env, job, ctx, None).await?;
            Err(JobError::Retry { after, error: why, blame: out_of_order })
        }
        Verdict::Reauthorize { why } => {
            requeue(env, job, ctx, Some((connection, &why))).await?;
            Err(JobError::Snooze(Duration::ZERO))
        }
        // The next run finds the connection as it stands then: parked, switched off, or authorized anew.
        Verdict::NoAccess { .. } => {
            requeue(env, job, ctx, None).await?;
            Err(JobError::Snooze(Duration::ZERO))
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
        tx.set_connection_status(id, ConnectionStatus::NeedsReauth, Some(why)).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)
}

/// The message ends without a call of the provider.
async fn end(mut tx: Transaction, report: Report) -> Result<Step, JobError> {
    tx.report(report).await.map_err(JobError::retry)?;
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
