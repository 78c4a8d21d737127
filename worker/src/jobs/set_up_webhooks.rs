//! Registers the webhooks of a connection with its provider, or takes that back, whichever its state asks for now.
//!
//! A provider is told after the row that says so was committed, and forgets before the row does: whenever a worker dies,
//! what the provider may know is written down.

use super::reauthorize;
use crate::{
    Environment,
    outcome::{self, Repeat},
    registrations::Registrar,
    target::Target,
};
use chrono::TimeDelta;
use domain::{connection::ConnectionStatus, jobs::SetUpWebhooks};
use manifest::Interface;
use queue::{JobContext, JobError};
use serde_json::Value;
use std::sync::Arc;
use store::connections::webhooks::{self, Registration};
use uuid::Uuid;

/// No call takes longer, its repetition with a renewed token included.
const CALL_AT_MOST: TimeDelta = TimeDelta::minutes(2);

/// Looks at the connection as it is now, so that jobs which come late or twice do no harm.
pub async fn run(env: Arc<Environment>, job: SetUpWebhooks, ctx: JobContext) -> Result<(), JobError> {
    let (tenant, id) = (job.tenant_id, job.connection_id);
    let mut tx = env.db.begin(tenant).await.map_err(JobError::retry)?;
    let Some(target) = Target::load(&env, &mut tx, tenant, id).await.map_err(JobError::retry)? else {
        // Deleted: taking back what it has registered is the deletion's job.
        return Ok(());
    };
    let registered = webhooks::registered(&mut tx, id).await.map_err(JobError::retry)?;
    let key = webhooks::key(&mut tx, id).await.map_err(JobError::retry)?;
    let secrets = store::secrets::of_connection(&mut tx, id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    let secrets_set_at = secrets.iter().map(|secret| secret.updated_at).max();
    let registrar = Registrar { env: &env, ctx: &ctx, target: &target, secrets_set_at };
    if !target.implements(Interface::Setup) {
        return forget_all(&registrar, &registered).await;
    }
    match (target.connection.status, key) {
        // Whoever authorizes it anew brings this job again.
        (ConnectionStatus::NeedsReauth, _) | (ConnectionStatus::Active, None) => Ok(()),
        (ConnectionStatus::Disabled, _) => withdraw_all(&registrar, registered.iter()).await,
        (ConnectionStatus::Active, Some(key)) => register(&registrar, &registered, &key).await,
    }
}

async fn register(registrar: &Registrar<'_>, registered: &[Registration], key: &str) -> Result<(), JobError> {
    let connection = &registrar.target.connection;
    let Some(hooks) = registrar.env.hooks() else { return note_no_public_url(registrar).await };
    let url = format!("{hooks}{key}");
    let known = registered.iter().find(|one| one.url == url && registrar.is_same_account(&one.settings));
    let row = known.map_or_else(Uuid::now_v7, |known| known.id);
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    let now = registrar.env.clock.now();
    let settings = &connection.settings;
    let begun = webhooks::begin(&mut tx, connection.id, row, &url, settings, now + CALL_AT_MOST).await;
    if !begun.map_err(JobError::retry)? {
        return Ok(());
    }
    webhooks::tried(&mut tx, connection.id, Some(&url), now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    match registrar.subscribe(&url).await {
        Ok(registration) => note_success(registrar, row, &registration).await?,
        Err(failure) => {
            note_failure(registrar, row, &outcome::told(&failure)).await?;
            return match outcome::of_failed_call(&failure) {
                Repeat::Reauthorize { why } => {
                    Err(reauthorize(registrar.env, registrar.ctx, connection.id, &why).await)
                }
                // Maintenance tries again after an hour, and the connection's health says why.
                Repeat::Later(JobError::Retry { .. }) if registrar.ctx.last_attempt => Ok(()),
                Repeat::Later(error) => Err(error),
                Repeat::Never => Ok(()),
            };
        }
    }
    // Only now, so that there is no time without webhooks.
    for other in registered.iter().filter(|one| one.id != row) {
        registrar.withdraw(other).await?;
    }
    Ok(())
}

async fn withdraw_all(
    registrar: &Registrar<'_>,
    registered: impl Iterator<Item = &Registration>,
) -> Result<(), JobError> {
    for registration in registered {
        registrar.withdraw(registration).await?;
    }
    settle(registrar).await
}

/// A version of the plugin that registers nothing cannot take anything back either.
async fn forget_all(registrar: &Registrar<'_>, registered: &[Registration]) -> Result<(), JobError> {
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    for registration in registered {
        webhooks::forget(&mut tx, registrar.target.connection.id, registration.id).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)?;
    settle(registrar).await
}

async fn settle(registrar: &Registrar<'_>) -> Result<(), JobError> {
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    webhooks::settle(&mut tx, registrar.target.connection.id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

async fn note_success(registrar: &Registrar<'_>, row: Uuid, registration: &Value) -> Result<(), JobError> {
    let connection = &registrar.target.connection;
    let now = registrar.env.clock.now();
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    webhooks::complete(&mut tx, connection.id, row, &connection.settings, registration, now)
        .await
        .map_err(JobError::retry)?;
    webhooks::succeeded(&mut tx, connection.id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

async fn note_failure(registrar: &Registrar<'_>, row: Uuid, why: &str) -> Result<(), JobError> {
    let (id, now) = (registrar.target.connection.id, registrar.env.clock.now());
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    webhooks::rest(&mut tx, id, row).await.map_err(JobError::retry)?;
    webhooks::failed(&mut tx, id, "webhooks_not_registered", why, now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

async fn note_no_public_url(registrar: &Registrar<'_>) -> Result<(), JobError> {
    let why = "the provider cannot be told where to send webhooks: this installation has no public URL \
               (SIGNALBOX_PUBLIC_URL)";
    let (id, now) = (registrar.target.connection.id, registrar.env.clock.now());
    let mut tx = registrar.env.db.begin(registrar.ctx.tenant).await.map_err(JobError::retry)?;
    webhooks::tried(&mut tx, id, None, now).await.map_err(JobError::retry)?;
    webhooks::failed(&mut tx, id, "no_public_url", why, now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}
