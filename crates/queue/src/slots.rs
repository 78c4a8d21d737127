//! How many jobs a lane may take on now.
//!
//! A lane claims as many jobs as it can run at once. While its jobs take next to no time it claims
//! more and in larger batches, because then the claims are what costs: as many as keep it busy for some
//! milliseconds. Slow jobs are never claimed ahead: they would wait here while another process has nothing to do.

use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::Duration,
};
use tokio::sync::Notify;

/// Jobs that take less than this on average are claimed ahead.
const QUICK: Duration = Duration::from_millis(5);
/// How many times its concurrency a lane claims of quick jobs, at least and at most.
const AHEAD: (u64, u64) = (4, 16);
/// No batch is larger.
const MAX_BATCH: usize = 500;

/// The places of a lane for claimed jobs.
#[derive(Debug)]
pub(crate) struct Slots {
    concurrency: usize,
    taken: AtomicUsize,
    freed: Notify,
    /// A moving average of how long jobs run.
    mean_micros: AtomicU64,
}

impl Slots {
    pub(crate) fn new(concurrency: usize) -> Self {
        // Slow until they have shown otherwise.
        let mean_micros = AtomicU64::new(1_000_000);
        Self { concurrency, taken: AtomicUsize::new(0), freed: Notify::new(), mean_micros }
    }

    /// Waits until a claim is worth while, and says how many jobs it may bring. One task waits at a time.
    pub(crate) async fn room(&self) -> usize {
        loop {
            let freed = self.freed.notified();
            let (limit, worth_while) = self.limits();
            let free = limit.saturating_sub(self.taken.load(Ordering::Acquire));
            if free >= worth_while {
                return free.min(MAX_BATCH);
            }
            freed.await;
        }
    }

    pub(crate) fn take(&self, jobs: usize) {
        self.taken.fetch_add(jobs, Ordering::AcqRel);
    }

    /// A job has run for so long and left.
    pub(crate) fn ran(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 8);
        let mean = self.mean_micros.load(Ordering::Relaxed);
        // Two jobs that end in the same instant may lose one of their samples, which is as good.
        self.mean_micros.store(mean - mean / 8 + micros / 8, Ordering::Relaxed);
        self.free();
    }

    /// A job has left.
    pub(crate) fn free(&self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
        self.freed.notify_one();
    }

    fn limits(&self) -> (usize, usize) {
        let mean = Duration::from_micros(self.mean_micros.load(Ordering::Relaxed));
        if mean < QUICK {
            let times = u64::try_from(QUICK.as_micros() / mean.as_micros().max(1)).unwrap_or(AHEAD.1);
            let limit = self.concurrency * usize::try_from(times.clamp(AHEAD.0, AHEAD.1)).unwrap_or(1);
            (limit, limit / 2)
        } else {
            (self.concurrency, 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn slow_jobs_are_not_claimed_ahead() {
        let slots = Slots::new(4);
        assert_eq!(slots.room().now_or_never(), Some(4));
        slots.take(4);
        assert_eq!(slots.room().now_or_never(), None);
        slots.ran(Duration::from_secs(1));
        assert_eq!(slots.room().now_or_never(), Some(1));
    }

    #[test]
    fn quick_jobs_are_claimed_ahead_and_in_batches() {
        let slots = Slots::new(4);
        for _ in 0..100 {
            slots.take(1);
            slots.ran(Duration::from_micros(50));
        }
        assert_eq!(slots.room().now_or_never(), Some(64));
        slots.take(33);
        assert_eq!(slots.room().now_or_never(), None, "31 places are not worth a claim");
        slots.free();
        assert_eq!(slots.room().now_or_never(), Some(32));
    }

    #[tokio::test]
    async fn a_freed_place_wakes_the_one_who_waits() {
        let slots = Slots::new(1);
        slots.take(1);
        let (room, ()) = tokio::join!(slots.room(), async { slots.free() });
        assert_eq!(room, 1);
    }
}
