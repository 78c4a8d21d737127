//! Resident memory of the one process that `make up` starts; PostgreSQL's own processes are not part of it.

use super::{Benchmark, Effort};
use crate::{
    machine::Machine,
    report::{Figure, Report},
    stand::{self, Playground},
};
use std::time::Duration;

/// How many messages come before memory is looked at again.
const MESSAGES: usize = 1_000;

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let (mut idle, mut busy, mut settled) = (Vec::new(), Vec::new(), Vec::new());
    let wait = Duration::from_secs(effort.pick(60, 5));
    let directory = stand::directory()?;
    let mut machine = Machine::observe(directory.path())?;
    for round in 0..effort.pick(3, 1) {
        let mut playground = Playground::new(&directory.path().join(format!("round-{round}")))?;
        let process = playground.up().await?;
        machine = machine.with_postgres(playground.postgres_version()?);
        tokio::time::sleep(wait).await;
        idle.push(process.resident_mib()?);
        playground.receive(MESSAGES).await?;
        busy.push(process.resident_mib()?);
        tokio::time::sleep(wait).await;
        settled.push(process.resident_mib()?);
        process.stop()?;
    }

    let mut report = Report::new(Benchmark::Memory, "Memory", machine);
    report.condition(
        "`signalbox up --sandbox` in a fresh data directory: API, workers, three plugins, simulated providers and demo \
         data in one process. Resident memory (VmRSS) of that process; PostgreSQL's processes are not counted.",
    );
    report.figure(Figure::new(format!("{} s after ready", wait.as_secs()), "MB", &megabytes(&idle)).at_most(80.0));
    report.figure(Figure::new(format!("just after {MESSAGES} messages"), "MB", &megabytes(&busy)));
    report.figure(Figure::new(format!("{} s after them", wait.as_secs()), "MB", &megabytes(&settled)));
    Ok(report)
}

/// A MB is a million bytes.
fn megabytes(mebibytes: &[f64]) -> Vec<f64> {
    mebibytes.iter().map(|mebibytes| mebibytes * 1.048_576).collect()
}
