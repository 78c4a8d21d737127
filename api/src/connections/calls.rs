//! `GET /api/v1/connections/{id}/calls`: what the connection's plugin was called for, and what became of it.

use super::required;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Path, Query, paging},
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, role::Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::plugin_calls::{self, Call, Filter};
use uuid::Uuid;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only calls of this function of the plugin API, such as `send`.
    function: Option<String>,
    /// Only calls that failed.
    #[serde(default)]
    failed: bool,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A call of a plugin: what happened, and nothing of what was said.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PluginCall)]
pub struct ShownCall {
    /// Which.
    id: Uuid,
    /// When it began.
    called_at: DateTime<Utc>,
    /// The plugin.
    plugin_id: String,
    /// Its version.
    plugin_version: String,
    /// What was called, by its name in the plugin API.
    function: String,
    /// Which attempt it was, counted from 1.
    attempt: i32,
    /// From start to end, in microseconds.
    duration_us: i64,
    /// How much of that it was running rather than waiting, in microseconds.
    busy_us: i64,
    /// The most memory that it had, in bytes.
    memory_bytes: i64,
    /// How often it called the host.
    host_calls: i32,
    /// Its HTTP requests: `method`, `host`, and the `status` of the answer or the `failure`.
    #[schema(value_type = Vec<Object>)]
    requests: Value,
    /// `ok`, or `error` for one that the plugin answered with, or why the host ended it: `trap`, `out_of_memory`,
    /// `cpu_limit`, `wall_limit`, `bad_output`.
    outcome: String,
    /// The kind of the plugin's error.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_kind: Option<String>,
    /// The code of the plugin's error, or what the host says.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The id that the plugin was told: of a delivery, a message or a job.
    call_id: String,
    /// The job that called.
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<i64>,
    /// The trace of that job.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl From<Call> for ShownCall {
    fn from(call: Call) -> Self {
        Self {
            id: call.id,
            called_at: call.called_at,
            plugin_id: call.plugin_id,
            plugin_version: call.plugin_version,
            function: call.function,
            attempt: call.attempt,
            duration_us: call.duration_us,
            busy_us: call.busy_us,
            memory_bytes: call.memory,
            host_calls: call.host_calls,
            requests: call.requests.unwrap_or_else(|| Value::Array(Vec::new())),
            outcome: call.outcome,
            error_kind: call.error_kind,
            detail: call.detail,
            call_id: call.call_id,
            job_id: call.job_id,
            trace_id: call.trace_id,
        }
    }
}

/// List calls of a connection's plugin
///
/// The latest first. Calls are kept for some days, and stand here a second or two after they ended.
#[utoipa::path(get, path = "/api/v1/connections/{id}/calls", tag = "connections",
    params(("id" = uuid::Uuid, Path), Params),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "A page", body = Page<ShownCall>),
              (status = 404, description = "`not_found`")))]
pub async fn list(
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(params): Query<Params>,
) -> Result<axum::Json<Page<ShownCall>>, Problem> {
    let before = paging::id_of(params.cursor.as_deref())?;
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    required(&mut tx, id).await?;
    let filter = Filter { function: params.function.as_deref(), failed: params.failed };
    let rows = plugin_calls::page(&mut tx, id, filter, before, params.limit.rows()).await?;
    Ok(axum::Json(Page::of(rows, params.limit, |row| paging::by_id(row.id), ShownCall::from)))
}
