//! Where in the line a lane looks for work.
//!
//! Jobs that have ended leave dead entries behind at the front of the line, until no transaction could still see them:
//! for milliseconds normally, for as long as it is open after someone forgot a transaction. Every claim from the very
//! front would have to pass them first. So a lane remembers how far it found the line empty a moment ago, and looks from
//! there. A job whose transaction was slow to commit may be before that: so it looks from further back as well, the
//! further the more seldom. In between it asks for the tenants that it knows, where they are few, or where finding others
//! is slow.

use crate::claim::Claim;
use std::{collections::BTreeSet, mem, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// How far back looks begin: at the first job that was found in the window before the current one. Looks that begin one
/// window further back come once in the time of the shorter one; after the last is everything.
const WINDOWS: [Duration; 3] = [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(5)];
/// No more than this share of the time is spent on looks from one of the floors, as a divisor.
const SELDOM: u32 = 12;
/// How often a lane that knows few tenants looks for others, and how many are few. Theirs is nearly all of the work then,
/// and finding out each time who has some would cost as much as taking it.
const OTHERS: Duration = Duration::from_millis(10);
const FEW: usize = 4;
/// How long a tenant that had work is known.
const KNOWN: Duration = Duration::from_secs(1);
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
    floors: [Floor; WINDOWS.len()],
    /// From which floor the last look began; one more than there are: from none.
    depth: usize,
    tenants: Recent<BTreeSet<Uuid>>,
    others_at: Instant,
    /// Until then the tenants that are known must do.
    known_only_until: Instant,
    /// Whether the last look was for them only.
    known_only: bool,
}

/// The lowest job that was found lately.
#[derive(Debug)]
struct Floor {
    lowest: Recent<Option<i64>>,
    /// When to look from further back.
    deeper_at: Instant,
}

/// What was seen in this window, and in the one before.
#[derive(Debug)]
struct Recent<T> {
    window: Duration,
    began: Instant,
    before: T,
    now: T,
}

impl<T: Default + PartialEq> Recent<T> {
    fn new(window: Duration, now: Instant) -> Self {
        Self { window, began: now, before: T::default(), now: T::default() }
    }

    /// Begins a new window if it is time. One in which nothing was seen says nothing new.
    fn roll(&mut self, now: Instant) {
        if now >= self.began + self.window {
            self.began = now;
            if self.now != T::default() {
                self.before = mem::take(&mut self.now);
            }
        }
    }
}

