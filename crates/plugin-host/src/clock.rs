//! The `clock` import: the time of the call, and what has passed since.

use std::time::Instant;

use crate::bindings::signalbox::plugin::clock::Host;
use crate::call_state::CallState;
use crate::tape::{Answer, Asked};

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

    fn at(&self, now: Instant) -> u64 {
        if self.stands_still {
            return self.began_ms;
        }
        let passed = u64::try_from((now - self.began).as_millis()).unwrap_or(u64::MAX);
        self.began_ms.saturating_add(passed)
    }
}

impl Host for CallState {
    fn now_ms(&mut self) -> u64 {
        self.host_calls += 1;
        let asked = self.tape.asked(|| Asked::Now);
        if let Some(Ok(Answer::Ms(played))) = self.tape.play(asked.as_ref()) {
            return played;
        }
        let now = self.clock.at(Instant::now());
        self.tape.note(asked, || Answer::Ms(now));
        now
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_passes_unless_the_function_may_only_compute() {
        let (runs, stands) = (CallClock::new(1_000, false), CallClock::new(1_000, true));
        let later = |clock: &CallClock| clock.at(clock.began + Duration::from_millis(250));
        assert_eq!((later(&runs), later(&stands)), (1_250, 1_000));
    }
}
