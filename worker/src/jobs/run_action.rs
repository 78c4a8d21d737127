//! Has a plugin do at its provider what a rule or a person asked for.
//!
//! Every attempt hands the plugin the same idempotency key, so that an action whose answer was lost is not done twice.

use super::reauthorize;
use crate::{
    Environment,
    call::Failure,
    nul,
    outcome::{self, Repeat},
    target::{self, Target},
};
use domain::{
    ConnectionId,
    connection::ConnectionStatus,
    event::{Actor, EventKind},
    jobs::{RunAction, RunActionNow},
};
use inbox::Cause;
use manifest::{Action, FieldError};
use plugin_host::Plugin;
use plugin_sdk::actions::Call;
use queue::{JobContext, JobError};
use serde_json::{Value, json};
use std::sync::Arc;
use store::action_runs::{self, Outcome, Run};
use uuid::Uuid;

/// What a rule asked for.
pub async fn run(env: Arc<Environment>, job: RunAction, ctx: JobContext) -> Result<(), JobError> {
    perform(&env, &ctx, job.run_id, job.connection_id).await
}

/// What a person asked for, who waits.
pub async fn run_now(env: Arc<Environment>, job: RunActionNow, ctx: JobContext) -> Result<(), JobError> {
    perform(&env, &ctx, job.run_id, job.connection_id).await
}

async fn perform(env: &Environment, ctx: &JobContext, id: Uuid, connection: ConnectionId) -> Result<(), JobError> {
    let mut tx = env.db.begin(ctx.tenant).await.map_err(JobError::retry)?;
    let run = action_runs::load(&mut tx, id).await.map_err(JobError::retry)?;
    let target = Target::load(env, &mut tx, ctx.tenant, connection).await;
    tx.commit().await.map_err(JobError::retry)?;
    let Some(run) = run.filter(|run| run.outcome == Outcome::Waiting) else { return Ok(()) };
    let outcome = match target {
        Ok(None) => return Ok(()),
        Ok(Some(target)) => match attempt(env, ctx, &target, &run).await {
            Ok(outcome) => outcome,
            Err(error) => return Err(error),
        },
        Err(target::Error::Store(error)) => return Err(JobError::retry(error)),
        Err(error) => failed("plugin", error.to_string()),
    };
    complete(env, ctx, &run, &outcome).await.map_err(JobError::retry)
}

/// What becomes of the action, or of its job.
async fn attempt(env: &Environment, ctx: &JobContext, target: &Target, run: &Run) -> Result<Outcome, JobError> {
    if target.connection.status == ConnectionStatus::Disabled {
        return Ok(failed("connection_disabled", "the connection is switched off".to_owned()));
    }
    // Another version may speak for the connection than when it was asked.
    let Some(action) = target.plugin.manifest().action(&run.action) else {
        return Ok(failed("unsupported", format!("the plugin has no action `{}` any more", run.action)));
    };
    if let Some(problem) = unfit(action, &run.input, Action::input_schema) {
        return Ok(failed("invalid_input", problem));
    }
    let call = Call { name: run.action.clone(), input: run.input.clone(), idempotency_key: run.id.to_string() };
    let invoke = |plugin: Arc<Plugin>, context| {
        let call = call.clone();
        async move { plugin.invoke(&context, call).await }
    };
    match target.call(env, ctx.id.to_string(), ctx, invoke).await {
        Ok(mut output) => {
            nul::replace(&mut output);
            Ok(match unfit(action, &output, Action::output_schema) {
                Some(problem) => failed("bad_output", format!("it was done, but its answer cannot be read: {problem}")),
                None => Outcome::Done { output },
            })
        }
        Err(failure) => given_up(env, ctx, target, run, &failure).await,
    }
}

/// The action failed, unless its job is tried again.
async fn given_up(
    env: &Environment,
    ctx: &JobContext,
    target: &Target,
    run: &Run,
    failure: &Failure,
) -> Result<Outcome, JobError> {
    match outcome::of_failed_call(failure) {
        Repeat::Later(JobError::Retry { .. }) if ctx.last_attempt => {}
        Repeat::Later(error) => return Err(error),
        Repeat::Reauthorize { why } => {
            let waits = reauthorize(env, ctx, target.connection.id, &why).await;
            // A person is told at once; what a rule asked for waits.
            if !matches!(run.asked_by, Actor::User { .. }) {
                return Err(waits);
            }
        }
        Repeat::Never => {}
    }
    Ok(failed(&outcome::code(failure), outcome::told(failure)))
}

async fn complete(env: &Environment, ctx: &JobContext, run: &Run, outcome: &Outcome) -> Result<(), inbox::Error> {
    let mut tx = env.inbox.begin(ctx.tenant, Cause::of(run.asked_by, ctx.trace_id.clone())).await?;
    let now = tx.now();
    // The conversation first, as everywhere.
    if let Some(conversation) = run.conversation_id {
        tx.conversation(conversation).await?;
    }
    let token = match outcome {
        Outcome::Done { output } => output.get("token").and_then(Value::as_str),
        _ => None,
    };
    if !action_runs::complete(tx.conn(), run.id, outcome, token, now).await? {
        return Ok(());
    }
    let code = match outcome {
        Outcome::Failed { code, .. } => Some(code),
        _ => None,
    };
    // Not what it took or gave: the log outlives personal data.
    let data = json!({
        "action_run_id": run.id, "connection_id": run.connection_id, "action": run.action,
        "ok": code.is_none(), "code": code,
    });
    match run.conversation_id {
        Some(conversation) => drop(tx.emit(conversation, EventKind::PluginActionDone, data).await?),
        None => drop(tx.emit_apart(EventKind::PluginActionDone, None, data)),
    }
    tx.commit().await
}

/// What does not fit a schema of an action; `None` if everything does.
pub fn unfit(
    action: &Action,
    value: &Value,
    schema: impl Fn(&Action) -> Result<manifest::DataSchema, manifest::ManifestError>,
) -> Option<String> {
    // Checked when the plugin was installed.
    let schema = schema(action).ok()?;
    let problems: Vec<String> = schema.check(value).iter().map(told).collect();
    (!problems.is_empty()).then(|| problems.join("; "))
}

fn told(error: &FieldError) -> String {
    let place = if error.pointer.is_empty() { "/" } else { &error.pointer };
    format!("{place}: {}", error.message)
}

fn failed(code: &str, message: String) -> Outcome {
    Outcome::Failed { code: code.to_owned(), message }
}