impl Scan {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            after: Uuid::nil(),
            floors: WINDOWS.map(|window| Floor { lowest: Recent::new(window, now), deeper_at: now }),
            depth: 0,
            tenants: Recent::new(KNOWN, now),
            others_at: now,
            known_only_until: now,
            known_only: false,
        }
    }

    /// Where to look now.
    pub(crate) fn next(&mut self, now: Instant) -> Look {
        self.tenants.roll(now);
        for floor in &mut self.floors {
            floor.lowest.roll(now);
        }
        self.depth = self.floors.iter().rposition(|floor| now >= floor.deeper_at).map_or(0, |place| place + 1);
        let Some(from) = self.floors.get(self.depth) else { return Look { after: self.after, ..Look::default() } };
        let floor = from.lowest.before.unwrap_or(0);
        let known: Vec<Uuid> = self.tenants.before.union(&self.tenants.now).copied().collect();
        let few = known.len() <= FEW && now < self.others_at;
        if !known.is_empty() && (few || now < self.known_only_until) {
            return Look { after: Uuid::nil(), tenants: Some(known), floor };
        }
        Look { after: self.after, tenants: None, floor }
    }

    /// After what time to look again even if nobody says so: the last look left something out.
    pub(crate) fn until_more(&self, now: Instant) -> Option<Duration> {
        let others = self.known_only.then(|| self.others_at.max(self.known_only_until));
        let deeper = self.floors.get(self.depth).map(|floor| floor.deeper_at);
        others.into_iter().chain(deeper).min().map(|at| at.saturating_duration_since(now))
    }

    /// A claim has looked there, and took so long.
    pub(crate) fn saw(&mut self, look: &Look, claim: &Claim, now: Instant, took: Duration) {
        for job in claim.jobs.iter().filter(|job| job.in_line) {
            let id = job.run.id.0;
            for Floor { lowest, .. } in &mut self.floors {
                lowest.now = Some(lowest.now.map_or(id, |lowest| lowest.min(id)));
            }
            self.tenants.now.insert(job.run.tenant.0);
        }
        for floor in &mut self.floors[..self.depth] {
            floor.deeper_at = now + floor.lowest.window.max(took * SELDOM);
        }
        self.known_only = look.tenants.is_some();
        if self.known_only {
            return;
        }
        self.after = claim.after_tenant.unwrap_or_default();
        self.others_at = now + OTHERS.max(took * SELDOM);
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

    /// A scan that has found these jobs, each at its time since `start`.
    fn scan_that_found(start: Instant, found: &[(Duration, i64)]) -> Scan {
        let mut scan = Scan::new(start);
        for (after, id) in found {
            let look = scan.next(start + *after);
            scan.saw(&look, &claimed(&[*id]), start + *after, QUICK);
        }
        scan
    }

    /// Where it looks then.
    fn floor_at(scan: &mut Scan, at: Instant) -> i64 {
        let look = scan.next(at);
        scan.saw(&look, &claimed(&[]), at, QUICK);
        look.floor
    }

    #[test]
    fn looks_begin_where_something_was_found_a_window_ago_and_the_further_back_the_more_seldom() {
        let (start, ms) = (Instant::now(), Duration::from_millis);
        let mut scan = scan_that_found(start, &[(ms(0), 10), (ms(600), 20), (ms(1_200), 30), (ms(1_260), 40)]);
        let now = start + ms(1_320);
        assert_eq!(floor_at(&mut scan, now), 20, "the second window's floor: the first one's is not due any more");
        assert_eq!(floor_at(&mut scan, now + ms(1)), 40, "in between, the first window's");
        assert_eq!(floor_at(&mut scan, now + ms(55)), 20);
        assert_eq!(floor_at(&mut scan, now + ms(56)), 40);
        assert_eq!(floor_at(&mut scan, start + WINDOWS[2] + ms(10)), 0, "everything");
        assert_eq!(floor_at(&mut scan, start + WINDOWS[2] + ms(11)), 40);
    }

    #[test]
    fn an_empty_window_forgets_nothing() {
        let start = Instant::now();
        let mut scan = scan_that_found(start, &[(Duration::ZERO, 70)]);
        for round in 1..5 {
            let now = start + WINDOWS[2] * round;
            assert_eq!(scan.next(now), Look::default());
            scan.saw(&Look::default(), &claimed(&[]), now, QUICK);
            assert_eq!(scan.next(now + OTHERS).floor, 70);
        }
    }

    #[test]
    fn between_looks_for_others_it_asks_for_the_tenants_it_knows() {
        let start = Instant::now();
        let mut scan = scan_that_found(start, &[(Duration::ZERO, 70)]);
        let known = scan.next(start + QUICK);
        assert_eq!(known.tenants, Some(vec![Uuid::max()]));
        scan.saw(&known, &claimed(&[]), start + QUICK, QUICK);
        assert_eq!(scan.until_more(start + QUICK), OTHERS.checked_sub(QUICK), "a new one may have been missed");
        assert_eq!(scan.next(start + OTHERS).tenants, None);
    }

    #[test]
    fn what_a_look_left_out_is_looked_at_soon_and_then_there_is_rest() {
        let start = Instant::now();
        let mut scan = scan_that_found(start, &[(Duration::ZERO, 70)]);
        assert_eq!(scan.until_more(start), None, "it was a look at everything");
        let mut now = start + OTHERS;
        let mut looks = 0;
        loop {
            let look = scan.next(now);
            scan.saw(&look, &claimed(&[]), now, QUICK);
            let Some(wait) = scan.until_more(now) else { break };
            now += wait;
            looks += 1;
        }
        assert!((3..10).contains(&looks), "{looks}");
        assert_eq!(scan.depth, WINDOWS.len());
    }

    #[test]
    fn a_slow_look_makes_the_tenants_that_are_known_do_for_a_while() {
        let start = Instant::now();
        let mut scan = scan_that_found(start, &[(Duration::ZERO, 70)]);
        let now = start + WINDOWS[2];
        let everything = scan.next(now);
        assert_eq!(everything, Look::default());
        let slow = Duration::from_millis(200);
        scan.saw(&everything, &claimed(&[80]), now, slow);
        let known = Look { after: Uuid::nil(), tenants: Some(vec![Uuid::max()]), floor: 70 };
        assert_eq!(scan.next(now + QUICK), known);
        assert_eq!(scan.next(now + slow * SELDOM).tenants, None);
    }
}
