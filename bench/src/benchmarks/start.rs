//! How long `make up` takes once everything is built: from the command to `/readyz`.

use super::{Benchmark, Effort};
use crate::{
    machine::{self, Machine},
    report::{Figure, Report},
    stand::{self, Playground},
};
use std::time::Instant;

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let directory = stand::directory()?;
    let mut machine = Machine::observe(directory.path())?;
    let (mut first, mut second, mut stop) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..effort.pick(5, 1) {
        machine::until_quiet().await?;
        let mut playground = Playground::new(&directory.path().join(format!("round-{round}")))?;
        for times in [&mut first, &mut second] {
            let begin = Instant::now();
            let process = playground.up().await?;
            times.push(begin.elapsed().as_secs_f64());
            machine = machine.with_postgres(playground.postgres_version()?);
            let begin = Instant::now();
            process.stop()?;
            stop.push(begin.elapsed().as_secs_f64());
        }
    }

    let mut report = Report::new(Benchmark::Start, "Start", machine);
    report.condition(
        "`signalbox up --sandbox`, from the command to a 200 of `/readyz`. The first start makes the PostgreSQL \
         cluster, migrates and compiles the plugins; the second finds all of that.",
    );
    report.figure(Figure::new("first start", "s", &first));
    report.figure(Figure::new("second start", "s", &second));
    report.figure(Figure::new("stop", "s", &stop));
    Ok(report)
}
