//! The line that a peer prints.

use crate::{Command, Scenario};
use serde::Serialize;
use std::time::Duration;

/// What a scenario found.
#[derive(Debug, Default)]
pub struct Figure {
    /// Jobs that count, all of them committed.
    pub jobs: u64,
    /// In this time.
    pub elapsed: Duration,
    /// Nothing where the scenario does not apply.
    pub per_second: Option<f64>,
    pub p50: Option<Duration>,
    pub p99: Option<Duration>,
    /// There was not time for all of it.
    pub cut_off: bool,
    /// What else is to be known.
    pub note: Option<&'static str>,
}

impl Figure {
    #[expect(clippy::cast_precision_loss, reason = "jobs are far fewer than 2^52")]
    pub fn rate(jobs: u64, elapsed: Duration, cut_off: bool) -> Self {
        let per_second = Some(jobs as f64 / elapsed.as_secs_f64());
        Self { jobs, elapsed, per_second, cut_off, ..Self::default() }
    }
}

#[derive(Debug, Serialize)]
pub struct Report<'run> {
    peer: &'run str,
    version: &'run str,
    settings: String,
    scenario: Scenario,
    jobs: u64,
    seconds: f64,
    per_second: Option<f64>,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    cut_off: bool,
}

impl<'run> Report<'run> {
    pub fn new(peer: &'run str, version: &'run str, settings: String, command: &Command, figure: &Figure) -> Self {
        let settings = match figure.note {
            Some(note) => format!("{settings}; {note}"),
            None => settings,
        };
        let ms = |duration: Duration| round(duration.as_secs_f64() * 1000.0);
        Self {
            peer,
            version,
            settings,
            scenario: command.scenario,
            jobs: figure.jobs,
            seconds: round(figure.elapsed.as_secs_f64()),
            per_second: figure.per_second.map(round),
            p50_ms: figure.p50.map(ms),
            p99_ms: figure.p99.map(ms),
            cut_off: figure.cut_off,
        }
    }
}

/// To thousandths, beyond which there is only noise.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
