//! `GET /api/v1/queue/schedules`

use super::ShownSchedule;
use crate::{
    auth::Caller,
    problem::Problem,
    queue::failed,
    request::{Page, Paging, Query, paging::unknown},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::role::Permission;
use queue::schedules::{self, Schedule};

/// List the schedules
///
/// By name.
#[utoipa::path(get, path = "/api/v1/queue/schedules", tag = "queue", params(Paging),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "A page", body = Page<ShownSchedule>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownSchedule>>, Problem> {
    let after = name_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let limit = paging.limit();
    let rows = schedules::list(&mut tx, caller.tenant, after.as_deref(), limit.rows_u32()).await.map_err(failed)?;
    let next = |schedule: &Schedule| BASE64_URL_SAFE_NO_PAD.encode(&schedule.definition.name);
    Ok(axum::Json(Page::of(rows, limit, next, ShownSchedule::from)))
}

/// The name in a cursor.
fn name_of(cursor: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let name = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    // PostgreSQL has no text with a NUL in it.
    name.filter(|name| !name.contains('\0')).map(Some).ok_or_else(unknown)
}
