//! What is made of many measurements: medians with their spread, and percentiles.

use std::time::Duration;

/// The median of several runs, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle value; of an even number of runs the mean of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of at least one run.
    pub fn of(runs: &[f64]) -> Self {
        assert!(!runs.is_empty(), "a figure needs at least one run");
        let mut sorted = runs.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (middle, last) = (sorted.len() / 2, sorted.len() - 1);
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Self { median, min: sorted[0], max: sorted[last] }
    }
}

/// Durations of many like events.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// The duration that this share (from 0 to 1) of the events did not exceed, by nearest rank; none without events.
    pub fn percentile(&self, share: f64) -> Option<Duration> {
        let last = self.0.len().checked_sub(1)?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank lies between 0 and the number of events, which is far below 2^52"
        )]
        let rank = (share * self.0.len() as f64).ceil() as usize;
        Some(self.0[rank.saturating_sub(1).min(last)])
    }

    /// The same in milliseconds.
    pub fn percentile_ms(&self, share: f64) -> anyhow::Result<f64> {
        let duration = self.percentile(share).ok_or_else(|| anyhow::anyhow!("nothing was measured"))?;
        Ok(duration.as_secs_f64() * 1000.0)
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut sorted: Vec<Duration> = durations.into_iter().collect();
        sorted.sort_unstable();
        Self(sorted)
    }
}

/// A count as a figure. Counts here stay far below 2^52.
#[expect(clippy::cast_precision_loss, reason = "counts here stay far below 2^52")]
pub fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(Spread::of(&[4.0, 1.0]), Spread { median: 2.5, min: 1.0, max: 4.0 });
    }

    #[test]
    fn percentiles_are_events_that_happened() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        let ms = |share| latencies.percentile(share).unwrap().as_millis();
        assert_eq!([ms(0.0), ms(0.5), ms(0.99), ms(0.999), ms(1.0)], [1, 100, 198, 200, 200]);
        assert_eq!(Latencies::default().percentile(0.5), None);
        assert_eq!(Latencies::from_iter([Duration::from_millis(7)]).percentile(0.99), Some(Duration::from_millis(7)));
    }
}
