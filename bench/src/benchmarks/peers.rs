//! The queue beside other job queues on PostgreSQL: the same work, on the same server, in turn.

use super::{
    Benchmark, Effort,
    queue::{Queue, TABLES},
};
use crate::{
    machine,
    report::{Figure, Report, repository},
    stand::Stand,
};
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};
use tokio::{process::Command, time::timeout};

/// Getting ready, filling, the run itself, draining and stopping: a peer that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(22);

/// Who is measured beside us, by the program in `bench/peers`.
const PEERS: [(&str, &[&str]); 4] = [
    ("apalis-postgres", &["rust/target/release/peer-apalis-postgres"]),
    ("awa", &["rust/target/release/peer-awa"]),
    ("graphile-worker", &["node", "node/graphile-worker.js"]),
    ("pg-boss", &["node", "node/pg-boss.js"]),
];

/// What everyone does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scenario {
    BurnDown,
    Steady,
    Deep,
    Idle,
    Latency,
    Enqueue,
}

/// What a peer says at the end, see `bench/peers/README.md`.
#[derive(Debug, Deserialize)]
struct Answer {
    version: String,
    settings: String,
    per_second: Option<f64>,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    cut_off: bool,
}

pub async fn run(effort: Effort) -> anyhow::Result<Report> {
    let mut ours = Queue { stand: Stand::start().await?, effort };
    let mut report = Report::new(Benchmark::Peers, "The queue beside its peers", ours.stand.machine());
    report.condition(format!(
        "No-op jobs on one PostgreSQL, one queue after the other in every row. Bulks are stored {} at a time, \
         burn-down is of {} jobs, steady state lasts {} s, the deep queue has {} more jobs waiting, single jobs come \
         at 500/s for the latency and over 16 connections for the enqueueing. What makes it fair is in \
         [bench/peers](../bench/peers/README.md). PostgreSQL has fsync, synchronous_commit and full_page_writes on; \
         our claims and acknowledgements alone do not wait for the disk (see ADR 0011).",
        500,
        ours.burned(),
        ours.length().as_secs(),
        ours.backlog(),
    ));
    report.repeated_with(effort.flag());
    let mut said = vec![String::new(); PEERS.len()];
    for scenario in
        [Scenario::BurnDown, Scenario::Steady, Scenario::Deep, Scenario::Idle, Scenario::Latency, Scenario::Enqueue]
    {
        if effort == Effort::Short && scenario == Scenario::Deep {
            // Filling a deep queue for everyone takes longer than all the rest.
            continue;
        }
        ours.stand.empty(TABLES).await?;
        machine::until_quiet().await?;
        let own = ours_in(&mut ours, scenario).await?;
        ours.stand.empty(TABLES).await?;
        let mut theirs = Vec::new();
        for (place, (name, program)) in PEERS.into_iter().enumerate() {
            machine::until_quiet().await?;
            match ask(&ours, name, program, scenario).await {
                Ok(answer) => {
                    said[place] = format!("{name} {}: {}", answer.version, answer.settings);
                    theirs.push((name, answer));
                }
                // One that fails is a finding, and no reason to forget the others.
                Err(error) => {
                    report.condition(format!("{name} gave no figure for {}: {error:#}.", scenario.title(effort)));
                }
            }
        }
        figures(&mut report, &ours, scenario, &own, &theirs);
    }
    for settings in said.into_iter().filter(|settings| !settings.is_empty()) {
        report.condition(settings);
    }
    Ok(report)
}

/// Our figures: one, or the p50 and p99.
async fn ours_in(bench: &mut Queue, scenario: Scenario) -> anyhow::Result<Vec<f64>> {
    Ok(match scenario {
        Scenario::BurnDown => vec![bench.burn_down(None).await?],
        Scenario::Steady => vec![bench.steady().await?],
        Scenario::Deep => vec![bench.deep().await?],
        Scenario::Idle => vec![bench.beside_an_idle_transaction().await?],
        Scenario::Latency => {
            let (p50, p99) = bench.latency(1).await?;
            vec![p50[0], p99[0]]
        }
        Scenario::Enqueue => vec![bench.stored_singly(true).await?],
    })
}

fn figures(report: &mut Report, bench: &Queue, scenario: Scenario, own: &[f64], theirs: &[(&str, Answer)]) {
    let title = scenario.title(bench.effort);
    if scenario == Scenario::Latency {
        for (place, percentile) in ["p50", "p99"].into_iter().enumerate() {
            for (name, answer) in theirs {
                let Some(peer) = [answer.p50_ms, answer.p99_ms][place] else { continue };
                let figure = Figure::new(format!("{title}, {percentile}"), "ms", &own[place..=place]);
                report.figure(figure.beside(shown(name, answer), &own[place..=place], &[peer], None));
            }
        }
        return;
    }
    let best = theirs.iter().filter_map(|(_, answer)| answer.per_second).fold(0.0, f64::max);
    for (name, answer) in theirs {
        let Some(peer) = answer.per_second else { continue };
        // The target is half as much again as the best of them.
        let aims = matches!(scenario, Scenario::BurnDown | Scenario::Steady);
        let least = (aims && peer >= best).then_some(1.5);
        report.figure(Figure::new(&title, "jobs/s", own).beside(shown(name, answer), own, &[peer], least));
    }
}

fn shown(name: &str, answer: &Answer) -> String {
    if answer.cut_off { format!("{name} (cut off after 120 s)") } else { name.to_owned() }
}

impl Scenario {
    /// What the peers call it.
    fn name(self) -> &'static str {
        match self {
            Self::BurnDown => "burn-down",
            Self::Steady => "steady",
            Self::Deep => "deep",
            Self::Idle => "idle",
            Self::Latency => "latency",
            Self::Enqueue => "enqueue",
        }
    }

    fn title(self, effort: Effort) -> String {
        match self {
            Self::BurnDown => format!("burn-down of {} jobs", effort.pick(200_000, 40_000)),
            Self::Steady => "stored and run at the same time".to_owned(),
            Self::Deep => format!("burn-down beside {} waiting jobs", effort.pick(1_000_000, 100_000)),
            Self::Idle => "stored and run beside an idle transaction".to_owned(),
            Self::Latency => "from storing to starting at 500/s".to_owned(),
            Self::Enqueue => "single jobs stored over 16 connections".to_owned(),
        }
    }
}

/// Has a peer do it, in a database of its own.
async fn ask(bench: &Queue, name: &str, program: &[&str], scenario: Scenario) -> anyhow::Result<Answer> {
    let url = bench.stand.fresh_database("peer").await?;
    let folder: PathBuf = repository().join("bench/peers");
    let mut words = program.iter();
    let first = words.next().context("a program has a name")?;
    // `node` is looked for; our own programs lie in the folder.
    let mut command = if *first == "node" { Command::new(first) } else { Command::new(folder.join(first)) };
    let seconds = match scenario {
        Scenario::Steady | Scenario::Idle => bench.length().as_secs(),
        Scenario::Latency => bench.effort.seconds(30, 3),
        _ => bench.effort.seconds(10, 3),
    };
    command
        .args(words.map(|word| folder.join(word)))
        .args(["--database-url", &url, "--scenario", scenario.name()])
        .args(["--jobs", &bench.burned().to_string(), "--seconds", &seconds.to_string()])
        .args(["--backlog", &bench.backlog().to_string()])
        .kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.with_context(|| format!("{name} hangs"))??;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "it ended with {}: {}",
        output.status,
        complaint.lines().last().unwrap_or_default()
    );
    serde_json::from_slice(&output.stdout).with_context(|| format!("{name} says no figure"))
}
