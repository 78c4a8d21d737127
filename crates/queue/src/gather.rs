//! Doing together what comes at nearly the same time.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Keeps rounds apart. A round trip costs the database about as much for ten jobs as for one, and nobody notices the
/// wait; after a pause the first job does not wait at all.
#[derive(Debug)]
pub(crate) struct Gather {
    /// The shortest time from one round to the next.
    round: Duration,
    /// When the last one began.
    last: Option<Instant>,
}

impl Gather {
    /// No round has begun yet.
    pub(crate) fn every(round: Duration) -> Self {
        Self { round, last: None }
    }

    /// Rounds are at least this long from now on.
    pub(crate) fn set_round(&mut self, round: Duration) {
        self.round = round;
    }

    /// A round begins.
    pub(crate) fn begins(&mut self) {
        self.last = Some(Instant::now());
    }

    /// Waits until the next round may begin.
    pub(crate) async fn wait(&self) {
        if let Some(last) = self.last {
            sleep_until(last + self.round).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND: Duration = Duration::from_millis(4);

    #[tokio::test(start_paused = true)]
    async fn rounds_keep_their_distance_and_the_first_does_not_wait() {
        let (start, mut gather) = (Instant::now(), Gather::every(ROUND));
        gather.wait().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        gather.begins();
        gather.wait().await;
        assert_eq!(start.elapsed(), ROUND);
        gather.begins();
        sleep_until(start + ROUND * 5).await;
        gather.wait().await;
        assert_eq!(start.elapsed(), ROUND * 5);
    }
}
