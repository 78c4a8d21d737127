//! The running PostgreSQL server: which it is, and that it is as careful as in production.

use anyhow::{Context as _, ensure};
use sqlx::PgConnection;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The program that a server process runs.
pub fn program(pid: u32) -> anyhow::Result<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).context("the program of the PostgreSQL server")
}

/// Its version, such as `15.18`.
pub fn version(pid: u32) -> anyhow::Result<String> {
    let said = Command::new(program(pid)?).arg("--version").output()?.stdout;
    // postgres (PostgreSQL) 15.18 (Debian …)
    let version = String::from_utf8(said)?.split_whitespace().nth(2).map(str::to_owned);
    version.context("the PostgreSQL server does not tell its version")
}

/// The process id of the server that runs a data directory.
pub fn pid_of(pgdata: &Path) -> anyhow::Result<u32> {
    let file = pgdata.join("postmaster.pid");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    text.lines().next().and_then(|line| line.trim().parse().ok()).with_context(|| file.display().to_string())
}

/// Refuses a server that does not wait for its disk.
pub async fn refuse_careless(conn: &mut PgConnection) -> anyhow::Result<()> {
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut *conn).await?;
        ensure!(value == "on", "PostgreSQL runs with {setting} = {value}");
    }
    Ok(())
}
