//! `signalbox plugin …`, as far as it is for those who write plugins.

use clap::{Args, Subcommand, ValueEnum};
use domain::ConnectionId;
use std::path::PathBuf;
use uuid::Uuid;

/// What an author does. Only `record` and `dev` look at a running installation.
#[derive(Debug, Subcommand)]
pub enum Author {
    /// Begin a plugin: a project that builds and whose tests pass, with the SDK and WIT of this host beside it.
    New(New),
    /// Build a project into one `.wasm` file, and say its size and hash.
    Build(Build),
    /// Say every reason why this host would refuse a file, and what the plugin may do.
    Check(Check),
    /// Run a project's own tests, then its fixtures inside the sandbox: both must agree.
    Test(Test),
    /// Watch a project: at every change build, check, replay its fixtures and install it in a running installation.
    Dev(Dev),
    /// Make a fixture of a webhook that came in, or of a call that is made now.
    ///
    /// Of a delivery, headers that hold signatures or credentials are left out; the body is kept as it came. With
    /// `--connection`, the connection's plugin is really called, and asks its provider with the connection's secrets:
    /// the fixture holds the time, the random bytes and the answers that it got, so that a replay gives the same result
    /// without the provider. Either may hold personal data: read it before you share it, and see `--scrub`.
    Record(Record),
    /// Replay fixtures through a plugin inside the sandbox, and show how the results differ.
    ///
    /// A recorded call gets the recorded answers, and differs if it asks the host for anything else.
    Replay(Replay),
    /// Measure a plugin: time of a call in a fresh instance, memory, size.
    Bench(Bench),
}

#[derive(Debug, Args)]
pub struct New {
    /// The plugin's id for ever: lower-case letters, digits and hyphens. Also the directory.
    pub name: String,
    /// What it does.
    #[arg(long, value_enum, default_value_t)]
    pub kind: Kind,
    /// The language it is written in.
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
}

/// What a new plugin does. Interfaces can be added to any of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Takes messages in and sends them.
    #[default]
    Channel,
    /// Does what rules and people ask for.
    Actions,
    /// Asks its provider for news.
    Triggers,
    /// Tells what it knows about a customer.
    Enrich,
}

/// The language a new plugin is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    #[default]
    Rust,
}

#[derive(Debug, Args)]
pub struct Build {
    /// The project.
    #[arg(default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
    /// Where the file goes; `<id>.wasm` in the project if left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// The `.wasm` file.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Test {
    /// The project.
    #[arg(default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
}

#[derive(Debug, Args)]
pub struct Dev {
    /// The project.
    #[arg(default_value = ".", value_name = "DIR")]
    pub project: PathBuf,
    /// Do everything once, without watching; fails if a step does.
    #[arg(long)]
    pub once: bool,
}

#[derive(Debug, Args)]
pub struct Record {
    /// The delivery, as the list of deliveries names it.
    #[arg(required_unless_present = "connection", conflicts_with = "connection")]
    pub delivery: Option<Uuid>,
    /// Call the plugin of this connection instead.
    #[arg(long, value_name = "ID", requires = "function")]
    pub connection: Option<ConnectionId>,
    /// The function of the plugin API to call, such as `check`, `poll` or `invoke`.
    #[arg(long, requires = "connection", conflicts_with = "delivery")]
    pub function: Option<String>,
    /// A JSON file with its input, such as `{"name": "find_order", "input": {…}}` of an action; `-` reads standard
    /// input.
    #[arg(long, value_name = "FILE", requires = "connection")]
    pub input: Option<PathBuf>,
    /// Reach the simulators of a `signalbox up --sandbox` (at `sandbox.bind`) instead of the provider.
    #[arg(long, requires = "connection")]
    pub sandbox: bool,
    /// The short name of the tenant whose it is.
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// The fixture to write; in `fixtures`, or `fixtures/calls`, if left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The plugin that makes the events, as a `.wasm` file; the installed one if left out.
    #[arg(long, value_name = "FILE")]
    pub wasm: Option<PathBuf>,
    /// Replace telephone numbers and e-mail addresses, the same one by the same everywhere in the fixture. Names and
    /// what people wrote stay.
    #[arg(long, conflicts_with = "connection")]
    pub scrub: bool,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The fixtures; those of the project in the working directory if left out.
    #[arg(value_name = "FIXTURE")]
    pub fixtures: Vec<PathBuf>,
    /// The `.wasm` file; that of the project in the working directory if left out.
    #[arg(long, value_name = "FILE")]
    pub wasm: Option<PathBuf>,
    /// Write what came into the fixtures, as what is expected from now on.
    #[arg(long)]
    pub update: bool,
}

#[derive(Debug, Args)]
pub struct Bench {
    /// The `.wasm` file.
    pub file: PathBuf,
    /// The webhook to call it with.
    #[arg(long, value_name = "FILE")]
    pub fixture: PathBuf,
    /// How many calls are measured.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub calls: u32,
}
