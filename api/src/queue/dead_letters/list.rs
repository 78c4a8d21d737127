//! `GET /api/v1/queue/dead-letters`

use super::ShownLetter;
use crate::{
    auth::Caller,
    problem::Problem,
    queue::{cursor_in_time, failed, time_of},
    request::{Limit, Page, Query},
};
use domain::role::Permission;
use queue::dead_letters;
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only jobs of this kind.
    kind: Option<String>,
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
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let (kind, rows) = (params.kind.as_deref(), params.limit.rows_u32());
    let letters = dead_letters::list(&mut tx, caller.tenant, kind, before, rows).await.map_err(failed)?;
    let next = |letter: &dead_letters::DeadLetter| cursor_in_time(letter.died_at, letter.id);
    Ok(axum::Json(Page::of(letters, params.limit, next, ShownLetter::from)))
}
