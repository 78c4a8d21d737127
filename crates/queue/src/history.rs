//! What became of attempts, minute by minute and lane by lane: how many, how long their jobs had waited, how long they
//! ran.
//!
//! Nothing is kept of a job that has ended (ADR 0012), so workers count, and write down what they have counted every ten
//! seconds (ADR 0036). A process that is killed takes the last seconds of its figures with it.

mod histogram;
mod recorder;

pub(crate) use recorder::{Recorder, keep_writing};

use crate::{Outcome, ack::Ack};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use domain::{TenantId, job::Lane};
use histogram::Histogram;
use sqlx::{PgConnection, types::Json};
use std::{collections::BTreeMap, time::Duration};

/// How long minutes are kept.
pub const KEPT: Duration = Duration::from_hours(3);

/// An attempt that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    tenant: TenantId,
    fate: Fate,
    /// How long its job had waited, if this was its first attempt.
    wait: Option<Duration>,
    run: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Done,
    Retried,
    Dead,
}

impl Ended {
    /// `None` for an attempt that does not count.
    pub(crate) fn of(ack: &Ack) -> Option<Self> {
        let fate = match ack.outcome {
            Outcome::Done => Fate::Done,
            Outcome::Retry { .. } => Fate::Retried,
            Outcome::Dead { .. } => Fate::Dead,
            Outcome::Cancelled { .. } | Outcome::Snoozed { .. } | Outcome::HandedBack => return None,
        };
        Some(Self { tenant: ack.run.tenant, fate, wait: ack.wait, run: ack.duration? })
    }
}

/// What became of a tenant's attempts that ended in one minute and lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Minute {
    /// When it began.
    pub minute: DateTime<Utc>,
    /// The lane.
    pub lane: Lane,
    /// Attempts that did their work.
    pub done: i64,
    /// Attempts that failed, and whose jobs are tried again.
    pub retried: i64,
    /// Attempts with which a job was given up.
    pub dead: i64,
    /// How long jobs had waited before their first attempt: from the enqueueing, or the time they were scheduled for.
    pub wait: Option<Times>,
    /// How long the attempts ran.
    pub run: Option<Times>,
}

/// What some times were, to a tenth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Half of them were no longer.
    pub p50: Duration,
    /// All but a hundredth were no longer.
    pub p99: Duration,
}

impl Times {
    fn of(histogram: &Histogram) -> Option<Self> {
        Some(Self { p50: histogram.percentile(0.5)?, p99: histogram.percentile(0.99)? })
    }
}

/// When the minute began in which this time lies.
pub fn minute_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::minutes(1)).expect("clocks stay within the years that have nanoseconds")
}

/// The tenant's minutes from `since` on, the oldest first, by lane within a minute. Those in which nothing ended are left
/// out.
pub async fn of_tenant(conn: &mut PgConnection, tenant: TenantId, since: DateTime<Utc>) -> sqlx::Result<Vec<Minute>> {
    let rows = sqlx::query!(
        r#"
        SELECT minute, lane, done, retried, dead, waits AS "waits: Json<Histogram>", runs AS "runs: Json<Histogram>"
        FROM queue.minutes WHERE tenant_id = $1 AND minute >= $2
        "#,
        tenant.0,
        since,
    )
    .fetch_all(conn)
    .await?;
    let mut minutes: BTreeMap<(DateTime<Utc>, Lane), Sum> = BTreeMap::new();
    for row in rows {
        // A lane that this version does not know is a newer version's business.
        let Ok(lane) = row.lane.parse() else { continue };
        let sum = minutes.entry((row.minute, lane)).or_default();
        sum.done += row.done;
        sum.retried += row.retried;
        sum.dead += row.dead;
        sum.waits.add(&row.waits);
        sum.runs.add(&row.runs);
    }
    Ok(minutes.into_iter().map(|((minute, lane), sum)| sum.told(minute, lane)).collect())
}

/// What all processes did in a minute and lane.
#[derive(Default)]
struct Sum {
    done: i64,
    retried: i64,
    dead: i64,
    waits: Histogram,
    runs: Histogram,
}

impl Sum {
    fn told(self, minute: DateTime<Utc>, lane: Lane) -> Minute {
        let Self { done, retried, dead, waits, runs } = self;
        Minute { minute, lane, done, retried, dead, wait: Times::of(&waits), run: Times::of(&runs) }
    }
}
