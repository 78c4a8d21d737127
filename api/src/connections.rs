//! Connections: accounts and numbers at providers.

pub mod actions;
mod ask;
pub mod calls;
pub mod checks;
pub mod create;
pub mod delete;
pub mod get;
pub mod health;
pub mod list;
pub mod options;
pub mod rollback;
pub mod settings;
pub mod status;
pub mod templates;
pub mod update;
pub mod upgrade;

use crate::{
    endpoints::webhook_url,
    plugins::{self, Compiled},
    problem::{Code, Problem},
    sealing::{self, ShownSecret},
    state::Api,
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, TenantId, connection::ConnectionStatus, job::Lane, plugin::PluginVersion};
use manifest::SecretChange;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};
use store::{
    connections::{self, Connection},
    endpoints, ingest, secrets,
};

/// A connection.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Connection)]
pub struct ShownConnection {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ConnectionId,
    /// The plugin that speaks with the provider.
    plugin_id: String,
    /// The version of the plugin that does. Others may be installed; see `upgrade`.
    plugin_version: String,
    /// What people call it.
    name: String,
    /// What is no secret of its settings.
    #[schema(value_type = Object)]
    settings: Value,
    /// Its secrets: whether they are set, never what they are.
    secrets: BTreeMap<String, ShownSecret>,
    /// Whether it works.
    #[schema(schema_with = crate::openapi::connection_status)]
    status: ConnectionStatus,
    /// Why it does not.
    status_reason: Option<String>,
    /// Since when; absent where that was not noted yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_since: Option<DateTime<Utc>>,
    /// The accounts it answers for at its endpoint.
    accounts: Vec<String>,
    /// Where its webhooks arrive.
    #[schema(value_type = uuid::Uuid)]
    endpoint_id: EndpointId,
    /// The address to give to the provider; absent where the endpoint is the operator's.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_url: Option<String>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("another connection answers for the account")]
    AccountTaken,
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if error.is_unique_violation_of("connection_accounts_endpoint_id_account_key") {
            Self::AccountTaken
        } else {
            Self::Store(error)
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::AccountTaken => Code::AccountTaken.into(),
            Error::Store(error) => error.into(),
        }
    }
}

/// A connection that must exist.
async fn required(conn: &mut PgConnection, id: ConnectionId) -> Result<Connection, Problem> {
    Ok(connections::load(conn, id).await?.ok_or(Code::NotFound)?)
}

/// What is shown of a connection.
async fn show(api: &Api, conn: &mut PgConnection, connection: Connection) -> Result<ShownConnection, Problem> {
    let mut shown = show_all(api, conn, vec![connection]).await?;
    Ok(shown.pop().ok_or(Code::NotFound)?)
}

/// What is shown of connections, in their order. As many statements as plugins speak for them, and three.
async fn show_all(
    api: &Api,
    conn: &mut PgConnection,
    connections: Vec<Connection>,
) -> Result<Vec<ShownConnection>, Problem> {
    let ids: Vec<_> = connections.iter().map(|connection| connection.id).collect();
    let endpoints: Vec<_> = connections.iter().map(|connection| connection.endpoint_id).collect();
    let speakers = Speakers::of(api, conn, &connections).await?;
    let mut secrets = grouped(secrets::of_connections(conn, &ids).await?);
    let mut accounts = grouped(connections::accounts(conn, &ids).await?);
    let keys: BTreeMap<_, _> = endpoints::keys(conn, &endpoints).await?.into_iter().collect();
    let show = |connection: Connection| ShownConnection {
        id: connection.id,
        secrets: sealing::shown(
            speakers.for_connection(&connection).settings.secret_names(),
            &secrets.remove(&connection.id).unwrap_or_default(),
        ),
        plugin_id: connection.plugin_id,
        plugin_version: connection.plugin_version,
        name: connection.name,
        settings: connection.settings,
        status: connection.status,
        status_reason: connection.status_reason,
        status_since: connection.status_since,
        accounts: accounts.remove(&connection.id).unwrap_or_default(),
        endpoint_id: connection.endpoint_id,
        webhook_url: keys.get(&connection.endpoint_id).map(|key| webhook_url(api, key)),
        created_at: connection.created_at,
        updated_at: connection.updated_at,
    };
    Ok(connections.into_iter().map(show).collect())
}

