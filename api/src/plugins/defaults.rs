//! `GET` and `PUT /api/v1/plugins/{id}/defaults`: what a tenant gives all its connections of a plugin

use super::{Compiled, installed};
use crate::{
    auth::{Caller, Record},
    connections::{accounts_in, adopt},
    endpoints::invalid,
    problem::{Code, FieldProblem, Problem},
    request::{IfMatch, Json, Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use domain::{TenantId, role::Permission};
use manifest::{FieldHints, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::{
    connections::{self, Connection},
    plugins::defaults::{self, Defaults},
    secrets,
};

/// What a tenant gives all its connections of a plugin.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginDefaults {
    /// Some of the settings. A connection that has no own value for one of them works with this.
    #[schema(value_type = Object)]
    settings: Value,
    /// JSON Schema of the settings, in the version that new connections get.
    #[schema(value_type = Object)]
    schema: Value,
    /// The `x-` hints of that schema.
    #[schema(schema_with = crate::openapi::list_of_hints)]
    hints: Vec<FieldHints>,
    /// The last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDefaults {
    /// Some of the settings, as a whole: what is left out is no default any more. Secrets are each connection's own.
    #[schema(value_type = Object)]
    settings: Value,
}

/// Read the tenant's defaults for a plugin
#[utoipa::path(get, path = "/api/v1/plugins/{id}/defaults", tag = "plugins", params(("id" = String, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The defaults, with an ETag", body = PluginDefaults),
              (status = 404, description = "`not_found`")))]
pub async fn get(State(api): State<Api>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let compiled = current(&api, &mut tx, &id).await?;
    let defaults = defaults::load(&mut tx, &id).await?;
    Ok(show(&compiled, defaults))
}

/// Set the tenant's defaults for a plugin
///
/// They are in force at once, for every connection of the tenant that has no own value; if one of these would become
/// invalid, nothing changes.
#[utoipa::path(put, path = "/api/v1/plugins/{id}/defaults", tag = "plugins", request_body = PutDefaults,
    params(("id" = String, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The defaults as they are now, with an ETag", body = PluginDefaults),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`account_taken`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`, with pointers into the settings"),
              (status = 428, description = "`precondition_required`")))]
pub async fn put(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(new): Json<PutDefaults>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let compiled = current(&api, change.conn(), &id).await?;
    let errors = compiled.settings.check_shared(&new.settings);
    if !errors.is_empty() {
        return Err(invalid(errors, "/settings"));
    }
    if let Some(account) = compiled.manifest.account_settings.iter().find(|name| new.settings.get(name).is_some()) {
        let message = "an account belongs to one connection";
        return Err(Problem::field(format!("/settings/{account}"), "account", message));
    }
    let now = change.now();
    let before = defaults::load(change.conn(), &id).await?.map(|defaults| json!({ "settings": defaults.settings }));
    let put = defaults::put(change.conn(), &id, &new.settings, if_match.0, now).await?;
    let put = put.ok_or(Code::PreconditionFailed)?;
    let mut problems = Vec::new();
    let mut changed = Vec::new();
    for connection in connections::of_plugin(change.conn(), &id).await? {
        match inherit(&api, change.conn(), caller.tenant, &connection, &new.settings, now).await? {
            Ok(true) => changed.push(connection.id),
            Ok(false) => {}
            Err(problem) => problems.extend(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let record = Record::new("plugin.defaults_put").of(&id).before(before);
    change.commit(record.after(json!({ "settings": put.settings }))).await?;
    for connection in changed {
        adopt(&api, caller.tenant, connection).await?;
    }
    Ok(show(&compiled, Some(put)))
}

async fn current(api: &Api, conn: &mut PgConnection, id: &str) -> Result<Arc<Compiled>, Problem> {
    let plugin = store::plugins::current(conn, id).await?.ok_or(Code::NotFound)?;
    api.manifests.of(&plugin).map_err(Problem::internal)
}

/// Gives a connection its new defaults, whichever version it holds. Whether that changes its settings, or what would be
/// wrong with them then.
async fn inherit(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    connection: &Connection,
    shared: &Value,
    now: DateTime<Utc>,
) -> Result<Result<bool, Vec<FieldProblem>>, Problem> {
    let compiled = installed(api, conn, &connection.plugin_id, &connection.plugin_version).await?;
    let names = secrets::of_connection(conn, connection.id).await?.into_iter().map(|secret| secret.name).collect();
    let inherited = compiled.settings.inheritable(shared);
    let stored = Stored { own: connection.own_settings(), tenant: &inherited, secrets: &names };
    let accepted = match compiled.settings.change(stored, &json!({})) {
        Ok(accepted) => accepted,
        Err(errors) => {
            let of = |error: manifest::FieldError| {
                let message = format!("{} (of the connection `{}`)", error.message, connection.name);
                FieldProblem::new(error.pointer, error.code, message).below("/settings")
            };
            return Ok(Err(errors.into_iter().map(of).collect()));
        }
    };
    if accepted.settings == connection.settings {
        return Ok(Ok(false));
    }
    let accounts = accounts_in(&compiled, &accepted.settings);
    let set = connections::set_accounts(conn, connection.id, connection.endpoint_id, &accounts).await;
    set.map_err(crate::connections::Error::from)?;
    let after = Connection { settings: accepted.settings, own: Some(accepted.own), ..connection.clone() };
    connections::update(conn, &after, now).await?.ok_or(Code::Conflict)?;
    inbox::follow_connection(conn, tenant, connection.id, now).await?;
    Ok(Ok(true))
}

/// The defaults, with the version that a change must name: 0 as long as there are none.
fn show(compiled: &Compiled, defaults: Option<Defaults>) -> Response {
    let version = defaults.as_ref().map_or(0, |defaults| defaults.version);
    let updated_at = defaults.as_ref().map(|defaults| defaults.updated_at);
    let shown = PluginDefaults {
        settings: defaults.map_or_else(|| json!({}), |defaults| defaults.settings),
        schema: compiled.settings.schema().clone(),
        hints: compiled.settings.hints(),
        updated_at,
    };
    tagged(version, shown)
}
