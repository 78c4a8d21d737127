//! `POST /api/v1/connections`

use super::{Error, ShownConnection, accounts_in, adopt, change_secrets, follow_newest, inherited, required, show};
use crate::{
    auth::{Caller, Record},
    authorizations,
    endpoints::{self, Making, invalid},
    plugins::{self, Compiled},
    problem::Problem,
    request::Creation,
    state::Api,
    users::check_name,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, EndpointId, TenantId,
    job::Job as _,
    jobs::{PollTrigger, SetUpWebhooks},
    role::Permission,
};
use http::{StatusCode, header};
use manifest::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::connections::{self, NewConnection};

/// A new connection.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateConnection {
    /// The plugin that speaks with the provider.
    plugin_id: String,
    /// The version of the plugin that does; without it, the newest.
    plugin_version: Option<String>,
    /// What people call it.
    name: String,
    /// Valid against the plugin's settings schema, secrets included.
    #[schema(value_type = Object)]
    settings: Value,
    /// An endpoint that exists, where several connections share one; otherwise the connection gets its own.
    #[schema(value_type = Option<uuid::Uuid>)]
    endpoint_id: Option<EndpointId>,
    /// What the connection's own endpoint is set up with: valid against the plugin's endpoint schema. Tokens that we
    /// choose may be left out.
    #[schema(value_type = Option<Object>)]
    endpoint_settings: Option<Value>,
}

/// A connection that was just made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CreatedConnection {
    #[serde(flatten)]
    connection: ShownConnection,
    /// Secrets of the endpoint that were chosen because they were left out, to be told to the provider. Shown this
    /// once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    generated_secrets: BTreeMap<String, String>,
}

/// Create a connection
///
/// Webhooks that arrived for its accounts before it existed are handed to it.
#[utoipa::path(post, path = "/api/v1/connections", tag = "connections", request_body = CreateConnection,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["manage_connections"])),
    responses((status = 201, description = "Created", body = CreatedConnection),
              (status = 409, description = "`account_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, with pointers into the settings; `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateConnection>,
) -> Result<Response, Problem> {
    let (mut administration, _) = caller.administer(Permission::ManageConnections).await?;
    let now = administration.now();
    let tx = administration.conn();
    if let Some(answer) = creation.earlier_answer(tx, caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    check_name("/name", &new.name).map_err(|problem| Problem::invalid(vec![problem]))?;
    let wanted = new.plugin_version.as_deref();
    let compiled = plugins::required(&api, tx, &new.plugin_id, wanted, "/plugin_id").await?;
    let (tenant, none, no_secrets) = (inherited(tx, &compiled).await?, json!({}), BTreeSet::new());
    let stored = Stored { own: &none, tenant: &tenant, secrets: &no_secrets };
    let change = compiled.settings.change(stored, &new.settings).map_err(|errors| invalid(errors, "/settings"))?;
    let (endpoint_id, generated_secrets) = endpoint(&api, tx, caller.tenant, &compiled, new, now).await?;
    let id = ConnectionId::new();
    let row = NewConnection {
        id,
        endpoint_id,
        plugin_id: &new.plugin_id,
        plugin_version: Some(&compiled.manifest.version),
        name: new.name.trim(),
        settings: &change.settings,
        own: Some(&change.own),
    };
    connections::create(tx, &row, now).await?;
    follow_newest(tx, endpoint_id).await?;
    authorizations::await_person(tx, caller.tenant, id, &compiled, now).await?;
    change_secrets(&api, tx, caller.tenant, id, &change.secrets, now).await?;
    let accounts = accounts_in(&compiled, &change.settings);
    connections::set_accounts(tx, id, endpoint_id, &accounts).await.map_err(Error::from)?;
    inbox::follow_connection(tx, caller.tenant, id, now).await?;
    let connection = required(tx, id).await?;
    let connection = show(&api, tx, connection).await?;
    // What is kept for a repeated request holds no secret.
    creation.keep(tx, caller.user, now, StatusCode::CREATED, &json!(connection)).await?;
    administration.commit(Record::new("connection.created").of(id).after(&connection)).await?;
    api.queue.wake(SetUpWebhooks::LANE);
    api.queue.wake(PollTrigger::LANE);
    adopt(&api, caller.tenant, id).await?;
    let location = [(header::LOCATION, format!("/api/v1/connections/{id}"))];
    Ok((StatusCode::CREATED, location, axum::Json(CreatedConnection { connection, generated_secrets })).into_response())
}

/// The endpoint that was named, or a new one.
async fn endpoint(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    compiled: &Compiled,
    new: &CreateConnection,
    now: DateTime<Utc>,
) -> Result<(EndpointId, BTreeMap<String, String>), Problem> {
    let Some(id) = new.endpoint_id else {
        let settings = new.endpoint_settings.as_ref().unwrap_or(&Value::Null);
        let settings = if settings.is_null() { &json!({}) } else { settings };
        let making = Making { tenant, compiled, name: &new.name, settings, pointer: "/endpoint_settings" };
        let made = endpoints::make(api, conn, making, now).await?;
        return Ok((made.id, made.generated));
    };
    if new.endpoint_settings.is_some() {
        let message = "an endpoint that exists keeps its settings";
        return Err(Problem::field("/endpoint_settings", "conflict", message));
    }
    match store::endpoints::load(conn, id).await? {
        Some(endpoint) if endpoint.plugin_id == new.plugin_id => Ok((id, BTreeMap::new())),
        Some(_) => Err(Problem::field("/endpoint_id", "other_plugin", "the endpoint is another plugin's")),
        None => Err(Problem::field("/endpoint_id", "unknown_endpoint", "there is no such endpoint")),
    }
}
