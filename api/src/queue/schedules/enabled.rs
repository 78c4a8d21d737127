//! `PUT /api/v1/queue/schedules/{id}/enabled`

use super::ShownSchedule;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{commit, failed},
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{ScheduleId, job::Lane, role::Permission};
use queue::schedules::{self, ScheduleError};
use serde::Deserialize;
use serde_json::json;

/// Whether a schedule makes jobs.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnableSchedule {
    /// Whether it does from now on.
    enabled: bool,
}

fn refused(error: ScheduleError) -> Problem {
    match error {
        ScheduleError::Database(error) => failed(error),
        // This version cannot read what it says, or it has no slot any more.
        error => Problem::new(Code::Conflict).detail(format!("It cannot be enabled: {error}.")),
    }
}

/// Switch a schedule on or off
///
/// What it misses while it is off is never made up for: it begins with the first slot after it was switched on.
#[utoipa::path(put, path = "/api/v1/queue/schedules/{id}/enabled", tag = "queue", request_body = EnableSchedule,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "The schedule as it is now", body = ShownSchedule),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: its expression or zone cannot be read, or has no slot any more"),
              (status = 422, description = "`invalid`")))]
pub async fn put(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ScheduleId>,
    Json(EnableSchedule { enabled }): Json<EnableSchedule>,
) -> Result<axum::Json<ShownSchedule>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let before = schedules::get(change.conn(), caller.tenant, id).await.map_err(failed)?.ok_or(Code::NotFound)?;
    if before.definition.enabled == enabled {
        change.commit_unchanged().await?;
        return Ok(axum::Json(before.into()));
    }
    schedules::set_enabled(change.conn(), caller.tenant, id, enabled, api.clock.now()).await.map_err(refused)?;
    let schedule = schedules::get(change.conn(), caller.tenant, id).await.map_err(failed)?.ok_or(Code::NotFound)?;
    let action = if enabled { "queue.schedule_enabled" } else { "queue.schedule_disabled" };
    commit(change, action, json!({ "schedule_id": id, "name": schedule.definition.name })).await?;
    // Its first slot may be the next second.
    api.queue.wake(Lane::Timers);
    Ok(axum::Json(schedule.into()))
}
