//! What is counted of jobs.

use std::ops::AddAssign;

/// How many jobs do what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Jobs that could start now.
    pub ready: i64,
    /// Jobs that wait for a time: scheduled, snoozed, or before a retry.
    pub delayed: i64,
    /// Jobs that wait for the job in front of them in their key.
    pub parked: i64,
    /// Jobs that wait because their tenant or connection is held back.
    pub held: i64,
    /// Jobs that are running.
    pub running: i64,
    /// Jobs that were given up.
    pub dead_letters: i64,
    /// Seconds since the oldest ready job was enqueued.
    pub oldest_seconds: f64,
}

impl Figures {
    /// All jobs that have not ended.
    pub const fn unfinished(&self) -> i64 {
        self.ready + self.delayed + self.parked + self.held + self.running
    }
}

/// Those of other jobs as well.
impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.ready += other.ready;
        self.delayed += other.delayed;
        self.parked += other.parked;
        self.held += other.held;
        self.running += other.running;
        self.dead_letters += other.dead_letters;
        self.oldest_seconds = self.oldest_seconds.max(other.oldest_seconds);
    }
}
