//! The runs this process owns: from the claim until the database has taken their ack.

use crate::{
    RunToken,
    ack::Ack,
    claim::{Claimed, JobRun},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Shared between the fetchers, the ackers and the heartbeat.
#[derive(Debug, Default)]
pub(crate) struct Held(Mutex<HashMap<RunToken, Entry>>);

#[derive(Debug)]
struct Entry {
    run: JobRun,
    /// Its ack is on the way, so that the row may go while the answer is not yet here.
    acking: bool,
    lost: bool,
}

impl Held {
    pub(crate) fn claimed(&self, jobs: &[Claimed]) {
        let mut entries = self.lock();
        for job in jobs {
            entries.insert(job.run.token, Entry { run: job.run, acking: false, lost: false });
        }
    }

    pub(crate) fn acking(&self, acks: &[Ack]) {
        let mut entries = self.lock();
        for ack in acks {
            if let Some(entry) = entries.get_mut(&ack.run.token) {
                entry.acking = true;
            }
        }
    }

    /// The run has ended, one way or the other. Says whether its lease was known to be lost.
    pub(crate) fn ended(&self, token: RunToken) -> bool {
        self.lock().remove(&token).is_some_and(|entry| entry.lost)
    }

    /// The runs whose leases are to be extended.
    pub(crate) fn leased(&self) -> Vec<JobRun> {
        self.lock().values().filter(|entry| !entry.lost).map(|entry| entry.run).collect()
    }

    /// Notes that a run has lost its lease. Returns it when that is news: it was neither known nor
    /// is it only that the run's ack has just been taken.
    pub(crate) fn lost(&self, token: RunToken) -> Option<JobRun> {
        let mut entries = self.lock();
        let entry = entries.get_mut(&token)?;
        let news = !entry.acking && !entry.lost;
        entry.lost = !entry.acking;
        news.then_some(entry.run)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunToken, Entry>> {
        // Every change of the map is one call: a panic leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