fn grouped<T>(rows: Vec<(ConnectionId, T)>) -> BTreeMap<ConnectionId, Vec<T>> {
    let mut groups: BTreeMap<_, Vec<T>> = BTreeMap::new();
    for (id, row) in rows {
        groups.entry(id).or_default().push(row);
    }
    groups
}

/// The plugins that speak for some connections, each read once.
pub struct Speakers(BTreeMap<(String, String), Arc<Compiled>>);

impl Speakers {
    pub async fn of(api: &Api, conn: &mut PgConnection, connections: &[Connection]) -> Result<Self, Problem> {
        let mut speakers = BTreeMap::new();
        for Connection { plugin_id, plugin_version, .. } in connections {
            if let Entry::Vacant(entry) = speakers.entry((plugin_id.clone(), plugin_version.clone())) {
                entry.insert(plugins::installed(api, conn, plugin_id, plugin_version).await?);
            }
        }
        Ok(Self(speakers))
    }

    /// The one of a connection that was among them.
    pub fn for_connection(&self, connection: &Connection) -> &Compiled {
        &self.0[&(connection.plugin_id.clone(), connection.plugin_version.clone())]
    }
}

/// What the connection inherits from its tenant, as far as its version has a use for it.
async fn inherited(conn: &mut PgConnection, compiled: &Compiled) -> Result<Value, Problem> {
    let defaults = store::plugins::defaults::load(conn, &compiled.manifest.id).await?;
    Ok(compiled.settings.inheritable(&defaults.map_or(Value::Null, |defaults| defaults.settings)))
}

/// Gives an endpoint of the tenant the recipe of the newest version among its connections. A shared endpoint stays as it
/// is: its recipe guards other tenants' webhooks, too, and is the operator's to change.
async fn follow_newest(conn: &mut PgConnection, endpoint: EndpointId) -> Result<(), Problem> {
    let versions = connections::versions_at(conn, endpoint).await?;
    let newest = versions.iter().filter_map(|version| version.parse::<PluginVersion>().ok()).max();
    if let Some(newest) = newest {
        endpoints::set_plugin_version(conn, endpoint, &newest.to_string()).await?;
    }
    Ok(())
}

/// Seals and stores, or removes, secrets of a connection.
async fn change_secrets(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ConnectionId,
    changes: &BTreeMap<String, SecretChange>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for (name, change) in changes {
        match change {
            SecretChange::Set(value) => {
                let sealed = sealing::seal_for_connection(&api.keyring, tenant, id, name, value);
                secrets::put_for_connection(conn, id, name, &sealed, now).await?;
            }
            SecretChange::Clear => drop(secrets::remove_from_connection(conn, id, name).await?),
        }
    }
    Ok(())
}

/// The accounts that settings name, by the fields that the manifest says hold them.
pub fn accounts_in(compiled: &Compiled, settings: &Value) -> Vec<String> {
    let fields = compiled.manifest.account_settings.iter();
    let mut accounts: Vec<_> =
        fields.filter_map(|field| settings.get(field)?.as_str()).filter(|text| !text.is_empty()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.into_iter().map(str::to_owned).collect()
}

/// Hands a connection what waits for its accounts. To be called after the commit that registered them: a webhook that
/// found them unknown before that commit is either seen here, or finds them known when it looks again.
pub async fn adopt(api: &Api, tenant: TenantId, id: ConnectionId) -> Result<(), Problem> {
    let mut tx = api.database.begin(tenant).await?;
    let adopted = ingest::adopt_unrouted(&mut tx, id).await?;
    tx.commit().await?;
    if adopted > 0 {
        tracing::info!(connection = %id, adopted, "waiting deliveries were handed to their connection");
        api.queue.wake(Lane::Live);
    }
    Ok(())
}
