//! The command line, the same for every peer in every language.

use clap::{Parser, ValueEnum};
use serde::Serialize;
use std::time::Duration;

/// Runs one scenario with one queue, in a database of its own, and prints one line of JSON.
#[derive(Debug, Parser)]
pub struct Command {
    /// The database, whose schema of this peer is thrown away first.
    #[arg(long)]
    pub database_url: String,
    #[arg(long)]
    pub scenario: Scenario,
    /// How many jobs are run, where the scenario counts jobs.
    #[arg(long, default_value_t = 200_000)]
    pub jobs: u64,
    /// How long to measure, where the scenario has a length.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// Jobs that wait behind those that are run, or that had finished before.
    #[arg(long, default_value_t = 1_000_000)]
    pub backlog: u64,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Everything is stored, then run.
    BurnDown,
    /// Storing and running at the same time.
    Steady,
    /// Burn-down of the front of a deep queue.
    Deep,
    /// Burn-down beside jobs that are done and kept.
    Finished,
    /// Steady, while somebody's transaction stays open.
    Idle,
    /// From storing to starting, of single jobs.
    Latency,
    /// Single jobs stored, none run.
    Enqueue,
}

impl Command {
    pub fn length(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}
