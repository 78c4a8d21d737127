//! Asks a connection's plugin what a settings form or an upgrade wants to know.

use crate::{
    Environment,
    call::Failure,
    outcome, plugins,
    target::{self, Target},
};
use domain::{
    jobs::AskPlugin,
    plugin::{Answer, Question},
};
use plugin_host::{CallContext, CallSecrets, Plugin};
use queue::{JobContext, JobError};
use serde_json::{Value, json};
use std::sync::Arc;
use store::connections::questions;

/// Writes the answer down for whoever asked. A plugin that fails has answered, too: a person waits, and can ask again.
pub async fn run(env: Arc<Environment>, job: AskPlugin, ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let question = questions::open(&mut tx, job.question_id).await.map_err(JobError::retry)?;
    let target = Target::load(&env, &mut tx, job.tenant_id, job.connection_id).await;
    tx.commit().await.map_err(JobError::retry)?;
    let Some(question) = question else { return Ok(()) };
    let question: Question = serde_json::from_value(question).map_err(JobError::fail)?;
    let answer = match target {
        Ok(Some(target)) => match ask(&env, &ctx, &target, &question).await {
            Ok(value) => Answer::Given { value },
            Err(refusal) => refusal,
        },
        Ok(None) => return Ok(()),
        Err(target::Error::Store(error)) => return Err(JobError::retry(error)),
        Err(error) => refused("plugin", &error),
    };
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    questions::answer(&mut tx, job.question_id, &json!(answer), env.clock.now()).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

async fn ask(env: &Environment, ctx: &JobContext, target: &Target, question: &Question) -> Result<Value, Answer> {
    match question {
        Question::Options { field, search } => {
            let options = |plugin: Arc<Plugin>, call| async move { plugin.options(&call, field, search).await };
            let choices = target.call(env, ctx.id.to_string(), ctx, options).await;
            Ok(json!(choices.map_err(|failure| failed(&failure))?))
        }
        Question::MigrateSettings { to } => {
            let connection = &target.connection;
            let plugin = env.plugins.get(&connection.plugin_id, to).await.map_err(|error| unloadable(&error))?;
            // What was set here, without what is inherited; and neither secrets nor state, which the next version
            // has no claim to yet.
            let settings = connection.own_settings().clone();
            let call = target.context(env, ctx.id.to_string(), &ctx.into());
            let call = CallContext { settings, secrets: CallSecrets::default(), state: None, ..call };
            let migrated = plugin.migrate_settings(&call, &connection.plugin_version).await;
            migrated.map_err(|error| failed(&Failure::Plugin(error)))
        }
    }
}

fn failed(failure: &Failure) -> Answer {
    refused(&outcome::code(failure), failure)
}

fn unloadable(error: &plugins::Error) -> Answer {
    refused("plugin", error)
}

fn refused(code: &str, error: &impl std::fmt::Display) -> Answer {
    Answer::Refused { code: code.to_owned(), message: error.to_string() }
}
