//! How long the console's inbox takes to open in a browser.

use crate::stand::Account;
use anyhow::{Context as _, ensure};
use std::{path::Path, time::Duration};
use tokio::process::Command;

/// From navigation to the largest contentful paint, so many times, in a Chromium that has opened the console before.
pub async fn times(address: &str, account: &Account, times: usize) -> anyhow::Result<Vec<Duration>> {
    let (email, password) = account.admin();
    let console = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/console");
    let output = Command::new(console)
        .args(["opening", &format!("http://{address}"), &times.to_string()])
        .env("EMAIL", email)
        .env("PASSWORD", password)
        .output()
        .await
        .context("scripts/console")?;
    ensure!(output.status.success(), "the inbox does not open:\n{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout)?;
    let line = told.lines().last().context("no times were printed")?;
    let times: Vec<f64> = serde_json::from_str(line).with_context(|| told.clone())?;
    Ok(times.into_iter().map(|ms| Duration::from_secs_f64(ms / 1e3)).collect())
}
