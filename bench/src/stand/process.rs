//! A running process of the product.

use crate::machine;
use anyhow::{Context as _, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    path::PathBuf,
    process::{Child, ExitStatus},
    thread,
    time::{Duration, Instant},
};

/// A drain takes seconds at most here; more is a fault.
const STOP_LIMIT: Duration = Duration::from_secs(30);
const READY_LIMIT: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(5);

/// A process of the product, stopped when dropped.
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Takes over a process that writes its log to this file.
    pub fn new(child: Child, name: &str, log: PathBuf) -> Self {
        Self { child, name: name.to_owned(), log }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Processor time used so far.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        machine::processor_time(self.pid())
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        machine::resident_mib(self.pid())
    }

    /// Waits until `GET /readyz` at this address answers 200.
    pub async fn until_ready(&mut self, address: &str) -> anyhow::Result<()> {
        let begin = Instant::now();
        let (client, url) = (reqwest::Client::new(), format!("http://{address}/readyz"));
        loop {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}: {}", self.name, self.log_tail());
            }
            if begin.elapsed() > READY_LIMIT {
                bail!("{} was not ready after {} s: {}", self.name, READY_LIMIT.as_secs(), self.log_tail());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let status = self.end().with_context(|| format!("stopping {}", self.name))?;
        if !status.success() {
            bail!("{} ended with {status}: {}", self.name, self.log_tail());
        }
        Ok(())
    }

    fn end(&mut self) -> anyhow::Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        kill(Pid::from_raw(self.pid().try_into()?), Signal::SIGTERM)?;
        let begin = Instant::now();
        while begin.elapsed() < STOP_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(LOOK);
        }
        self.child.kill()?;
        Ok(self.child.wait()?)
    }

    fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("{} was left running: {error:#}", self.name);
        }
    }
}
