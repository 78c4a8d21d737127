//! What can be wrong with a private cluster, in words that say what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::binaries::MINIMUM_VERSION;

/// Why a private cluster could not be made, started, used or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The machine has no usable PostgreSQL server.
    #[error("{}", no_binaries(.rejected))]
    NoBinaries {
        /// Installations that were found but cannot be used, each with the reason.
        rejected: Vec<String>,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "the database in {path} was made by PostgreSQL {data}, found here: {}. \
         Install version {data} (Debian and Ubuntu: `apt install postgresql-{data}`, \
         macOS: `brew install postgresql@{data}`)",
        list(.found)
    )]
    VersionMismatch {
        /// The data directory.
        path: PathBuf,
        /// The major version that made it.
        data: u32,
        /// The major versions found on the machine.
        found: Vec<u32>,
    },
    /// Started as root, and there is no unprivileged account to run the server.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` \
         to run it: start as another user, or set DATABASE_URL"
    )]
    NoAccount,
    /// The cluster belongs to somebody else.
    #[error("{path} belongs to the account with id {owner}: start as that account, or as root")]
    Foreign {
        /// The directory in question.
        path: PathBuf,
        /// The user id that owns it.
        owner: u32,
    },
    /// Another living process owns the directory.
    #[error("the database in {path} is in use by {}: stop it first", owner(*.pid))]
    InUse {
        /// The directory in question.
        path: PathBuf,
        /// The process that owns it, where it could be read.
        pid: Option<u32>,
    },
    /// The account that runs the server cannot enter a directory.
    #[error(
        "the account `{account}`, which runs PostgreSQL, cannot reach {path}: \
         let others enter its parent directories (chmod o+x), or use another place"
    )]
    Unreachable {
        /// The directory in question.
        path: PathBuf,
        /// The name of the account.
        account: String,
    },
    /// The database files were put elsewhere and are not there any more.
    #[error(
        "{pointer} says that the database lies in {location}, which does not exist: \
         bring it back, or delete {pointer} to begin with an empty database"
    )]
    LocationMissing {
        /// The file that names the place.
        pointer: PathBuf,
        /// The place it names.
        location: PathBuf,
    },
    /// A copied directory points to the database of the original.
    #[error(
        "the database in {location} belongs to {origin}, of which {path} seems to be a copy: \
         delete {path}/location to begin with an empty database"
    )]
    LocationTaken {
        /// The place of the database.
        location: PathBuf,
        /// The directory that owns it.
        origin: PathBuf,
        /// The directory that points there, too.
        path: PathBuf,
    },
    /// Something that is no cluster stands where the cluster should be.
    #[error("{path} is not a PostgreSQL data directory and not empty: move it away")]
    NotACluster {
        /// The directory in question.
        path: PathBuf,
    },
    /// `initdb` failed.
    #[error("could not create the database cluster: {output}")]
    Initdb {
        /// What `initdb` said.
        output: String,
    },
    /// The short directory for the socket exists and is not ours.
    #[error("{path} should be a directory that only the database's account can enter: remove it")]
    SocketDirectoryTaken {
        /// The directory in question.
        path: PathBuf,
    },
    /// The server ended, or did not get ready.
    #[error("the database server did not start ({reason}); its log {log} says:\n{tail}")]
    StartFailed {
        /// How it ended.
        reason: String,
        /// Its log file.
        log: PathBuf,
        /// What it wrote to the log since it was started, the last lines of it.
        tail: String,
    },
    /// A server process survives every signal.
    #[error("the database server process {pid} does not end")]
    Unstoppable {
        /// Its process id.
        pid: u32,
    },
    /// A file operation failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The server refused an administrative statement.
    #[error("cannot {action}: {source}")]
    Database {
        /// What was tried.
        action: String,
        /// Why it failed.
        source: sqlx::Error,
    },
}

/// Adds to a file error what was tried, with which file.
pub(crate) trait IoContext<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, ClusterError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { action, path: path.to_owned(), source })
    }
}

fn no_binaries(rejected: &[String]) -> String {
    let mut text = format!(
        "no PostgreSQL server (version {MINIMUM_VERSION} or newer) was found on this machine. Install one:\n  \
         Debian, Ubuntu:  sudo apt install postgresql\n  \
         Fedora:          sudo dnf install postgresql-server postgresql-contrib\n  \
         macOS:           brew install postgresql@17\n\
         or set DATABASE_URL to use a server that runs elsewhere."
    );
    if !rejected.is_empty() {
        text.push_str("\nFound, but of no use: ");
        text.push_str(&rejected.join("; "));
    }
    text
}

fn list(versions: &[u32]) -> String {
    if versions.is_empty() {
        return "no usable version".to_owned();
    }
    versions.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn owner(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("the process {pid}"))
}
