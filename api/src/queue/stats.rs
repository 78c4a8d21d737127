//! `GET /api/v1/queue/stats`

use super::failed;
use crate::{auth::Caller, problem::Problem};
use domain::{job::Lane, role::Permission};
use queue::tenant_stats::{self, Counted, MAX_COUNTED};
use serde::Serialize;

/// The tenant's jobs of one lane, in figures.
#[derive(Default, Serialize, utoipa::ToSchema)]
#[schema(as = LaneStats)]
pub struct ShownLane {
    /// `live`, `automation`, `notify`, `timers` or `bulk`.
    lane: &'static str,
    /// Jobs that could start now.
    ready: i64,
    /// Jobs that wait for a time: scheduled, snoozed, or before a retry.
    delayed: i64,
    /// Jobs that wait for the job in front of them in their key.
    parked: i64,
    /// Jobs that wait because their tenant or connection is held back.
    held: i64,
    /// Jobs that run.
    running: i64,
    /// Jobs that were given up.
    dead_letters: i64,
    /// Seconds since the oldest ready job was stored.
    oldest_seconds: f64,
}

/// The tenant's part of the queue, in figures.
#[derive(Serialize, utoipa::ToSchema)]
pub struct QueueStats {
    /// Every lane, the most urgent first.
    lanes: Vec<ShownLane>,
    /// Only the oldest 100,000 jobs or dead letters of the tenant were counted: there are as many, or more.
    capped: bool,
}

/// Count the tenant's jobs
///
/// By lane, and by what they are doing.
#[utoipa::path(get, path = "/api/v1/queue/stats", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "Every lane, the most urgent first", body = QueueStats)))]
pub async fn stats(caller: Caller) -> Result<axum::Json<QueueStats>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let (counts, now) = tenant_stats::count(&mut tx, caller.tenant).await.map_err(failed)?;
    let total = |dead: bool| -> i64 {
        counts.iter().filter(|count| (count.state == "dead") == dead).map(|count| count.count).sum()
    };
    let capped = total(true) >= MAX_COUNTED || total(false) >= MAX_COUNTED;
    let lanes = Lane::ALL.into_iter().map(|lane| {
        let mut shown = ShownLane { lane: lane.as_str(), ..ShownLane::default() };
        for Counted { state, count, oldest, .. } in counts.iter().filter(|count| count.lane == lane.as_str()) {
            match state.as_str() {
                "ready" => {
                    shown.ready = *count;
                    shown.oldest_seconds = (now - *oldest).to_std().unwrap_or_default().as_secs_f64();
                }
                "delayed" => shown.delayed = *count,
                "parked" => shown.parked = *count,
                "held" => shown.held = *count,
                "running" => shown.running = *count,
                _ => shown.dead_letters = *count,
            }
        }
        shown
    });
    Ok(axum::Json(QueueStats { lanes: lanes.collect(), capped }))
}
