//! Where in the line a lane looks for work.
//!
//! Jobs that have ended leave dead entries behind at the front of the line, until no transaction could still see them:
//! for milliseconds normally, for as long as it is open after someone forgot a transaction. Every claim from the very
//! front would have to pass them first. So a lane remembers how far it found the line empty a moment ago, and looks from
//! there; once a second it looks at everything, for jobs whose transactions were slow to commit. In between it asks for
//! the tenants that it knows, where they are few, or where finding others is slow.

use crate::claim::Claim;
use std::{collections::BTreeSet, mem, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// How often a lane looks at everything, and how long it remembers what it saw.
const WINDOW: Duration = Duration::from_secs(1);
/// No more than this share of the time is spent on looking at everything, as a divisor.
const SELDOM: u32 = 12;
/// How often a lane that knows few tenants looks for others, and how many are few. Theirs is nearly all of the work then,
/// and finding out each time who has some would cost as much as taking it.
const OTHERS: Duration = Duration::from_millis(10);
const FEW: usize = 4;
/// A look that takes longer than this, and as much again per job, has something in its way.
const SLOW: Duration = Duration::from_millis(20);
const SLOW_PER_JOB: Duration = Duration::from_micros(100);

/// Where a claim looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Tenants up to this one had their turn.
    pub(crate) after: Uuid,
    /// These tenants only.
    pub(crate) tenants: Option<Vec<Uuid>>,
    /// Jobs from this one on only.
    pub(crate) floor: i64,
}

impl Default for Look {
    /// At everything.
    fn default() -> Self {
        Self { after: Uuid::nil(), tenants: None, floor: 0 }
    }
}

/// What a lane knows of its line.
#[derive(Debug)]
pub(crate) struct Scan {
    /// The tenant after which the next look goes on, if the last one did not get round.
    after: Uuid,
    /// What was found in the window before this one, and in this one.
    before: Found,
    now: Found,
    window_began: Instant,
    everything_at: Instant,
    others_at: Instant,
    /// Until then the tenants that are known must do.
    known_only_until: Instant,
    /// Whether the last look was for them only.
    known_only: bool,
}

#[derive(Debug, Default)]
struct Found {
    lowest: Option<i64>,
    tenants: BTreeSet<Uuid>,
}

