//! What the host keeps for one call, inside the store.

use wasmtime::UpdateDeadline;

use crate::clock::CallClock;
use crate::crypto::CallCrypto;
use crate::http::HttpAccess;
use crate::limiter::MemoryLimiter;
use crate::log::CallLog;
use crate::state::StateAccess;
use crate::tape::Tape;

/// Everything a guest can affect during a call. Dropped with its instance.
pub(crate) struct CallState {
    pub memory: MemoryLimiter,
    pub cpu: CpuBudget,
    pub log: CallLog,
    /// Absent for functions without network.
    pub http: Option<HttpAccess>,
    /// Absent for functions without state, and for callers that keep none.
    pub state: Option<StateAccess>,
    pub crypto: CallCrypto,
    pub clock: CallClock,
    /// What the guest is told, kept or played.
    pub tape: Tape,
    /// How often the guest has called the host.
    pub host_calls: u32,
}

/// Counts the ticks during which the guest was running.
pub(crate) struct CpuBudget {
    ticks_left: u128,
    has_waited: bool,
    has_ticked: bool,
}

impl CpuBudget {
    pub fn new(ticks: u128) -> Self {
        Self { ticks_left: ticks, has_waited: false, has_ticked: false }
    }

    /// The guest was away, waiting for the host: the tick it finds on its return is not its own.
    pub fn forgive_one_tick(&mut self) {
        self.has_waited = true;
    }

    /// Called by the running guest at the first check after a tick.
    pub fn on_tick(&mut self) -> UpdateDeadline {
        if std::mem::take(&mut self.has_waited) {
            return UpdateDeadline::Yield(1);
        }
        match self.ticks_left.checked_sub(1) {
            None => UpdateDeadline::Interrupt,
            Some(left) => {
                self.ticks_left = left;
                // Between ticks others get their turn, and the wall limit its chance; not after the first, which as a
                // rule finds a call that lasts microseconds and has just begun.
                if std::mem::replace(&mut self.has_ticked, true) {
                    UpdateDeadline::Yield(1)
                } else {
                    UpdateDeadline::Continue(1)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cut(update: &UpdateDeadline) -> bool {
        matches!(update, UpdateDeadline::Interrupt)
    }

    #[test]
    fn the_budget_is_used_up_by_ticks_and_not_by_waiting() {
        let mut cpu = CpuBudget::new(2);
        for _ in 0..10 {
            cpu.forgive_one_tick();
            assert!(!is_cut(&cpu.on_tick()));
        }
        assert!(matches!(cpu.on_tick(), UpdateDeadline::Continue(1)), "it may be over in a moment");
        assert!(matches!(cpu.on_tick(), UpdateDeadline::Yield(1)));
        assert!(is_cut(&cpu.on_tick()));
    }
}
