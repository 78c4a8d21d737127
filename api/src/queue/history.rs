//! `GET /api/v1/queue/history`

use super::failed;
use crate::{auth::Caller, problem::Problem, request::Query, state::Api};
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{job::Lane, role::Permission};
use queue::history::{self, Minute, Times};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// How many minutes to look back, 1 to 180; 60 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 180)]
    minutes: Minutes,
}

/// How many minutes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
struct Minutes(i64);

impl Default for Minutes {
    fn default() -> Self {
        Self(60)
    }
}

impl TryFrom<i64> for Minutes {
    type Error = &'static str;

    fn try_from(minutes: i64) -> Result<Self, Self::Error> {
        if (1..=180).contains(&minutes) { Ok(Self(minutes)) } else { Err("minutes must be 1 to 180") }
    }
}

/// What became of the tenant's attempts that ended in one minute and lane.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = QueueMinute)]
pub struct ShownMinute {
    /// When it began.
    minute: DateTime<Utc>,
    /// `live`, `automation`, `notify`, `timers` or `bulk`.
    #[schema(value_type = String)]
    lane: Lane,
    /// Attempts that did their work.
    done: i64,
    /// Attempts that failed, and whose jobs are tried again.
    retried: i64,
    /// Attempts with which a job was given up.
    dead: i64,
    /// How long jobs had waited for their first attempt, since they were stored or since the time they were scheduled for.
    /// Missing if there was no first attempt.
    wait: Option<ShownTimes>,
    /// How long the attempts ran.
    run: Option<ShownTimes>,
}

/// What some times were, to a tenth.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = QueueTimes)]
pub struct ShownTimes {
    /// Half of them were no longer, in milliseconds.
    p50_ms: f64,
    /// All but a hundredth were no longer, in milliseconds.
    p99_ms: f64,
}

impl From<Minute> for ShownMinute {
    fn from(row: Minute) -> Self {
        let Minute { minute, lane, done, retried, dead, wait, run } = row;
        Self { minute, lane, done, retried, dead, wait: wait.map(ShownTimes::from), run: run.map(ShownTimes::from) }
    }
}

impl From<Times> for ShownTimes {
    fn from(times: Times) -> Self {
        // To the microsecond: the times are not known any better.
        let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        Self { p50_ms: ms(times.p50), p99_ms: ms(times.p99) }
    }
}

/// What became of the tenant's attempts lately.
#[derive(Serialize, utoipa::ToSchema)]
pub struct QueueHistory {
    /// When the first minute began that was looked at.
    since: DateTime<Utc>,
    /// The time of the answer. The minute in which it lies is not over, and the last ten seconds may be missing.
    until: DateTime<Utc>,
    /// By minute, the oldest first, and by lane, the most urgent first. Minutes in which nothing ended are left out.
    items: Vec<ShownMinute>,
}

/// What became of attempts, minute by minute
///
/// By lane: how many ended and how, how long jobs waited, and how long they ran. Kept for three hours.
#[utoipa::path(get, path = "/api/v1/queue/history", tag = "queue", params(Params),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "The minutes in which something ended", body = QueueHistory)))]
pub async fn history(
    State(api): State<Api>,
    caller: Caller,
    Query(params): Query<Params>,
) -> Result<axum::Json<QueueHistory>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let until = api.clock.now();
    let since = history::minute_of(until) - TimeDelta::minutes(params.minutes.0 - 1);
    let minutes = history::of_tenant(&mut tx, caller.tenant, since).await.map_err(failed)?;
    let items = minutes.into_iter().map(ShownMinute::from).collect();
    Ok(axum::Json(QueueHistory { since, until, items }))
}
