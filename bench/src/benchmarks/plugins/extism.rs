//! The same call under Extism: the same code of the plugin, built for it, in a program of `bench/peers/extism`.

use super::parsing;
use crate::report::repository;
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde_json::json;
use std::process::Stdio;
use tokio::{io::AsyncWriteExt as _, process::Command};

/// The program, once `scripts/bench-peers-setup` has built it.
const PROGRAM: &str = "bench/peers/extism/target/release/peer-extism";

/// What it says at the end, see `bench/peers/README.md`.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// Of the crate.
    pub version: String,
    /// Percentiles of one call, in microseconds.
    pub p50_us: f64,
    /// As above.
    pub p99_us: f64,
    /// Events of one call, to see that it does the same.
    events: usize,
}

/// Whether it is there to be measured.
pub fn is_built() -> bool {
    repository().join(PROGRAM).exists()
}

/// So many calls one after another, each in a fresh instance.
pub async fn one_by_one(calls: usize) -> anyhow::Result<Answer> {
    let (context, request) = (parsing::context(), parsing::request());
    let input = json!({
        "settings": context.settings,
        "now_ms": context.now_ms,
        "body": String::from_utf8(request.body)?,
    });
    let mut peer = Command::new(repository().join(PROGRAM))
        .arg(calls.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = peer.stdin.take().context("its input")?;
    stdin.write_all(input.to_string().as_bytes()).await?;
    drop(stdin);
    let output = peer.wait_with_output().await?;
    ensure!(output.status.success(), "it ended with {}", output.status);
    let answer: Answer = serde_json::from_slice(&output.stdout)?;
    ensure!(answer.events == 1, "{} events came of one message", answer.events);
    Ok(answer)
}
