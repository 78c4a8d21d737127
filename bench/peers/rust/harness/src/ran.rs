//! What the handlers saw.

use std::{
    mem,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How many jobs started, and how soon after they were stored.
#[derive(Default)]
pub struct Ran {
    count: AtomicU64,
    /// When each job is stored, by its number; empty where nobody asks.
    stored: Box<[OnceLock<Instant>]>,
    latencies: Mutex<Vec<(u64, Duration)>>,
}

impl Ran {
    /// Of jobs that are timed.
    pub fn timed(jobs: u64) -> Self {
        Self { stored: (0..jobs).map(|_| OnceLock::new()).collect(), ..Self::default() }
    }

    /// The job is about to be stored.
    pub(crate) fn stores(&self, n: u64) {
        if let Some(at) = self.slot(n) {
            at.get_or_init(Instant::now);
        }
    }

    /// Its handler has been called.
    pub fn starts(&self, n: u64) {
        if let Some(at) = self.slot(n).and_then(OnceLock::get) {
            self.latencies.lock().unwrap_or_else(PoisonError::into_inner).push((n, at.elapsed()));
        }
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// By number, in the order of their starts.
    pub(crate) fn latencies(&self) -> Vec<(u64, Duration)> {
        mem::take(&mut *self.latencies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn slot(&self, n: u64) -> Option<&OnceLock<Instant>> {
        self.stored.get(usize::try_from(n).ok()?)
    }
}
