//! Where a plugin's state of one connection is kept: in the database, as the connection's own.

use crate::Environment;
use domain::{Clock, ConnectionId, TenantId};
use plugin_host::{StateError, StateFuture, StateStore};
use std::{fmt, sync::Arc, time::Duration};
use store::{
    Database,
    plugin_state::{self, Write, Written},
};

/// The state of one connection. Every operation is a transaction of its own: what a plugin has written stays, however
/// its call ends.
pub struct ConnectionState {
    db: Database,
    clock: Arc<dyn Clock>,
    tenant: TenantId,
    connection: ConnectionId,
}

impl ConnectionState {
    /// The state of this connection.
    pub fn new(env: &Environment, tenant: TenantId, connection: ConnectionId) -> Self {
        Self { db: env.db.clone(), clock: Arc::clone(&env.clock), tenant, connection }
    }

    async fn read(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, store::Error> {
        let mut tx = self.db.begin(self.tenant).await?;
        let entry = plugin_state::get(&mut tx, self.connection, key, self.clock.now()).await?;
        tx.commit().await?;
        Ok(entry.map(|entry| (entry.value, entry.version.try_into().unwrap_or_default())))
    }

    async fn write(&self, write: Write<'_>) -> Result<Written, store::Error> {
        let mut tx = self.db.begin(self.tenant).await?;
        let written = plugin_state::put(&mut tx, self.connection, write, self.clock.now()).await?;
        tx.commit().await?;
        Ok(written)
    }

    async fn remove(&self, key: &str) -> Result<(), store::Error> {
        let mut tx = self.db.begin(self.tenant).await?;
        plugin_state::delete(&mut tx, self.connection, key).await?;
        tx.commit().await
    }
}

impl fmt::Debug for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionState({})", self.connection)
    }
}

impl StateStore for ConnectionState {
    fn get<'a>(&'a self, key: &'a str) -> StateFuture<'a, Option<(Vec<u8>, u64)>> {
        Box::pin(async move { self.read(key).await.map_err(unavailable) })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: &'a [u8],
        if_version: Option<u64>,
        ttl: Option<Duration>,
        quota: usize,
    ) -> StateFuture<'a, u64> {
        Box::pin(async move {
            let write = Write {
                key,
                value,
                // No entry has a version beyond what the database counts to, so such a one is a conflict.
                if_version: if_version.map(|version| version.try_into().unwrap_or(i64::MAX)),
                // A time too far away to be written down is never.
                expires_at: ttl
                    .and_then(|ttl| chrono::Duration::from_std(ttl).ok())
                    .and_then(|ttl| self.clock.now().checked_add_signed(ttl)),
                quota: quota.try_into().unwrap_or(i64::MAX),
            };
            match self.write(write).await.map_err(unavailable)? {
                Written::Version(version) => Ok(version.try_into().unwrap_or_default()),
                Written::Conflict => Err(StateError::Conflict),
                Written::Quota => Err(StateError::Quota),
            }
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> StateFuture<'a, ()> {
        Box::pin(async move { self.remove(key).await.map_err(unavailable) })
    }
}

/// What went wrong is for the operator's log, not for plugins.
#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
fn unavailable(error: store::Error) -> StateError {
    tracing::warn!(%error, "a plugin's state cannot be reached");
    StateError::Unavailable
}
