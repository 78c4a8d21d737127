//! `POST /api/v1/connections/{id}/rollback`

use super::{Error, ShownConnection, accounts_in, adopt, follow_newest, inherited, required, show, upgrade::remove};
use crate::{
    auth::{Caller, Record},
    plugins::{self, Compiled},
    problem::{Code, Problem},
    request::{Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, role::Permission};
use manifest::{Difference, Stored};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use store::{
    connections::{
        self, Connection,
        versions::{self, Past},
    },
    endpoints, secrets,
};

/// Take the last upgrade of a connection back
///
/// The version from before speaks for it from the next job on, with the settings from before. Secrets that the upgrade
/// removed come back; those that were changed since stay changed, as the provider would not take the old ones.
#[utoipa::path(post, path = "/api/v1/connections/{id}/rollback", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The connection as it is now, with an ETag", body = ShownConnection),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`nothing_to_roll_back`, `account_taken`"),
              (status = 412, description = "`precondition_failed`: it was changed at the same time")))]
pub async fn roll_back(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let now = change.now();
    let before = required(change.conn(), id).await?;
    let shown_before = show(&api, change.conn(), before.clone()).await?;
    let conn = change.conn();
    let past = versions::last(conn, id).await?.ok_or(Code::NothingToRollBack)?;
    let compiled = plugins::installed(&api, conn, &before.plugin_id, &past.plugin_version).await?;
    bring_back_secrets(conn, id, &compiled, &past, now).await?;
    let after = restored(conn, &before, &compiled, &past).await?;
    let accounts = accounts_in(&compiled, &after.settings);
    connections::set_accounts(conn, id, before.endpoint_id, &accounts).await.map_err(Error::from)?;
    connections::update(conn, &after, now).await?.ok_or(Code::PreconditionFailed)?;
    versions::forget(conn, id, past.id).await?;
    follow_newest(conn, before.endpoint_id).await?;
    let left = plugins::installed(&api, conn, &before.plugin_id, &before.plugin_version).await?;
    take_back_endpoint(conn, &before, &left, &compiled).await?;
    change.connection_version_changed(id, &before.plugin_version, &past.plugin_version);
    change.follow_connection(id).await?;
    let connection = required(change.conn(), id).await?;
    let version = connection.version;
    let shown = show(&api, change.conn(), connection).await?;
    change.commit(Record::new("connection.rolled_back").of(id).before(shown_before).after(&shown)).await?;
    adopt(&api, caller.tenant, id).await?;
    Ok(tagged(version, shown))
}

/// The connection as it was, over the tenant's defaults of today; as it was altogether where these do not fit it.
async fn restored(
    conn: &mut PgConnection,
    before: &Connection,
    compiled: &Compiled,
    past: &Past,
) -> Result<Connection, Problem> {
    let tenant = inherited(conn, compiled).await?;
    let names = secrets::of_connection(conn, before.id).await?.into_iter().map(|secret| secret.name).collect();
    let own = past.own.as_ref().unwrap_or(&past.settings);
    let today = compiled.settings.change(Stored { own, tenant: &tenant, secrets: &names }, &json!({}));
    let settings = today.map_or_else(|_| past.settings.clone(), |today| today.settings);
    let plugin_version = past.plugin_version.clone();
    Ok(Connection { plugin_version, settings, own: past.own.clone(), ..before.clone() })
}

/// An endpoint that has come back with the connection loses the settings that its recipe does not have.
async fn take_back_endpoint(
    conn: &mut PgConnection,
    connection: &Connection,
    left: &Compiled,
    compiled: &Compiled,
) -> Result<(), Problem> {
    let Some(endpoint) = endpoints::load(conn, connection.endpoint_id).await? else { return Ok(()) };
    let mut after = endpoint.clone();
    remove(&mut after.settings, &Difference::between(&left.manifest, &compiled.manifest).endpoint_settings);
    if endpoint.plugin_version == compiled.manifest.version && after.settings != endpoint.settings {
        endpoints::update(conn, &after).await?.ok_or(Code::PreconditionFailed)?;
    }
    Ok(())
}

async fn bring_back_secrets(
    conn: &mut PgConnection,
    id: ConnectionId,
    compiled: &Compiled,
    past: &Past,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let known: BTreeSet<&str> = compiled.settings.secret_names().collect();
    let present = secrets::of_connection(conn, id).await?;
    for secret in &present {
        if !known.contains(secret.name.as_str()) {
            secrets::remove_from_connection(conn, id, &secret.name).await?;
        }
    }
    for secret in &past.secrets {
        if !present.iter().any(|present| present.name == secret.name) {
            secrets::put_for_connection(conn, id, &secret.name, &secret.sealed, now).await?;
        }
    }
    Ok(())
}
