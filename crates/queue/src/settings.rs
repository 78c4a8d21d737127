//! What an operator may choose about the workers of a process.

use domain::job::Lane;
use std::{collections::BTreeMap, time::Duration};

/// How the workers of a process behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What operators see of this process in lists of workers. It identifies nothing: two may have the same.
    pub name: String,
    /// How many jobs of each lane run at once in this process. Lanes that are not named, or have 0,
    /// are left to other processes.
    pub lanes: BTreeMap<Lane, usize>,
    /// How long a run keeps its job without a heartbeat. The fleet must agree on it roughly: a dead
    /// worker's jobs are free after at most one and a half leases.
    pub lease: Duration,
    /// How often a lane looks for work without being told.
    pub poll: Duration,
    /// How long running jobs may go on after the stop; then they are interrupted and handed back.
    pub drain: Duration,
    /// How long an idempotency key outlives its job.
    pub idempotency_horizon: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: format!("process {}", std::process::id()),
            lanes: BTreeMap::from([
                (Lane::Live, 32),
                (Lane::Automation, 16),
                (Lane::Notify, 16),
                (Lane::Timers, 8),
                (Lane::Bulk, 4),
            ]),
            lease: Duration::from_secs(10),
            poll: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            idempotency_horizon: Duration::from_hours(7 * 24),
        }
    }
}
