//! A worker process as the scenario holds it.

use super::{PATIENCE, Plan, worker::PLAN};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    env,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// Killed when it is dropped.
pub struct Worker {
    pub plan: Plan,
    child: Child,
}

impl Worker {
    pub fn start(plan: Plan) -> Self {
        let program = env::current_exe().expect("this program has a path");
        let child = Command::new(program)
            .env(PLAN, serde_json::to_string(&plan).expect("a plan is JSON"))
            // It ends when this end of its input is closed.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a worker can be started");
        Self { plan, child }
    }

    /// SIGKILL; the process is gone when this returns.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is ours to kill");
        self.child.wait().expect("it is ours to wait for");
    }

    /// Kills it and starts another one of the same name.
    pub fn kill_and_start_again(&mut self) {
        self.kill();
        *self = Self::start(self.plan.clone());
    }

    /// SIGSTOP.
    pub fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Asks it to drain, and waits for its end.
    pub async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let start = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                assert!(status.success(), "the worker {} ended with {status}", self.plan.name);
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the worker {} does not end", self.plan.name);
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// It has taken whatever was done to it, and lives.
    pub fn assert_alive(&mut self) {
        let ended = self.ended();
        assert!(ended.is_none(), "the worker {} ended: {ended:?}", self.plan.name);
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is ours to wait for")
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("process ids fit");
        kill(Pid::from_raw(pid), signal).expect("it is ours, and not waited for");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
