//! `GET` and `PATCH /api/v1/connections/{id}/settings`: all that a form needs, and what it sends back

use super::{Error, accounts_in, adopt, change_secrets, inherited, required, status::move_to};
use crate::{
    auth::{Caller, Record},
    endpoints::invalid,
    plugins,
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    sealing::{self, ShownSecret},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{ConnectionId, connection::ConnectionStatus, role::Permission};
use inbox::Transaction;
use manifest::{FieldHints, Origin, Stored};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::{
    connections::{self, Connection},
    secrets,
};

/// What a connection is set up with, and how to show it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConnectionSettings {
    /// The plugin whose form it is.
    plugin_id: String,
    /// The version of the plugin.
    plugin_version: String,
    /// JSON Schema (draft-07, with `x-` hints).
    #[schema(value_type = Object)]
    schema: Value,
    /// The hints of the schema, field by field in the order of a form.
    #[schema(schema_with = crate::openapi::list_of_hints)]
    hints: Vec<FieldHints>,
    /// The settings in force, without secrets.
    #[schema(value_type = Object)]
    values: Value,
    /// Where each of them comes from, by its JSON pointer.
    #[schema(schema_with = crate::openapi::origins)]
    origins: BTreeMap<String, Origin>,
    /// Its secrets: whether they are set, never what they are.
    secrets: BTreeMap<String, ShownSecret>,
}

impl ConnectionSettings {
    /// What the audit log tells of it: the values, and of secrets whether they are set.
    fn told(&self) -> Value {
        json!({ "settings": self.values, "secrets": self.secrets })
    }
}

/// Read the settings of a connection
///
/// Each value comes from the connection itself (`own`), from the tenant's defaults for the plugin (`tenant`), or from
/// the schema (`default`).
#[utoipa::path(get, path = "/api/v1/connections/{id}/settings", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The settings, with an ETag", body = ConnectionSettings),
              (status = 404, description = "`not_found`")))]
pub async fn get(State(api): State<Api>, caller: Caller, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    Ok(tagged(connection.version, show(&api, &mut tx, &connection).await?))
}

/// Change the settings of a connection
///
/// The body is laid over the settings field by field. What it omits stays; `null` takes a value back, so that the
/// inherited one applies again, and removes a secret. New secrets make a connection active that needed them.
#[utoipa::path(patch, path = "/api/v1/connections/{id}/settings", tag = "connections",
    request_body(content = Object, description = "Valid against the schema, once it is laid over what is there"),
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The settings as they are now, with an ETag", body = ConnectionSettings),
              (status = 409, description = "`account_taken`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`, with pointers into the settings"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    if_match: IfMatch,
    Json(settings): Json<Value>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let before = required(change.conn(), id).await?;
    if_match.check(before.version)?;
    let shown_before = show(&api, change.conn(), &before).await?;
    let mut after = before.clone();
    let has_new_secrets = apply(&api, &mut change, &mut after, &settings, "").await?;
    save(&mut change, &before, &after, has_new_secrets).await?;
    let connection = required(change.conn(), id).await?;
    let shown = show(&api, change.conn(), &connection).await?;
    let record = Record::new("connection.updated").of(id);
    change.commit(record.before(shown_before.told()).after(shown.told())).await?;
    adopt(&api, caller.tenant, id).await?;
    Ok(tagged(connection.version, shown))
}

/// Lays a change over the settings of `connection`, and stores what it says about secrets and accounts. Whether it sets
/// a secret. `pointer` is where the change stands in the request.
pub async fn apply(
    api: &Api,
    change: &mut Transaction,
    connection: &mut Connection,
    settings: &Value,
    pointer: &str,
) -> Result<bool, Problem> {
    let (tenant, now) = (change.tenant(), change.now());
    let conn = change.conn();
    let compiled = plugins::installed(api, conn, &connection.plugin_id, &connection.plugin_version).await?;
    let stored_secrets = secrets::of_connection(conn, connection.id).await?;
    let stored_secrets = stored_secrets.into_iter().map(|secret| secret.name).collect();
    let inherited = inherited(conn, &compiled).await?;
    let stored = Stored { own: connection.own_settings(), tenant: &inherited, secrets: &stored_secrets };
    let accepted = compiled.settings.change(stored, settings).map_err(|errors| invalid(errors, pointer))?;
    change_secrets(api, conn, tenant, connection.id, &accepted.secrets, now).await?;
    let accounts = accounts_in(&compiled, &accepted.settings);
    connections::set_accounts(conn, connection.id, connection.endpoint_id, &accounts).await.map_err(Error::from)?;
    connection.settings = accepted.settings;
    connection.own = Some(accepted.own);
    Ok(!accepted.secrets.is_empty())
}

/// Writes a connection that has been changed since it was read as `before`.
pub async fn save(
    change: &mut Transaction,
    before: &Connection,
    after: &Connection,
    has_new_secrets: bool,
) -> Result<(), Problem> {
    let now = change.now();
    connections::update(change.conn(), after, now).await?.ok_or(Code::PreconditionFailed)?;
    if has_new_secrets && before.status == ConnectionStatus::NeedsReauth {
        move_to(change, after.id, ConnectionStatus::Active).await?;
    } else if has_new_secrets || after.settings != before.settings {
        change.follow_connection(after.id).await?;
    }
    Ok(())
}

async fn show(api: &Api, conn: &mut PgConnection, connection: &Connection) -> Result<ConnectionSettings, Problem> {
    let compiled = plugins::installed(api, conn, &connection.plugin_id, &connection.plugin_version).await?;
    let stored = secrets::of_connection(conn, connection.id).await?;
    let inherited = inherited(conn, &compiled).await?;
    Ok(ConnectionSettings {
        plugin_id: connection.plugin_id.clone(),
        plugin_version: connection.plugin_version.clone(),
        schema: compiled.settings.schema().clone(),
        hints: compiled.settings.hints(),
        values: connection.settings.clone(),
        origins: compiled.settings.origins(connection.own_settings(), &inherited),
        secrets: sealing::shown(compiled.settings.secret_names(), &stored),
    })
}
