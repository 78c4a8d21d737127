//! Plugins: what a call costs, how long loading takes, how many can wait at once, how large they are.

mod extism;
mod loading;
mod parsing;
mod waiting;

use self::loading::Times;
use super::{Benchmark, Effort};
use crate::{
    machine::Machine,
    report::{Figure, Report},
    stand,
    stats::count,
};
use anyhow::Context as _;
use egress::Egress;
use plugin_host::{Config, PluginHost};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Largest official plugin, in KB.
const LARGEST_KB: f64 = 400.0;

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let directory = stand::directory()?;
    let file = fs::read(stand::plugin()?)?;
    let machine = Machine::observe(directory.path())?;
    let (rounds, calls, seconds) = (effort.pick(5, 1), effort.pick(20_000, 2_000), effort.pick(5, 1));
    let cache = |round: usize| directory.path().join(format!("cache-{round}"));

    let mut times = Times::default();
    for round in 0..rounds {
        times.add(&file, &cache(round)).await?;
    }
    let plugin = host(&cache(0))?.load(&file)?;
    let (mut p50, mut p99, mut p999, mut rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut peers = Vec::new();
    for _ in 0..rounds {
        let latencies = parsing::one_by_one(&plugin, calls).await?;
        p50.push(latencies.percentile_ms(0.5)? * 1000.0);
        p99.push(latencies.percentile_ms(0.99)? * 1000.0);
        p999.push(latencies.percentile_ms(0.999)? * 1000.0);
        rates.push(parsing::at_once(&plugin, machine.cores, Duration::from_secs(seconds)).await?);
        if extism::is_built() {
            peers.push(extism::round(directory.path(), calls).await?);
        }
    }
    let mut waits = Vec::new();
    for _ in 0..effort.pick(3, 1) {
        waits.push(waiting::round(&file, &cache(0)).await?);
    }

    let mut report = Report::new(Benchmark::Plugins, "Plugins", machine);
    report.condition(format!(
        "`parse` of the WhatsApp plugin for a webhook of {} bytes, {calls} calls one after another in each run; each \
         call gets a fresh instance with its limits, and ends with decoded events.",
        parsing::request().body.len()
    ));
    report.condition(
        "Loading reads, checks and links a plugin; compiled code is found in the cache, or made first. The first call \
         of a new host is what a worker that starts adds to its first job.",
    );
    report.condition(format!(
        "{} connection tests at once, whose provider answers after two seconds; what they take beyond that, divided by \
         their number, and the resident memory that they add while they wait.",
        waiting::CALLS
    ));
    report.figure(Figure::new("one call, p50", "µs", &p50).at_most(20.0));
    report.figure(Figure::new("one call, p99", "µs", &p99).at_most(50.0));
    report.figure(Figure::new("one call, p99.9", "µs", &p999));
    beside_extism(&mut report, &peers, &p50, &p99);
    report.figure(Figure::new("calls on all cores", "per second", &rates));
    report.figure(Figure::new("loading, compiled first", "ms", &times.compiled));
    report.figure(Figure::new("loading, from the cache", "ms", &times.cached).at_most(1.0));
    report.figure(Figure::new("a new host's first call", "ms", &times.first_call).at_most(20.0));
    let added: Vec<f64> = waits.iter().map(|round| round.added_ms).collect();
    let memory: Vec<f64> = waits.iter().map(|round| round.memory_mib * 1.048_576).collect();
    report.figure(Figure::new("added by each waiting call", "ms", &added).at_most(1.0));
    report.figure(Figure::new("memory while they wait", "MB", &memory));
    for (name, kilobytes) in sizes()? {
        report.figure(Figure::new(format!("size of {name}"), "KB", &[kilobytes]).at_most(LARGEST_KB));
    }
    Ok(report)
}

/// Our calls beside those of Extism, a run of each kind for every run of ours.
fn beside_extism(report: &mut Report, peers: &[Vec<extism::Answer>], p50: &[f64], p99: &[f64]) {
    let Some(version) = peers.first().and_then(|run| run.first()).map(|answer| &answer.version) else {
        report.condition("Extism was not built, so it stands not beside ours: `scripts/bench-peers-setup plugins`.");
        return;
    };
    report.condition(format!(
        "Extism {version} runs the same sources of `parse`, built with the same settings, with the same limits of \
         memory and time, and ends with the same decoded events; the module is compiled once."
    ));
    for (place, (_, instances)) in extism::INSTANCES.into_iter().enumerate() {
        let name = format!("Extism, {instances}");
        let theirs = |pick: fn(&extism::Answer) -> f64| peers.iter().map(|run| pick(&run[place])).collect::<Vec<_>>();
        for (figure, ours, theirs) in [
            ("one call, p50", p50, theirs(|answer| answer.p50_us)),
            ("one call, p99", p99, theirs(|answer| answer.p99_us)),
        ] {
            report.figure(Figure::new(figure, "µs", ours).beside(&name, ours, &theirs, None));
        }
    }
}

fn host(cache: &Path) -> anyhow::Result<PluginHost> {
    Ok(PluginHost::new(Config::new(cache, Egress::new(egress::Config::default())?))?)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Every official plugin that is built, by name, with the size of its file in KB of 1,000 bytes.
fn sizes() -> anyhow::Result<Vec<(String, f64)>> {
    let built = stand::plugin()?;
    let folder = Path::new(&built).parent().context("the folder of the plugins")?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().replace("signalbox_", "");
            let bytes = usize::try_from(fs::metadata(file)?.len())?;
            Ok((name, count(bytes) / 1e3))
        })
        .collect()
}
