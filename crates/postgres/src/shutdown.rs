//! Ending a server, gently first.

use std::io;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::ClusterError;

/// What a server is told, and how long it gets: end the sessions and write everything down;
/// end at once and recover at the next start; be ended.
pub(crate) const LADDER: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

const STEP: Duration = Duration::from_millis(5);

/// Stops a server that is our child, and waits for its end.
pub(crate) fn stop(child: &mut Child) -> Result<(), ClusterError> {
    for (name, patience) in LADDER {
        signal(child.id(), name);
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if has_ended(child) {
                return Ok(());
            }
            thread::sleep(STEP);
        }
        tracing::warn!(signal = name.as_str(), "the database server does not end");
    }
    Err(ClusterError::Unstoppable { pid: child.id() })
}

/// Sends a signal; a process that has ended meanwhile is no error.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let Ok(number) = i32::try_from(pid) else {
        return;
    };
    if let Err(error) = kill(Pid::from_raw(number), signal) {
        tracing::debug!(pid, signal = signal.as_str(), %error, "signal not delivered");
    }
}

fn has_ended(child: &mut Child) -> bool {
    // Something else in this process may have waited for all children: then it is gone, too.
    child.try_wait().map_or_else(|error| error.kind() != io::ErrorKind::Interrupted, |s| s.is_some())
}
