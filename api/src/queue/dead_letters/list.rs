//! `GET /api/v1/queue/dead-letters`

use super::ShownLetter;
use crate::{
    auth::Caller,
    problem::Problem,
    queue::{cursor_in_time, failed, time_of},
    request::{Limit, Page, Query},
};
use domain::{ConnectionId, job::Lane, role::Permission};
use queue::dead_letters::{self, Filter};
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
    /// Only jobs of this key.
    key: Option<String>,
    /// Only jobs that called the provider of this connection.
    #[param(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the dead letters
///
/// Jobs that failed for good or used up their attempts; the newest first.
#[utoipa::path(get, path = "/api/v1/queue/dead-letters", tag = "queue", params(Params),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "A page", body = Page<ShownLetter>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ShownLetter>>, Problem> {
    let before = time_of(params.cursor.as_deref())?;
    let filter = Filter {
        lane: params.lane,
        kind: params.kind.as_deref(),
        key: params.key.as_deref(),
        connection: params.connection_id,
    };
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let rows = params.limit.rows_u32();
    let letters = dead_letters::list(&mut tx, caller.tenant, filter, before, rows).await.map_err(failed)?;
    let next = |letter: &dead_letters::DeadLetter| cursor_in_time(letter.died_at, letter.id);
    Ok(axum::Json(Page::of(letters, params.limit, next, ShownLetter::from)))
}