impl Scan {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            after: Uuid::nil(),
            before: Found::default(),
            now: Found::default(),
            window_began: now,
            everything_at: now,
            others_at: now,
            known_only_until: now,
            known_only: false,
        }
    }

    /// Where to look now.
    pub(crate) fn next(&mut self, now: Instant) -> Look {
        if now >= self.window_began + WINDOW {
            self.window_began = now;
            // A window without jobs says nothing new.
            if self.now.lowest.is_some() {
                self.before = mem::take(&mut self.now);
            }
        }
        if now >= self.everything_at {
            return Look { after: self.after, ..Look::default() };
        }
        let floor = self.before.lowest.unwrap_or(0);
        let known: Vec<Uuid> = self.before.tenants.union(&self.now.tenants).copied().collect();
        let few = known.len() <= FEW && now < self.others_at;
        if !known.is_empty() && (few || now < self.known_only_until) {
            return Look { after: Uuid::nil(), tenants: Some(known), floor };
        }
        Look { after: self.after, tenants: None, floor }
    }

    /// After what time to look again even if nobody says so: the last look was for the tenants that are known only.
    pub(crate) fn until_others(&self, now: Instant) -> Option<Duration> {
        self.known_only.then(|| self.others_at.max(self.known_only_until).saturating_duration_since(now))
    }

    /// A claim has looked there, and took so long.
    pub(crate) fn saw(&mut self, look: &Look, claim: &Claim, now: Instant, took: Duration) {
        for job in claim.jobs.iter().filter(|job| job.in_line) {
            let id = job.run.id.0;
            self.now.lowest = Some(self.now.lowest.map_or(id, |lowest| lowest.min(id)));
            self.now.tenants.insert(job.run.tenant.0);
        }
        self.known_only = look.tenants.is_some();
        if self.known_only {
            return;
        }
        self.after = claim.after_tenant.unwrap_or_default();
        self.others_at = now + OTHERS.max(took * SELDOM);
        if look.floor == 0 {
            self.everything_at = now + WINDOW.max(took * SELDOM);
        }
        let jobs = u32::try_from(claim.jobs.len()).unwrap_or(u32::MAX);
        if took > SLOW + SLOW_PER_JOB * jobs {
            self.known_only_until = now + took * SELDOM;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        JobId, RunToken,
        claim::{Claimed, JobRun},
    };
    use chrono::DateTime;
    use domain::TenantId;

    const QUICK: Duration = Duration::from_micros(500);

    fn claimed(ids: &[i64]) -> Claim {
        let job = |id: &i64| Claimed {
            run: JobRun { tenant: TenantId(Uuid::max()), id: JobId(*id), token: RunToken(Uuid::nil()) },
            kind: String::new(),
            args: Box::default(),
            attempt: 1,
            ticket: false,
            trace_id: None,
            enqueued_at: DateTime::UNIX_EPOCH,
            run_at: None,
            connection: None,
            in_line: true,
        };
        Claim { jobs: ids.iter().map(job).collect(), ..Claim::default() }
    }

    #[test]
    fn a_lane_looks_from_where_it_found_something_a_window_ago_and_once_a_window_at_everything() {
        let start = Instant::now();
        let mut scan = Scan::new(start);
        assert_eq!(scan.next(start), Look::default());
        scan.saw(&Look::default(), &claimed(&[70, 80]), start, QUICK);
        let soon = start + OTHERS;
        assert_eq!(scan.next(soon), Look::default(), "70 may have had company that is still to be committed");
        scan.saw(&scan_look(0), &claimed(&[90]), soon, QUICK);

        let next_window = soon + WINDOW;
        assert_eq!(scan.next(next_window).floor, 0, "once a window");
        scan.saw(&Look::default(), &claimed(&[100]), next_window, QUICK);
        assert_eq!(scan.next(next_window + OTHERS), scan_look(70));
        assert_eq!(scan.until_others(next_window), None);
        let known = Look { tenants: Some(vec![Uuid::max()]), ..scan_look(70) };
        assert_eq!(scan.next(next_window + QUICK), known, "those it knows, when it has just looked for others");
        scan.saw(&known, &claimed(&[]), next_window + QUICK, QUICK);
        assert_eq!(scan.until_others(next_window + QUICK), OTHERS.checked_sub(QUICK), "a new one may have been missed");
    }

    #[test]
    fn an_empty_window_forgets_nothing() {
        let start = Instant::now();
        let mut scan = Scan::new(start);
        scan.saw(&Look::default(), &claimed(&[70]), start, QUICK);
        for seconds in 1..5 {
            let now = start + Duration::from_millis(1_100) * seconds;
            assert_eq!(scan.next(now), Look::default());
            scan.saw(&Look::default(), &claimed(&[]), now, QUICK);
            assert_eq!(scan.next(now + OTHERS), scan_look(70));
        }
    }

    #[test]
    fn a_slow_look_makes_the_tenants_that_are_known_do_for_a_while() {
        let start = Instant::now();
        let mut scan = Scan::new(start);
        scan.saw(&Look::default(), &claimed(&[70]), start, QUICK);
        let now = start + WINDOW;
        let everything = scan.next(now);
        let slow = Duration::from_millis(200);
        scan.saw(&everything, &claimed(&[80]), now, slow);
        let known = Look { after: Uuid::nil(), tenants: Some(vec![Uuid::max()]), floor: 70 };
        assert_eq!(scan.next(now + QUICK), known);
        assert_eq!(scan.next(now + slow * SELDOM), Look::default());
    }

    fn scan_look(floor: i64) -> Look {
        Look { floor, ..Look::default() }
    }
}
