//! One file per benchmark, each ending in a report.

mod inbox;
mod ingest;
mod memory;
mod peers;
mod plugins;
mod queue;
mod realtime;
mod roundtrip;
mod start;

use crate::report::Report;
use clap::ValueEnum;

/// What can be measured, in the order of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Benchmark {
    /// Signed webhooks, stored durably.
    Ingest,
    /// From a customer's message to the reply at the provider.
    Roundtrip,
    /// Jobs that do nothing.
    Queue,
    /// The same beside other job queues.
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
}

/// How much time to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As the figures are published.
    Full,
    /// The same sizes, but fewer runs and a third of the time.
    Short,
    /// As short as it takes to see that everything works.
    Quick,
}

impl Effort {
    /// One of two values, such as the length of a run.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full | Self::Short => full,
            Self::Quick => quick,
        }
    }

    /// How many runs.
    pub fn runs(self, full: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Short => full.min(2),
            Self::Quick => 1,
        }
    }

    /// How long a run lasts.
    pub fn seconds(self, full: u64, quick: u64) -> u64 {
        match self {
            Self::Full => full,
            Self::Short => full / 3,
            Self::Quick => quick,
        }
    }

    /// How to ask for it on the command line.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Short => " --short",
            Self::Quick => " --quick",
        }
    }
}

impl Benchmark {
    /// Every benchmark.
    pub const ALL: &[Self] = &[
        Self::Ingest,
        Self::Roundtrip,
        Self::Queue,
        Self::Peers,
        Self::Plugins,
        Self::Inbox,
        Self::Realtime,
        Self::Memory,
        Self::Start,
    ];

    /// Its name, which is also that of its file of figures.
    pub fn name(self) -> String {
        self.to_possible_value().expect("no benchmark is hidden").get_name().to_owned()
    }

    /// Measures.
    pub async fn run(self, effort: Effort) -> anyhow::Result<Report> {
        match self {
            Self::Ingest => ingest::run(effort).await,
            Self::Roundtrip => roundtrip::run(effort).await,
            Self::Queue => queue::run(effort).await,
            Self::Peers => peers::run(effort).await,
            Self::Plugins => plugins::run(effort).await,
            Self::Inbox => inbox::run(effort).await,
            Self::Realtime => realtime::run(effort).await,
            Self::Memory => memory::run(effort).await,
            Self::Start => start::run(effort).await,
        }
    }
}
