//! What can be typed after `signalbox queue`.

use clap::{Args, Subcommand};
use domain::{ConnectionId, job::Lane};
use queue::jobs::State;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Queue {
    /// Count what waits and runs in each lane, and say what is held back.
    Stats {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        out: Out,
    },
    /// List the jobs that have not ended, the oldest first.
    List {
        #[command(flatten)]
        whose: Whose,
        /// Only jobs of this lane.
        #[arg(long)]
        lane: Option<Lane>,
        /// Only jobs of this kind, such as `send-message`.
        #[arg(long)]
        kind: Option<String>,
        /// Only jobs that are ready, delayed, parked behind their key, held back, or running.
        #[arg(long)]
        state: Option<State>,
        /// Only jobs of this key.
        #[arg(long)]
        key: Option<String>,
        /// Only jobs that call the provider of this connection.
        #[arg(long, value_name = "ID")]
        connection: Option<ConnectionId>,
        /// Only jobs after this one: the last of the list before.
        #[arg(long, value_name = "JOB")]
        after: Option<i64>,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        out: Out,
    },
    /// Show everything about one job or dead letter: state, arguments, failed attempts.
    Show {
        /// The job.
        job: i64,
        #[command(flatten)]
        out: Out,
    },
    /// Make delayed jobs due now, whether they wait for a retry or for their time.
    Retry {
        #[command(flatten)]
        jobs: Jobs,
    },
    /// Cancel jobs. Those that wait never start; those that run are interrupted.
    Cancel {
        #[command(flatten)]
        jobs: Jobs,
        /// Why: stands in the job's last attempt.
        #[arg(long, default_value = "cancelled by the operator", value_parser = reason)]
        reason: String,
    },
    /// Hold jobs back, on all workers at once. What runs is not interrupted.
    ///
    /// Everything that is named must be so of a job: `--tenant lamps --lane bulk` pauses the bulk jobs of one tenant.
    Pause {
        #[command(flatten)]
        scope: Scope,
        /// Only the operator can lift it, and not the tenant's admin.
        #[arg(long, requires = "tenant")]
        lock: bool,
    },
    /// Lift a pause that was made with exactly these words.
    Resume {
        #[command(flatten)]
        scope: Scope,
        /// It was made with `--lock`.
        #[arg(long, requires = "tenant")]
        lock: bool,
    },
    /// List what holds jobs back: pauses, open circuit breakers, connections that need a new authorization.
    Holds {
        #[command(flatten)]
        out: Out,
    },
    /// List jobs that were given up, the newest first.
    DeadLetters {
        #[command(flatten)]
        whose: Whose,
        /// Only jobs of this kind.
        #[arg(long)]
        kind: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        out: Out,
    },
    /// Make jobs of dead letters again, with all their attempts.
    Replay {
        #[command(flatten)]
        letters: Letters,
    },
    /// Delete dead letters for good.
    Discard {
        #[command(flatten)]
        letters: Letters,
    },
    /// Replace the arguments of a dead letter, before it is replayed.
    Edit {
        /// The dead letter.
        job: i64,
        /// A JSON file with all its arguments; `-` reads standard input.
        #[arg(long, value_name = "FILE")]
        args: PathBuf,
    },
    /// List the processes that run jobs.
    Workers {
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Clone, Copy, Debug, Args)]
pub struct Out {
    /// Print JSON, for machines.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Whose {
    /// Only of this tenant, by its short name. Left out, of all.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
}

#[derive(Debug, Args)]
pub struct Jobs {
    /// The jobs, as `signalbox queue list` numbers them.
    #[arg(required = true, value_name = "JOB")]
    pub ids: Vec<i64>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Scope {
    /// Jobs of this lane.
    #[arg(long)]
    pub lane: Option<Lane>,
    /// Jobs of this kind, such as `send-message`.
    #[arg(long)]
    pub kind: Option<String>,
    /// Jobs of this tenant, by its short name.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Jobs that call the provider of this connection of the tenant.
    #[arg(long, value_name = "ID", requires = "tenant")]
    pub connection: Option<ConnectionId>,
}

#[derive(Debug, Args)]
pub struct Letters {
    /// The dead letters, as `signalbox queue dead-letters` numbers them.
    #[arg(value_name = "JOB", required_unless_present_any = ["kind", "all"], conflicts_with_all = ["kind", "all"])]
    pub ids: Vec<i64>,
    /// Those of this kind of job.
    #[arg(long, conflicts_with = "all")]
    pub kind: Option<String>,
    /// All of them.
    #[arg(long)]
    pub all: bool,
    /// With `--kind` or `--all`: only those of this tenant, by its short name.
    #[arg(long, value_name = "SLUG", conflicts_with = "ids")]
    pub tenant: Option<String>,
}

fn reason(text: &str) -> Result<String, String> {
    if (1..=500).contains(&text.len()) { Ok(text.to_owned()) } else { Err("must have 1 to 500 bytes".to_owned()) }
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser as _;

    fn accepted(words: &str) -> bool {
        Cli::try_parse_from(["signalbox", "queue"].into_iter().chain(words.split(' '))).is_ok()
    }

    #[test]
    fn a_pause_names_something() {
        assert!(accepted("pause --lane bulk --tenant lamps"));
        assert!(!accepted("pause"));
        assert!(!accepted("pause --lane fast"));
        let connection = "--connection 01890000-0000-7000-8000-000000000000";
        assert!(!accepted(&format!("pause {connection}")), "whose it is must be said");
        assert!(accepted(&format!("resume {connection} --tenant lamps")));
        assert!(accepted("pause --lock --tenant lamps") && accepted("resume --tenant lamps --lock"));
        assert!(!accepted("pause --lock --lane bulk"), "nobody else can lift a pause of everyone");
    }

    #[test]
    fn a_replay_says_which() {
        assert!(accepted("replay 7 8") && accepted("discard --kind send-message") && accepted("replay --all"));
        assert!(!accepted("replay") && !accepted("replay 7 --all") && !accepted("replay --all --kind x"));
        assert!(!accepted("replay 7 --tenant lamps"));
    }
}
