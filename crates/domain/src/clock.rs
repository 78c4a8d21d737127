//! Time is handed in, so that a test can move it and SQL compares due times with a bound value.

use chrono::{DateTime, Duration, Utc};
use std::sync::{Arc, Mutex};

/// The source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time, to the microsecond that PostgreSQL keeps.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// A clock standing at `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// Moves the clock by `step`.
    pub fn advance(&self, step: Duration) {
        *self.lock() += step;
    }

    /// Puts the clock to `time`.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.lock() = time;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, DateTime<Utc>> {
        // A panic while holding the lock leaves a valid time behind.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.lock()
    }
}
