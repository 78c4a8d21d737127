//! Runs a command with `DATABASE_URL` naming an empty database that has the current schema:
//! `in-migrated-database COMMAND ARGUMENT…`
//!
//! This is how SQL statements are checked against the schema. The database is dropped afterwards, and the exit code
//! is the command's.

use anyhow::{Context, bail};
use signalbox_test_support::TestDatabase;
use sqlx::ConnectOptions;
use std::{env, process::ExitCode};
use tokio::process::Command;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let Some((program, arguments)) = arguments.split_first() else {
        bail!("usage: in-migrated-database COMMAND ARGUMENT…");
    };
    let database = TestDatabase::create().await;
    let url = database.owner_options().to_url_lossy();
    let status = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", url.as_str())
        .status()
        .await
        .with_context(|| format!("cannot run {}", program.display()))?;
    drop(database);
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
