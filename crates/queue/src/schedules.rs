//! Schedules: at each slot of a cron expression, on the clock of a time zone, one job.
//!
//! A tenant's schedules are kept in the caller's transaction and in its tenant's context, so that an
//! audit event can be committed with them. Call [`Queue::wake`](crate::Queue::wake) with
//! [`Lane::Timers`] after the commit; without it a slot of the next second may be a poll late.
//!
//! Every worker process that has the timers lane fires what is due, of all tenants; each slot fires
//! once across the fleet, whatever crashes. The job of a slot is stored with the schedule's arguments,
//! to which a field `slot` is added (RFC 3339, in UTC), and has the idempotency key
//! `schedule:{id}:{slot}`. When clocks change, slots are as [`domain::cron`] says.
//!
//! A clock that is put forward leaves slots behind, which are caught up with as after an outage; one
//! that is put back fires nothing again.

mod fire;
mod plan;
mod runner;
mod tenant;

pub use fire::fire_due;
pub(crate) use runner::run;
pub use tenant::{create, delete, get, list, set_enabled, update};

use chrono::{DateTime, Utc};
use domain::{
    ScheduleId,
    cron::CronError,
    job::{Job, Lane},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What becomes of slots that passed while no worker was there to fire them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Nothing: what is more than a minute late is left out.
    Skip,
    /// One job, for the newest of them.
    Once,
    /// A job for each, the oldest first.
    All,
}

impl CatchUp {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }
}

impl fmt::Display for CatchUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CatchUp {
    type Err = UnknownCatchUp;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == s).ok_or_else(|| UnknownCatchUp(s.to_owned()))
    }
}

/// A catch-up policy that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown catch-up policy `{0}`: expected skip, once or all")]
pub struct UnknownCatchUp(String);

/// The job that a slot makes.
#[derive(Clone, Debug, PartialEq)]
pub struct JobTemplate {
    /// The lane it runs in.
    pub lane: Lane,
    /// The stable name of its type; at most 200 bytes.
    pub kind: String,
    /// Its arguments. If they are an object, each job's has a field `slot` besides.
    pub args: serde_json::Value,
    /// The key it is held in order by; at most 1,000 bytes.
    pub key: Option<String>,
}

impl JobTemplate {
    /// A job as the template of others. Its own idempotency key does not count.
    pub fn of<J: Job>(job: &J) -> serde_json::Result<Self> {
        let args = serde_json::to_value(job)?;
        Ok(Self { lane: J::LANE, kind: J::KIND.to_owned(), args, key: job.key() })
    }
}

/// What a tenant says of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name, unique for the tenant; 1 to 200 bytes.
    pub name: String,
    /// Five fields of cron, or a short form such as `@daily`.
    pub expression: String,
    /// The IANA name of the time zone on whose clock it is read.
    pub zone: String,
    /// What becomes of missed slots.
    pub catch_up: CatchUp,
    /// What it does.
    pub job: JobTemplate,
    /// Whether it fires at all.
    pub enabled: bool,
}

/// A schedule of a tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Which.
    pub id: ScheduleId,
    /// What its tenant says of it.
    pub definition: Definition,
    /// Why a worker switched it off, if one did.
    pub problem: Option<String>,
    /// Its next slot; `None` while it is disabled.
    pub next_at: Option<DateTime<Utc>>,
    /// The last slot that was fired.
    pub last_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its tenant last changed it.
    pub updated_at: DateTime<Utc>,
}

/// Why a schedule cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The expression or the zone cannot be read.
    #[error(transparent)]
    Cron(#[from] CronError),
    /// Another schedule of the tenant has the name. The transaction can only be rolled back.
    #[error("another schedule has this name")]
    NameTaken,
    /// A text is empty or too long.
    #[error("the {field} has to have between {min} and {max} bytes")]
    Length {
        /// `name`, `kind` or `key`.
        field: &'static str,
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// The database refused.
    #[error("the schedule could not be stored")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for ScheduleError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
            Some("schedules_name") => Self::NameTaken,
            _ => Self::Database(error),
        }
    }
}
