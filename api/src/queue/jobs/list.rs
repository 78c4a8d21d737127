//! `GET /api/v1/queue/jobs`

use super::ShownJob;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{cursor, failed, id_of},
    request::{Limit, Page, Query},
};
use domain::{ConnectionId, job::Lane, role::Permission};
use queue::jobs::{self, Filter, State};
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only jobs of this lane: `live`, `automation`, `notify`, `timers` or `bulk`.
    #[param(value_type = Option<String>)]
    lane: Option<Lane>,
    /// Only jobs of this kind.
    kind: Option<String>,
    /// Only jobs that are `ready`, `delayed`, `parked`, `held` or `running`.
    state: Option<String>,
    /// Only jobs of this key.
    key: Option<String>,
    /// Only jobs that call the provider of this connection.
    #[param(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the jobs that have not ended
///
/// The oldest first.
#[utoipa::path(get, path = "/api/v1/queue/jobs", tag = "queue", params(Params),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "A page", body = Page<ShownJob>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ShownJob>>, Problem> {
    let after = id_of(params.cursor.as_deref())?;
    let state = params.state.as_deref().map(str::parse::<State>).transpose();
    let state = state.map_err(|error| Problem::new(Code::BadRequest).detail(error.to_string()))?;
    let filter = Filter {
        lane: params.lane,
        kind: params.kind.as_deref(),
        state,
        key: params.key.as_deref(),
        connection: params.connection_id,
    };
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let rows = jobs::list(&mut tx, caller.tenant, filter, after, params.limit.rows_u32()).await.map_err(failed)?;
    Ok(axum::Json(Page::of(rows, params.limit, |row| cursor(row.id), ShownJob::from)))
}
