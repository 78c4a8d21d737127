//! Doing together what comes at nearly the same time.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The shortest time from one round to the next. A round trip costs the database about as much for ten jobs as for one,
/// and nobody notices the wait; after a pause the first job does not wait at all.
const ROUND: Duration = Duration::from_millis(4);

/// When the last round began.
#[derive(Debug, Default)]
pub(crate) struct Gather(Option<Instant>);

impl Gather {
    /// A round begins.
    pub(crate) fn begins(&mut self) {
        self.0 = Some(Instant::now());
    }

    /// Waits until the next round may begin.
    pub(crate) async fn wait(&self) {
        if let Some(last) = self.0 {
            sleep_until(last + ROUND).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rounds_keep_their_distance_and_the_first_does_not_wait() {
        let (start, mut gather) = (Instant::now(), Gather::default());
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
