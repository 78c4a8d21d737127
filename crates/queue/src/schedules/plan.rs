//! What a schedule that is due has to fire, and when it is due next: arithmetic only.

use super::{CatchUp, UnknownCatchUp};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::cron::{CronError, Schedule};
use serde::Serialize;
use uuid::Uuid;

/// How late a slot may be without counting as missed: workers poll, restart and lose their database.
const GRACE: TimeDelta = TimeDelta::seconds(60);
/// How many slots of one schedule a turn fires, so that the others have theirs in between.
pub(super) const MAX_SLOTS: usize = 1_000;
/// The least step of the times in the database.
const TICK: TimeDelta = TimeDelta::microseconds(1);

/// A schedule that is due.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) expression: String,
    pub(super) zone: String,
    pub(super) catch_up: String,
    pub(super) lane: String,
    /// The first slot that has not been fired.
    pub(super) next_at: DateTime<Utc>,
}

/// What to do about it, in the words of `queue.fire_schedules`.
#[derive(Debug, Serialize)]
pub(super) struct Plan {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    /// The slots to fire, the oldest first, as they stand in the jobs.
    pub(super) slots: Vec<String>,
    pub(super) last_at: Option<DateTime<Utc>>,
    /// Not after the present if there was too much for one turn.
    pub(super) next_at: Option<DateTime<Utc>>,
    /// Why the schedule is switched off.
    pub(super) problem: Option<String>,
}

impl Due {
    /// What to do at `now`. A schedule that cannot be read (a newer version's, perhaps) is switched off.
    pub(super) fn plan(&self, now: DateTime<Utc>) -> Plan {
        let Self { tenant_id, id, .. } = *self;
        let (schedule, policy) = match self.read() {
            Ok(read) => read,
            Err(error) => {
                let problem = Some(error.to_string());
                return Plan { tenant_id, id, slots: Vec::new(), last_at: None, next_at: None, problem };
            }
        };
        let slots = self.slots(&schedule, policy, now);
        let last_at = slots.last().copied();
        let full = policy == CatchUp::All && slots.len() == MAX_SLOTS;
        let next_at = schedule.next_after(last_at.filter(|_| full).unwrap_or(now));
        Plan {
            tenant_id,
            id,
            slots: slots.iter().map(|slot| slot.to_rfc3339_opts(SecondsFormat::Secs, true)).collect(),
            last_at,
            next_at,
            problem: next_at.is_none().then(|| "it has no further slot".to_owned()),
        }
    }

    fn read(&self) -> Result<(Schedule, CatchUp), Unreadable> {
        Ok((Schedule::parse(&self.expression, &self.zone)?, self.catch_up.parse()?))
    }

    /// The slots to fire at `now`, the oldest first.
    fn slots(&self, schedule: &Schedule, policy: CatchUp, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        // Asked anew and not taken for granted: another version's zones may have moved it.
        let before = self.next_at - TICK;
        match policy {
            CatchUp::Skip => schedule.slots(before.max(now - GRACE - TICK), now).collect(),
            CatchUp::Once => schedule.last_in(before, now).into_iter().collect(),
            CatchUp::All => schedule.slots(before, now).take(MAX_SLOTS).collect(),
        }
    }
}

/// Why this version can do nothing with a schedule.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum Unreadable {
    Cron(#[from] CronError),
    CatchUp(#[from] UnknownCatchUp),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn due(catch_up: &str, next_at: &str) -> Due {
        Due {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            expression: "*/10 * * * *".into(),
            zone: "UTC".into(),
            catch_up: catch_up.into(),
            lane: "live".into(),
            next_at: next_at.parse().unwrap(),
        }
    }

    fn time(clock: &str) -> DateTime<Utc> {
        format!("2026-05-04T{clock}Z").parse().unwrap()
    }

    #[test]
    fn each_policy_has_its_slots() {
        for (policy, now, slots, next) in [
            // On time: all are the same.
            ("skip", "10:00:00", &["10:00:00"][..], "10:10:00"),
            ("once", "10:00:00", &["10:00:00"], "10:10:00"),
            ("all", "10:00:00", &["10:00:00"], "10:10:00"),
            // A little late: still the same.
            ("skip", "10:01:00", &["10:00:00"], "10:10:00"),
            ("once", "10:01:00", &["10:00:00"], "10:10:00"),
            // Missed.
            ("skip", "10:01:01", &[], "10:10:00"),
            ("once", "10:01:01", &["10:00:00"], "10:10:00"),
            ("skip", "10:25:00", &[], "10:30:00"),
            ("once", "10:25:00", &["10:20:00"], "10:30:00"),
            ("all", "10:25:00", &["10:00:00", "10:10:00", "10:20:00"], "10:30:00"),
            // Missed, and one on time.
            ("skip", "10:20:30", &["10:20:00"], "10:30:00"),
            ("once", "10:20:30", &["10:20:00"], "10:30:00"),
        ] {
            let plan = due(policy, "2026-05-04T10:00:00Z").plan(time(now));
            let expected: Vec<_> = slots.iter().map(|slot| format!("2026-05-04T{slot}Z")).collect();
            assert_eq!(plan.slots, expected, "{policy} at {now}");
            assert_eq!((plan.next_at, plan.problem), (Some(time(next)), None), "{policy} at {now}");
            assert_eq!(plan.last_at, slots.last().map(|slot| time(slot)), "{policy} at {now}");
        }
    }

    /// A time that is no slot of this version's calendar fires nothing and is moved on.
    #[test]
    fn a_stored_time_that_is_no_slot_is_not_fired() {
        for policy in ["skip", "once", "all"] {
            let plan = due(policy, "2026-05-04T10:03:00Z").plan(time("10:03:00"));
            assert_eq!((plan.slots, plan.next_at), (vec![], Some(time("10:10:00"))), "{policy}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_switched_off_with_its_reason() {
        let now = time("10:00:00");
        for (due, says) in [
            (Due { expression: "0 0 * * * *".into(), ..due("all", "2026-05-04T10:00:00Z") }, "found 6"),
            (Due { zone: "Mars/Base".into(), ..due("all", "2026-05-04T10:00:00Z") }, "Mars/Base"),
            (due("twice", "2026-05-04T10:00:00Z"), "twice"),
        ] {
            let plan = due.plan(now);
            assert_eq!((plan.slots.len(), plan.next_at), (0, None));
            assert!(plan.problem.as_deref().unwrap().contains(says), "{plan:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// However it is cut into turns, `all` fires every slot once and in order.
        #[test]
        fn turns_of_all_leave_nothing_out(minutes in 0..40_000_i64, pauses in 100..40_000_i64) {
            let mut due = due("all", "2026-05-04T10:00:00Z");
            let (start, mut now) = (due.next_at, due.next_at);
            let end = start + TimeDelta::minutes(minutes);
            let mut fired = Vec::new();
            while due.next_at <= end {
                now = (now + TimeDelta::minutes(pauses)).min(end).max(due.next_at);
                let plan = due.plan(now);
                prop_assert!(plan.slots.len() <= MAX_SLOTS);
                fired.extend(plan.slots);
                due.next_at = plan.next_at.unwrap();
            }
            let schedule = Schedule::parse("*/10 * * * *", "UTC").unwrap();
            let all: Vec<_> = schedule.slots(start - TICK, end)
                .map(|slot| slot.to_rfc3339_opts(SecondsFormat::Secs, true)).collect();
            prop_assert_eq!(fired, all);
        }
    }
}
