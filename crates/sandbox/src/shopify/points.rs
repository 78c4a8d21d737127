//! The bucket of points that requests are paid from.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Points of one app in one shop, refilled all the time.
pub(super) struct Points {
    available: f64,
    maximum: f64,
    per_second: f64,
    filled_at: DateTime<Utc>,
}

impl Points {
    /// A full bucket of the standard plan: 2,000 points, 100 a second.
    pub(super) fn full(now: DateTime<Utc>) -> Self {
        Self { available: 2000.0, maximum: 2000.0, per_second: 100.0, filled_at: now }
    }

    /// Whether a request of this cost may run.
    pub(super) fn has(&mut self, cost: u64, now: DateTime<Utc>) -> bool {
        let elapsed = (now - self.filled_at).as_seconds_f64().max(0.0);
        self.filled_at = self.filled_at.max(now);
        self.available = (self.available + elapsed * self.per_second).min(self.maximum);
        points(cost) <= self.available
    }

    /// Pays for a request that has run.
    pub(super) fn take(&mut self, cost: u64) {
        self.available -= points(cost);
    }

    /// From now on there are so many points left, as if other requests had taken the rest.
    pub(super) fn set(&mut self, available: f64, now: DateTime<Utc>) {
        self.available = available.clamp(0.0, self.maximum);
        self.filled_at = now;
    }

    /// `extensions.cost`; without an actual cost the request was throttled.
    pub(super) fn status(&self, requested: u64, actual: Option<u64>) -> Value {
        json!({
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": self.available.floor(),
                "restoreRate": self.per_second,
            },
        })
    }
}

fn points(cost: u64) -> f64 {
    f64::from(u32::try_from(cost).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn points_are_spent_and_come_back_at_their_rate() {
        let start = DateTime::UNIX_EPOCH;
        let mut points = Points::full(start);
        assert!(points.has(2000, start));
        points.take(1999);
        assert!(points.has(1, start) && !points.has(2, start));
        assert!(!points.has(102, start + TimeDelta::milliseconds(1000)));
        assert!(points.has(101, start + TimeDelta::milliseconds(1000)));
        assert!(points.has(2000, start + TimeDelta::hours(1)) && !points.has(2001, start + TimeDelta::hours(2)));
    }
}
