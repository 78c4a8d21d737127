//! The `clock` import: the time of the call, and what has passed since.

use tokio::time::Instant;

use crate::bindings::signalbox::plugin::clock::Host;
use crate::state::CallState;

/// The clock of one call. It starts at the time the caller gave, so that a test that moves its own
/// clock moves the plugin's; the machine's clock never shows.
pub(crate) struct CallClock {
    began_ms: u64,
    began: Instant,
    /// Of a function that may only compute: it stands still.
    stands_still: bool,
}

impl CallClock {
    pub fn new(began_ms: u64, stands_still: bool) -> Self {
        Self { began_ms, began: Instant::now(), stands_still }
    }

    fn now_ms(&self) -> u64 {
        if self.stands_still {
            return self.began_ms;
        }
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began_ms.saturating_add(passed)
    }
}

impl Host for CallState {
    fn now_ms(&mut self) -> u64 {
        self.clock.now_ms()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_passes_unless_the_function_may_only_compute() {
        let (runs, stands) = (CallClock::new(1_000, false), CallClock::new(1_000, true));
        tokio::time::advance(Duration::from_millis(250)).await;
        assert_eq!((runs.now_ms(), stands.now_ms()), (1_250, 1_000));
    }
}
