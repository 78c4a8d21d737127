//! Asks the provider whether a connection works, and repairs its status accordingly.

use crate::{Environment, call::Failure, target::Target};
use domain::{connection::ConnectionStatus, event::Actor, jobs::CheckConnection};
use inbox::Cause;
use plugin_host::Plugin;
use plugin_sdk::{Check, CheckReport};
use queue::{JobContext, JobError};
use serde_json::json;
use std::sync::Arc;
use store::connections;

/// Stores the report for whoever asked. A connection that works again sends what has waited.
pub async fn run(env: Arc<Environment>, job: CheckConnection, ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let target = Target::load(&env, &mut tx, job.tenant_id, job.connection_id).await.map_err(JobError::retry)?;
    let Some(target) = target else { return Ok(()) };
    tx.commit().await.map_err(JobError::retry)?;
    let check = |plugin: Arc<Plugin>, call| async move { plugin.check(&call).await };
    let checked = target.call(&env, ctx.id.to_string(), &ctx, check);
    let report = match checked.await {
        Ok(report) => report,
        Err(error) if ctx.last_attempt || error.needs_person() => CheckReport::new(None, vec![unanswered(&error)]),
        Err(error) => return Err(JobError::retry(error)),
    };
    let mut tx = env
        .inbox
        .begin(job.tenant_id, Cause::of(Actor::System, ctx.trace_id.clone()))
        .await
        .map_err(JobError::retry)?;
    let now = tx.now();
    if report.ok && target.connection.status == ConnectionStatus::NeedsReauth {
        tx.set_connection_status(job.connection_id, ConnectionStatus::Active, None).await.map_err(JobError::retry)?;
    }
    connections::checks::complete(tx.conn(), job.connection_id, &json!(report), now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

/// The test could not be made: that is a finding, too.
fn unanswered(error: &Failure) -> Check {
    Check { name: "connection".to_owned(), ok: false, message: error.to_string() }
}
