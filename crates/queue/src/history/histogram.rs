//! Times, counted in buckets: what can be added up over processes and minutes, and asked for percentiles.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Buckets for each doubling of the time: each is a fifth wider than the one before, so that a percentile is off by a
/// tenth at most.
const PER_DOUBLING: f64 = 4.0;

/// How many times there were in each bucket, by its number. Bucket 0 has what is no longer than a microsecond.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Histogram(BTreeMap<u16, u64>);

impl Histogram {
    pub(crate) fn record(&mut self, time: Duration) {
        *self.0.entry(bucket(time)).or_default() += 1;
    }

    /// Adds what another one has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (&bucket, &count) in &other.0 {
            *self.0.entry(bucket).or_default() += count;
        }
    }

    /// The time that this share of all times did not exceed; `None` if there were none.
    pub(crate) fn percentile(&self, share: f64) -> Option<Duration> {
        let all: u64 = self.0.values().sum();
        let wanted = rank(all, share);
        let mut seen = 0;
        self.0.iter().find_map(|(&bucket, &count)| {
            seen += count;
            (seen >= wanted).then(|| middle(bucket))
        })
    }
}

/// The place of the time that is asked for, counted from 1.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count that stays far below 2^52"
)]
fn rank(all: u64, share: f64) -> u64 {
    ((all as f64 * share).ceil() as u64).max(1)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the longest time has bucket 340")]
fn bucket(time: Duration) -> u16 {
    ((time.as_secs_f64() * 1e6).max(1.0).log2() * PER_DOUBLING) as u16
}

fn middle(bucket: u16) -> Duration {
    Duration::from_secs_f64(((f64::from(bucket) + 0.5) / PER_DOUBLING).exp2() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn of_nothing_there_is_no_percentile() {
        assert_eq!(Histogram::default().percentile(0.5), None);
    }

    #[test]
    fn the_shortest_and_the_longest_time_have_buckets() {
        assert_eq!(bucket(Duration::ZERO), 0);
        assert!(bucket(Duration::MAX) < 400);
        let mut histogram = Histogram::default();
        histogram.record(Duration::MAX);
        assert!(histogram.percentile(1.0).unwrap() > Duration::from_hours(1_000_000));
    }

    proptest! {
        /// However the times are spread over processes, and on their way through the database.
        #[test]
        fn percentiles_are_off_by_a_tenth_at_most(
            mut micros in proptest::collection::vec(1_u64..100_000_000_000, 1..300),
            share in 0.01..1.0_f64,
            parts in 1..4_usize,
        ) {
            let mut all = Histogram::default();
            for part in micros.chunks(micros.len().div_ceil(parts)) {
                let mut histogram = Histogram::default();
                for &time in part {
                    histogram.record(Duration::from_micros(time));
                }
                let stored = serde_json::to_value(&histogram).unwrap();
                all.add(&serde_json::from_value(stored).unwrap());
            }
            micros.sort_unstable();
            let place = usize::try_from(rank(micros.len() as u64, share)).unwrap() - 1;
            let exact = Duration::from_micros(micros[place]).as_secs_f64();
            let told = all.percentile(share).unwrap().as_secs_f64();
            prop_assert!((told / exact - 1.0).abs() < 0.1, "{told} is not {exact}");
        }
    }
}
