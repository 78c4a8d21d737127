//! The runs this process owns: from the claim until the database has taken their ack.

use crate::{
    JobId, RunToken,
    claim::{Claimed, JobRun},
};
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Shared between the fetchers, the ackers and the heartbeat.
#[derive(Debug, Default)]
pub(crate) struct Held {
    runs: Mutex<HashMap<(JobId, RunToken), Entry>>,
    doubtful: AtomicBool,
}

#[derive(Debug)]
struct Entry {
    run: JobRun,
    lost: bool,
}

impl Held {
    pub(crate) fn claimed(&self, jobs: &[Claimed]) {
        let mut runs = self.lock();
        for job in jobs {
            runs.insert((job.run.id, job.run.token), Entry { run: job.run, lost: false });
        }
    }

    /// The run has ended, one way or the other. Says whether its lease was known to be lost.
    pub(crate) fn ended(&self, run: JobRun) -> bool {
        self.lock().remove(&(run.id, run.token)).is_some_and(|entry| entry.lost)
    }

    /// The runs of now.
    pub(crate) fn runs(&self) -> Vec<JobRun> {
        self.lock().values().map(|entry| entry.run).collect()
    }

    /// Notes that every run of now has lost its lease. Returns those of which that is news.
    pub(crate) fn lose_all(&self) -> Vec<JobRun> {
        let mut runs = self.lock();
        let news: Vec<_> = runs.values().filter(|entry| !entry.lost).map(|entry| entry.run).collect();
        runs.values_mut().for_each(|entry| entry.lost = true);
        news
    }

    /// Something went wrong between this process and the database, so that they may disagree on what runs here.
    pub(crate) fn doubt(&self) {
        self.doubtful.store(true, Ordering::Release);
    }

    /// Whether there was doubt since the last time.
    pub(crate) fn was_doubtful(&self) -> bool {
        self.doubtful.swap(false, Ordering::AcqRel)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(JobId, RunToken), Entry>> {
        // Every change of the map is one call: a panic leaves it whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
