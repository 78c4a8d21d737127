//! What a call of a plugin needs: the connection, its plugin, its secrets.

use crate::{Environment, plugins, records::Origin, secrets, state::ConnectionState};
use domain::{ConnectionId, TenantId};
use manifest::Interface;
use plugin_host::{CallContext, CallSecrets, Plugin, Tape};
use serde_json::Value;
use sqlx::PgConnection;
use std::sync::Arc;
use store::connections::{self, Connection};

/// A connection, ready to be called about.
#[derive(Clone)]
pub struct Target {
    /// The connection.
    pub connection: Connection,
    /// The plugin that speaks for it.
    pub plugin: Arc<Plugin>,
    /// Whose it is.
    pub tenant: TenantId,
    secrets: CallSecrets,
}

/// Why a connection cannot be called about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its rows cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Its plugin cannot be used.
    #[error(transparent)]
    Plugin(#[from] plugins::Error),
    /// Its secrets cannot be opened.
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}

impl Target {
    /// Loads what is needed. `None`: there is no such connection (any more).
    pub async fn load(
        env: &Environment,
        conn: &mut PgConnection,
        tenant: TenantId,
        id: ConnectionId,
    ) -> Result<Option<Self>, Error> {
        match connections::load(conn, id).await? {
            Some(connection) => Self::with_stored_secrets(env, conn, tenant, connection).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same for a connection that people have deleted, as long as it is still there.
    pub async fn load_deleted(
        env: &Environment,
        conn: &mut PgConnection,
        tenant: TenantId,
        id: ConnectionId,
    ) -> Result<Option<Self>, Error> {
        match connections::deletion::load(conn, id).await? {
            Some(connection) => Self::with_stored_secrets(env, conn, tenant, connection).await.map(Some),
            None => Ok(None),
        }
    }

    async fn with_stored_secrets(
        env: &Environment,
        conn: &mut PgConnection,
        tenant: TenantId,
        connection: Connection,
    ) -> Result<Self, Error> {
        let sealed = store::secrets::of_connection(conn, connection.id).await?;
        let sealed = sealed.into_iter().map(|secret| (secret.name, secret.sealed)).collect();
        Self::of(env, tenant, connection, sealed).await
    }

    /// The same for a connection that is loaded already, with its sealed secrets.
    pub async fn of(
        env: &Environment,
        tenant: TenantId,
        connection: Connection,
        sealed: Vec<(String, Vec<u8>)>,
    ) -> Result<Self, Error> {
        let plugin = env.plugins.get(&connection.plugin_id, &connection.plugin_version).await?;
        let secrets = secrets::open(&env.keyring, tenant, connection.id, sealed)?;
        Ok(Self { connection, plugin, tenant, secrets })
    }

    /// The same connection with other settings.
    #[must_use]
    pub fn with_settings(&self, settings: Value) -> Self {
        Self { connection: Connection { settings, ..self.connection.clone() }, ..self.clone() }
    }

    /// Whether its plugin has this interface.
    pub fn implements(&self, interface: Interface) -> bool {
        self.plugin.manifest().implements(interface)
    }

    /// What the plugin is told about one call, but for an OAuth token: [`Target::call`] adds it.
    pub(crate) fn context(&self, env: &Environment, call_id: String, origin: &Origin) -> CallContext {
        CallContext {
            call_id,
            attempt: origin.attempt,
            now_ms: env.clock.now().timestamp_millis().try_into().unwrap_or_default(),
            connection_id: self.connection.id.to_string(),
            settings: self.connection.settings.clone(),
            secrets: self.secrets.clone(),
            state: Some(Arc::new(ConnectionState::new(env, self.tenant, self.connection.id))),
            recorder: Some(env.records.of(self.tenant, self.connection.id, origin)),
            tape: Tape::off(),
        }
    }
}
