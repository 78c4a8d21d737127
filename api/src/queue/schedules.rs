//! The tenant's schedules: what makes a job at each slot of a cron expression.

pub mod enabled;
pub mod list;

use chrono::{DateTime, Utc};
use domain::{ScheduleId, job::Lane};
use queue::schedules::{CatchUp, Definition, JobTemplate, Schedule};
use serde::Serialize;

/// A schedule.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Schedule)]
pub struct ShownSchedule {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ScheduleId,
    /// Its name, which no other schedule of the tenant has.
    name: String,
    /// Five fields of cron, or a short form such as `@daily`.
    expression: String,
    /// The IANA name of the time zone on whose clock it is read.
    zone: String,
    /// What becomes of slots that passed while no worker was there: `skip`, `once` for one job in place of all of them, or
    /// `all`.
    #[schema(value_type = String)]
    catch_up: CatchUp,
    /// What its jobs do, such as `poll-trigger`.
    kind: String,
    /// The lane that runs them.
    #[schema(value_type = String)]
    lane: Lane,
    /// Whether it makes jobs.
    enabled: bool,
    /// The next slot, while it is enabled.
    next_at: Option<DateTime<Utc>>,
    /// The last slot for which it has made a job.
    last_at: Option<DateTime<Utc>>,
    /// Why a worker has switched it off, if one did.
    problem: Option<String>,
}

impl From<Schedule> for ShownSchedule {
    fn from(schedule: Schedule) -> Self {
        let Definition { name, expression, zone, catch_up, job: JobTemplate { lane, kind, .. }, enabled } =
            schedule.definition;
        let Schedule { id, problem, next_at, last_at, .. } = schedule;
        Self { id, name, expression, zone, catch_up, kind, lane, enabled, next_at, last_at, problem }
    }
}
