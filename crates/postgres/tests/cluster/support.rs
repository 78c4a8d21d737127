//! What the tests share: directories, rows that have to survive, signals.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signalbox_postgres::{Cluster, Options};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A directory that every account can enter.
pub fn open_temp_dir() -> TempDir {
    let temp = TempDir::new().unwrap();
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
    temp
}

pub fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

pub async fn start(dir: impl Into<PathBuf>) -> Cluster {
    Cluster::start(Options::new(dir)).await.unwrap()
}

pub async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect_with(&cluster.options("postgres", "postgres")).await.unwrap()
}

/// Writes a row that has to be there later.
pub async fn remember(cluster: &Cluster) {
    let mut conn = connect(cluster).await;
    sqlx::raw_sql("CREATE TABLE memory (word text); INSERT INTO memory VALUES ('kept')")
        .execute(&mut conn)
        .await
        .unwrap();
}

pub async fn recall(cluster: &Cluster) -> String {
    let mut conn = connect(cluster).await;
    sqlx::query_scalar("SELECT word FROM memory").fetch_one(&mut conn).await.unwrap()
}

pub fn send(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
}

/// The process id in the data directory's file.
pub fn recorded_pid(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.parse().ok()
}

/// Waits until `condition` holds.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(20), "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process runs; a zombie does not.
pub fn runs(pid: u32) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap().stdout;
    !state.is_empty() && !state.starts_with(b"Z")
}
