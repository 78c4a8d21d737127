//! The release binary, and the settings it is run with.

use super::Process;
use crate::report::repository;
use anyhow::{Context as _, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The release binary with settings.
#[derive(Clone)]
pub struct Product {
    binary: PathBuf,
    settings: Vec<(String, String)>,
    logs: PathBuf,
}

/// The file of the plugin that most is measured with.
pub fn plugin() -> anyhow::Result<String> {
    official("whatsapp")
}

/// The file of an official plugin.
pub fn official(name: &str) -> anyhow::Result<String> {
    let file = repository().join(format!("plugins/target/wasm32-unknown-unknown/release/signalbox_{name}.wasm"));
    ensure!(file.exists(), "{} is missing: run `make plugins` first", file.display());
    Ok(file.to_str().context("the path of the repository is not UTF-8")?.to_owned())
}

impl Product {
    /// With all files in `directory`, and default settings otherwise.
    pub fn alone(directory: &Path) -> anyhow::Result<Self> {
        let binary = repository().join("target/release/signalbox");
        ensure!(binary.exists(), "{} is missing: run `cargo build --release` first", binary.display());
        let logs = directory.join("logs");
        fs::create_dir_all(&logs)?;
        let product = Self { binary, settings: Vec::new(), logs };
        Ok(product.set("SIGNALBOX_DATA_DIR", directory.join("data").to_string_lossy()))
    }

    /// On this database, as its owner and as the product's role, with a fresh master key.
    pub fn on_database(directory: &Path, app_url: &str, owner_url: &str) -> anyhow::Result<Self> {
        let key: [u8; 32] = rand::random();
        Ok(Self::alone(directory)?
            .set("SIGNALBOX_DATABASE_URL", app_url)
            .set("SIGNALBOX_DATABASE_OWNER_URL", owner_url)
            .set("SIGNALBOX_MASTER_KEY", STANDARD.encode(key)))
    }

    /// The same with one more setting.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// Runs a subcommand to its end. Returns what it printed.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = tokio::process::Command::from(self.command(arguments));
        let output = command.kill_on_drop(true).output().await.context("the product cannot be run")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`signalbox {}` ended with {}: {said}", arguments.join(" "), output.status);
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Starts a subcommand that keeps running.
    pub fn spawn(&self, arguments: &[&str]) -> anyhow::Result<Process> {
        let name = arguments.first().copied().unwrap_or("signalbox");
        let log = self.logs.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log)?;
        let child = self
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("the product cannot be run")?;
        Ok(Process::new(child, name, log))
    }

    /// With its own settings and none of this process's.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().current_dir(&self.logs);
        for name in ["PATH", "HOME"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}
