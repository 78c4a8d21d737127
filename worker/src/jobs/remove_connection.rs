//! Takes back what a deleted connection has registered with its provider, then deletes it.

use crate::{Environment, registrations::Registrar, target::Target};
use domain::jobs::RemoveConnection;
use queue::{JobContext, JobError};
use std::{sync::Arc, time::Duration};
use store::connections::{self, deletion, webhooks};

/// How long it waits for a call that may still be under way to end.
const PAUSE: Duration = Duration::from_secs(5);

/// One that was deleted already is nobody's any more.
pub async fn run(env: Arc<Environment>, job: RemoveConnection, ctx: JobContext) -> Result<(), JobError> {
    let (tenant, id) = (job.tenant_id, job.connection_id);
    let mut tx = env.db.begin(tenant).await.map_err(JobError::retry)?;
    let target = Target::load_deleted(&env, &mut tx, tenant, id).await;
    let registered = webhooks::registered(&mut tx, id).await.map_err(JobError::retry)?;
    let secrets = store::secrets::of_connection(&mut tx, id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    let now = env.clock.now();
    if registered.iter().any(|one| one.busy_until.is_some_and(|until| until > now)) {
        return Err(JobError::Snooze(PAUSE));
    }
    match target {
        Ok(None) => return Ok(()),
        Ok(Some(target)) => {
            let secrets_set_at = secrets.iter().map(|secret| secret.updated_at).max();
            let registrar = Registrar { env: &env, ctx: &ctx, target: &target, secrets_set_at };
            for registration in &registered {
                registrar.withdraw(registration).await?;
            }
        }
        Err(error) if ctx.last_attempt => {
            tracing::warn!(connection = %id, %error, "a deleted connection leaves webhooks with its provider");
        }
        Err(error) => return Err(JobError::retry(error)),
    }
    delete(&env, &job).await
}

async fn delete(env: &Environment, job: &RemoveConnection) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    if deletion::has_conversations(&mut tx, job.connection_id).await.map_err(JobError::retry)? {
        // A message was being processed when somebody deleted it. With a conversation it can only be disabled.
        deletion::show(&mut tx, job.connection_id).await.map_err(JobError::retry)?;
    } else {
        connections::delete(&mut tx, job.connection_id).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)
}
