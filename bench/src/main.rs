//! Benchmarks of the product, each with its target and, where there is one, a peer that does the same work in the
//! same run.
//!
//! A benchmark writes what it measured to `bench/results/<name>.json`; `docs/performance.md` is generated from these
//! files and from nothing else. They measure the release binary as its users run it, as processes of its own on a
//! durable PostgreSQL, everything on this machine.
//!
//! - [`benchmarks`]: one file per benchmark
//! - [`stand`]: what they are run on: a private PostgreSQL, the product's processes, a tenant
//! - [`load`]: webhooks, and how they are posted
//! - [`report`], [`stats`], [`machine`]: figures, and under which conditions they are true
//! - [`docs`]: the page that is generated from them

mod benchmarks;
mod docs;
mod load;
mod machine;
mod pgbench;
mod report;
mod stand;
mod stats;

use anyhow::Context as _;
use benchmarks::{Benchmark, Effort};
use clap::{Parser, ValueEnum as _};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Measures the release build of Signalbox, and writes the figures to bench/results and docs/performance.md.
#[derive(Debug, Parser)]
struct Cli {
    /// What to measure. `docs` measures nothing and writes the page.
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// Short runs that show whether the benchmarks work. Prints the figures and keeps none.
    #[arg(long)]
    quick: bool,
    /// Fewer and shorter runs of the same sizes, for the benchmarks of the queue. Keeps the figures, and says so.
    #[arg(long, conflicts_with = "quick")]
    short: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// Every benchmark, one after another.
    All,
    /// Signed webhooks, stored durably.
    Ingest,
    /// From a customer's message to the reply at the provider.
    Roundtrip,
    /// Jobs that do nothing.
    Queue,
    /// The same beside other job queues; `scripts/bench-peers-setup` first.
    Peers,
    /// Plugins: calls, loading, waiting, sizes.
    Plugins,
    /// What agents ask of an inbox of ten million messages.
    Inbox,
    /// Messages on the screens of thousands.
    Realtime,
    /// Resident memory.
    Memory,
    /// How long a start takes.
    Start,
    /// Write docs/performance.md from bench/results.
    Docs,
}

impl What {
    fn benchmarks(self) -> Vec<Benchmark> {
        match self {
            // The peers have to be installed first, and take half an hour.
            Self::All => Benchmark::ALL.iter().copied().filter(|one| *one != Benchmark::Peers).collect(),
            Self::Ingest => vec![Benchmark::Ingest],
            Self::Roundtrip => vec![Benchmark::Roundtrip],
            Self::Queue => vec![Benchmark::Queue],
            Self::Peers => vec![Benchmark::Peers],
            Self::Plugins => vec![Benchmark::Plugins],
            Self::Inbox => vec![Benchmark::Inbox],
            Self::Realtime => vec![Benchmark::Realtime],
            Self::Memory => vec![Benchmark::Memory],
            Self::Start => vec![Benchmark::Start],
            Self::Docs => Vec::new(),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    // An interrupted benchmark is dropped, and takes its processes and files with it.
    let outcome = tokio::select! {
        outcome = run(&cli) => outcome,
        outcome = interrupted() => outcome,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signalbox-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> anyhow::Result<()> {
    let effort = match (cli.quick, cli.short) {
        (true, _) => Effort::Quick,
        (_, true) => Effort::Short,
        _ => Effort::Full,
    };
    for benchmark in cli.what.benchmarks() {
        let name = benchmark.to_possible_value().expect("no benchmark is hidden");
        eprintln!("==> {}", name.get_name());
        let report = benchmark.run(effort).await.with_context(|| format!("the benchmark {}", name.get_name()))?;
        report.print();
        if effort != Effort::Quick {
            report.save(benchmark)?;
        }
    }
    if matches!(cli.what, What::Docs) || effort != Effort::Quick {
        docs::write()?;
    }
    Ok(())
}

async fn interrupted() -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    anyhow::bail!("interrupted")
}
