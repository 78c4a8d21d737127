//! `signalbox plugin check`: what this host thinks of a file.

mod capabilities;

use super::author;
use crate::cli::author::Check;
use anyhow::{Context as _, bail};
use capabilities::Capabilities;
use config::Config;
use plugin_host::{LoadError, PluginHost};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Larger files than this are slow to compile, and are refused from the official plugins.
const SIZE_WANTED: usize = 400 << 10;

/// Examines a file and prints what was found; fails if the file would be refused.
pub fn run(config: &Config, args: &Check) -> anyhow::Result<()> {
    let wasm = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let report = Report::of(&author::host(config)?, &wasm);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.print();
    }
    if !report.accepted {
        bail!("{} would be refused", args.file.display());
    }
    Ok(())
}

/// What was found.
#[derive(Serialize)]
pub struct Report {
    /// Whether the host would accept it.
    pub accepted: bool,
    /// Why not: everything that is wrong.
    pub refusals: Vec<String>,
    /// What is allowed and yet not good.
    pub warnings: Vec<String>,
    /// In bytes.
    pub size: usize,
    /// In hexadecimal.
    pub sha256: String,
    /// What the plugin is and may do, unless its manifest is refused.
    pub plugin: Option<Capabilities>,
}

impl Report {
    /// Examines a file.
    pub fn of(host: &PluginHost, wasm: &[u8]) -> Self {
        let examined = host.examine(wasm);
        let refusals: Vec<String> = examined.refusals.iter().flat_map(told).collect();
        Self {
            accepted: refusals.is_empty(),
            refusals,
            warnings: warnings(wasm),
            size: wasm.len(),
            sha256: hex::encode(Sha256::digest(wasm)),
            plugin: examined.manifest.as_ref().map(Capabilities::of),
        }
    }

    /// The same for people.
    pub fn print(&self) {
        if let Some(plugin) = &self.plugin {
            plugin.print();
        }
        println!("  {:<10}  {} bytes, sha256 {}", "file", self.size, self.sha256);
        for warning in &self.warnings {
            println!("warning: {warning}");
        }
        for refusal in &self.refusals {
            println!("refused: {refusal}");
        }
        if self.accepted {
            println!("accepted");
        }
    }
}

fn warnings(wasm: &[u8]) -> Vec<String> {
    let mut warnings = Vec::new();
    if wasm.len() > SIZE_WANTED {
        warnings.push(format!(
            "the file has {} KiB, more than the {} KiB of a small plugin: each installation compiles it, each worker \
             keeps it",
            wasm.len() / 1024,
            SIZE_WANTED / 1024
        ));
    }
    warnings
}

/// A manifest may have several things wrong at once.
fn told(refusal: &LoadError) -> Vec<String> {
    match refusal {
        LoadError::Manifest(error) => error.reasons().iter().map(|reason| format!("manifest, {reason}")).collect(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_warned_about() {
        assert!(warnings(&vec![0; SIZE_WANTED]).is_empty());
        assert_eq!(warnings(&vec![0; SIZE_WANTED + 1]).len(), 1);
    }
}
