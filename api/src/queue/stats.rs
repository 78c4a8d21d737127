//! `GET /api/v1/queue/stats`

use super::failed;
use crate::{auth::Caller, problem::Problem};
use domain::{jobs::KINDS, role::Permission};
use queue::{
    Figures, LaneStats,
    tenant_stats::{self, KindStats},
};
use serde::Serialize;

/// Jobs of the tenant, in figures.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = JobFigures)]
pub struct ShownFigures {
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

impl From<Figures> for ShownFigures {
    fn from(figures: Figures) -> Self {
        let Figures { ready, delayed, parked, held, running, dead_letters, oldest_seconds } = figures;
        Self { ready, delayed, parked, held, running, dead_letters, oldest_seconds }
    }
}

/// The tenant's jobs of one lane, in figures.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LaneStats)]
pub struct ShownLane {
    /// `live`, `automation`, `notify`, `timers` or `bulk`.
    lane: &'static str,
    #[serde(flatten)]
    figures: ShownFigures,
}

impl From<LaneStats> for ShownLane {
    fn from(stats: LaneStats) -> Self {
        Self { lane: stats.lane.as_str(), figures: stats.figures.into() }
    }
}

/// The tenant's jobs of one kind, in figures.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = KindStats)]
pub struct ShownKind {
    /// What they do, such as `send-message`.
    kind: String,
    /// The lane that runs them.
    lane: String,
    #[serde(flatten)]
    figures: ShownFigures,
}

impl From<KindStats> for ShownKind {
    fn from(stats: KindStats) -> Self {
        Self { kind: stats.kind, lane: stats.lane, figures: stats.figures.into() }
    }
}

/// The tenant's part of the queue, in figures.
#[derive(Serialize, utoipa::ToSchema)]
pub struct QueueStats {
    /// Every lane, the most urgent first.
    lanes: Vec<ShownLane>,
    /// Every kind of job that there is, also those of which nothing waits.
    kinds: Vec<ShownKind>,
    /// Only the oldest 100,000 jobs or dead letters of the tenant were counted: there are as many, or more.
    capped: bool,
}

/// Count the tenant's jobs
///
/// By lane and by kind, and by what they are doing.
#[utoipa::path(get, path = "/api/v1/queue/stats", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "Every lane, the most urgent first, and every kind", body = QueueStats)))]
pub async fn stats(caller: Caller) -> Result<axum::Json<QueueStats>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let counted = tenant_stats::count(&mut tx, caller.tenant).await.map_err(failed)?;
    let lanes = tenant_stats::by_lane(&counted).into_iter().map(ShownLane::from).collect();
    let capped = tenant_stats::is_capped(&counted);
    Ok(axum::Json(QueueStats { lanes, kinds: every_kind(counted), capped }))
}

/// The kinds that this version knows, in their order, then those that only another version does.
fn every_kind(mut counted: Vec<KindStats>) -> Vec<ShownKind> {
    let mut kinds = Vec::new();
    for known in KINDS {
        let found = counted.iter().position(|stats| stats.kind == known.name && stats.lane == known.lane.as_str());
        let nothing =
            || KindStats { lane: known.lane.to_string(), kind: known.name.to_owned(), figures: Figures::default() };
        kinds.push(found.map_or_else(nothing, |place| counted.swap_remove(place)).into());
    }
    counted.sort_by(|one, other| (&one.kind, &one.lane).cmp(&(&other.kind, &other.lane)));
    kinds.extend(counted.into_iter().map(ShownKind::from));
    kinds
}
