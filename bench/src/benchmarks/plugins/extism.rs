//! The same `parse`, from the same sources, as a plug-in of Extism; see `bench/peers/extism`.

use super::parsing;
use crate::{machine, report::repository};
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use std::{fs, path::Path, path::PathBuf, time::Duration};
use tokio::{process::Command, time::timeout};

/// Compiling the plug-in and the calls: a run that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(5);

/// Where a call's instance comes from, as the peer's `--instances` says it, and in words.
pub const INSTANCES: [(&str, &str); 3] = [
    ("fresh", "a new instance for each call"),
    ("pooled", "the same out of wasmtime's pooling allocator"),
    ("reused", "one instance for all calls, which share its memory"),
];

/// What the peer says at the end.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub version: String,
    pub p50_us: f64,
    pub p99_us: f64,
}

/// Whether `scripts/bench-peers-setup plugins` has built it.
pub fn is_built() -> bool {
    program().exists() && plugin().exists()
}

/// One run with each kind of instance, in the order of [`INSTANCES`]. `directory` takes the webhook's body.
pub async fn round(directory: &Path, calls: usize) -> anyhow::Result<Vec<Answer>> {
    let body = directory.join("webhook.json");
    fs::write(&body, parsing::request().body)?;
    let mut answers = Vec::new();
    for (instances, _) in INSTANCES {
        machine::until_quiet().await?;
        answers.push(ask(&body, calls, instances).await.with_context(|| format!("Extism, {instances}"))?);
    }
    Ok(answers)
}

async fn ask(body: &Path, calls: usize, instances: &str) -> anyhow::Result<Answer> {
    let context = parsing::context();
    let mut command = Command::new(program());
    command
        .arg("--plugin")
        .arg(plugin())
        .arg("--body")
        .arg(body)
        .args(["--settings", &context.settings.to_string(), "--now-ms", &context.now_ms.to_string()])
        .args(["--calls", &calls.to_string(), "--instances", instances])
        .kill_on_drop(true);
    let output = timeout(PATIENCE, command.output()).await.context("it hangs")??;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "it ended with {}: {}", output.status, complaint.trim());
    serde_json::from_slice(&output.stdout).context("it says no figure")
}

fn program() -> PathBuf {
    repository().join("bench/peers/extism/host/target/release/peer-extism")
}

fn plugin() -> PathBuf {
    repository().join("bench/peers/extism/guest/target/wasm32-unknown-unknown/release/extism_whatsapp.wasm")
}
