//! The provider's rate limits as token buckets.
//!
//! Rules of the Cloud API's throughput documentation: one message every six seconds to one customer,
//! with a burst that is paid back at that rate, and 80 messages a second from one number.

use chrono::{DateTime, Utc};

/// A token bucket's size and refill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many sends may come at once.
    pub burst: f64,
    /// How many sends are earned per second.
    pub per_second: f64,
}

/// Which limits are enforced; `None` is not enforced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// From one number to one customer; exceeding it is error 131056.
    pub pair: Option<Rate>,
    /// From one number; exceeding it is error 130429.
    pub throughput: Option<Rate>,
}

impl Limits {
    /// The documented limits.
    pub const DOCUMENTED: Self = Self {
        pair: Some(Rate { burst: 45.0, per_second: 1.0 / 6.0 }),
        throughput: Some(Rate { burst: 80.0, per_second: 80.0 }),
    };
    /// No limits, for tests about something else.
    pub const OFF: Self = Self { pair: None, throughput: None };
}

pub(crate) struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

impl Bucket {
    pub(crate) fn full(rate: Rate, now: DateTime<Utc>) -> Self {
        Self { tokens: rate.burst, filled_at: now }
    }

    /// Takes one token if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now: DateTime<Utc>) -> bool {
        let elapsed = (now - self.filled_at).as_seconds_f64().max(0.0);
        self.filled_at = self.filled_at.max(now);
        self.tokens = (self.tokens + elapsed * rate.per_second).min(rate.burst);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_bucket_empties_and_refills_at_its_rate() {
        let rate = Rate { burst: 2.0, per_second: 0.5 };
        let start = DateTime::UNIX_EPOCH;
        let mut bucket = Bucket::full(rate, start);
        let taken = |bucket: &mut Bucket, seconds| bucket.take(rate, start + TimeDelta::seconds(seconds));
        assert!(taken(&mut bucket, 0));
        assert!(taken(&mut bucket, 0));
        assert!(!taken(&mut bucket, 1));
        assert!(taken(&mut bucket, 2));
        assert!(!taken(&mut bucket, 2));
        assert!(taken(&mut bucket, 1000));
        assert!(taken(&mut bucket, 1000));
        assert!(!taken(&mut bucket, 1000));
    }
}
