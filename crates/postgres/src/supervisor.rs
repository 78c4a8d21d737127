//! Keeps the server running: starts it again whenever it ends without having been told to.
//!
//! A thread, and not a task: it has to outlive the asynchronous runtime that started it, and to
//! stop the server even when that runtime is shutting down.

use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::error::{ClusterError, IoContext};
use crate::server::{Server, describe};
use crate::shutdown;

/// How often the server is looked at.
const LOOK: Duration = Duration::from_millis(100);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A server that ran this long did not fail because of its start.
const STABLE: Duration = Duration::from_secs(30);

/// What the server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It takes connections.
    Running,
    /// It ended unexpectedly, and is being started again.
    Restarting,
}

/// The thread that watches the server.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    states: watch::Receiver<ServerState>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    watched: Mutex<Watched>,
    wake: Condvar,
}

#[derive(Debug)]
struct Watched {
    child: Option<Child>,
    stopping: bool,
}

impl Supervisor {
    /// Watches `child`, a run of `server` that takes connections.
    pub(crate) fn watch(server: Server, child: Child) -> Result<Self, ClusterError> {
        let watched = Mutex::new(Watched { child: Some(child), stopping: false });
        let shared = Arc::new(Shared { watched, wake: Condvar::new() });
        let (sender, states) = watch::channel(ServerState::Running);
        let log = server.log().to_owned();
        let routine =
            Watcher { server, shared: Arc::clone(&shared), states: sender, pause: FIRST_PAUSE, since: Instant::now() };
        // Made first, so that the server is stopped when there is no thread to be had.
        let mut supervisor = Self { shared, states, thread: None };
        let thread = thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || routine.run())
            .context("start a thread to watch", &log)?;
        supervisor.thread = Some(thread);
        Ok(supervisor)
    }

    pub(crate) fn states(&self) -> watch::Receiver<ServerState> {
        self.states.clone()
    }

    /// The server's process id, unless it is down.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.shared.lock().child.as_ref().map(Child::id)
    }

    /// Stops watching, then stops the server. Doing it again does nothing.
    pub(crate) fn stop(&mut self) -> Result<(), ClusterError> {
        let child = {
            let mut watched = self.shared.lock();
            watched.stopping = true;
            watched.child.take()
        };
        self.shared.wake.notify_all();
        let stopped = child.map_or(Ok(()), |mut child| shutdown::stop(&mut child));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that watches the database server has panicked");
        }
        stopped
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "the database server was left running");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        // Each change is one assignment: a panic leaves nothing half done.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own part.
struct Watcher {
    server: Server,
    shared: Arc<Shared>,
    states: watch::Sender<ServerState>,
    /// How long to wait before the next start.
    pause: Duration,
    /// When the server was last started.
    since: Instant,
}

impl Watcher {
    fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut watched = shared.lock();
        while !watched.stopping {
            let pause = self.look(&mut watched.child);
            let woken = shared.wake.wait_timeout(watched, pause);
            watched = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Brings the server one step nearer to running; returns when to look again.
    fn look(&mut self, child: &mut Option<Child>) -> Duration {
        let Some(running) = child else {
            *child = self.start();
            return if child.is_some() { LOOK } else { self.next_pause() };
        };
        let end = match running.try_wait() {
            Ok(None) => {
                if self.server.is_ready(running.id()) {
                    self.announce(ServerState::Running);
                }
                return LOOK;
            }
            Ok(Some(status)) => describe(status),
            Err(error) => error.to_string(),
        };
        *child = None;
        self.announce(ServerState::Restarting);
        if self.since.elapsed() > STABLE {
            self.pause = FIRST_PAUSE;
        }
        let pause = self.next_pause();
        tracing::warn!(%end, ?pause, "the database server ended; it is started again");
        pause
    }

    fn start(&mut self) -> Option<Child> {
        self.since = Instant::now();
        self.server.spawn().inspect_err(|error| tracing::error!(%error, "the database server cannot be started")).ok()
    }

    /// This pause, doubling the one after it.
    fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }

    fn announce(&self, state: ServerState) {
        self.states.send_if_modified(|current| std::mem::replace(current, state) != state);
    }
}
