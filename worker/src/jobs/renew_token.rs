//! Renews the OAuth tokens of a connection ahead of their end, so that no call waits for it.

use crate::Environment;
use domain::{connection::ConnectionStatus, jobs::RenewToken};
use oauth::{Error, Subject};
use queue::{JobContext, JobError};
use std::sync::Arc;
use store::connections;

/// A connection that is switched off, or waits for a person, is left alone: its first call renews what can be renewed.
pub async fn run(env: Arc<Environment>, job: RenewToken, _: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let connection = connections::load(&mut tx, job.connection_id).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    let Some(connection) = connection.filter(|connection| connection.status == ConnectionStatus::Active) else {
        return Ok(());
    };
    let plugin = env.plugins.get(&connection.plugin_id, &connection.plugin_version).await;
    let plugin = plugin.map_err(JobError::retry)?;
    if plugin.manifest().oauth.is_none() {
        // Another version, which has no use for tokens.
        return Ok(());
    }
    let subject = Subject { tenant: job.tenant_id, connection: &connection, manifest: plugin.manifest() };
    match env.oauth.renew(&subject, job.rotation).await {
        // The connection says so itself now.
        Ok(()) | Err(Error::NeedsPerson { .. }) => Ok(()),
        Err(Error::Unavailable { after, why }) => Err(JobError::Retry { after, error: why, blame: false }),
        Err(error) => Err(JobError::retry(error)),
    }
}
