//! Reads one webhook again and again with an Extism plug-in, and says how long each call took.

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use plugin_sdk::Event;
use serde::Serialize;
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Runs `parse` of the plug-in, one call after another, and prints one line of JSON.
#[derive(Debug, Parser)]
struct Cli {
    /// The plug-in, `extism_whatsapp.wasm`.
    #[arg(long)]
    plugin: PathBuf,
    /// The webhook's body.
    #[arg(long)]
    body: PathBuf,
    /// The settings of the connection, as JSON.
    #[arg(long)]
    settings: String,
    #[arg(long)]
    now_ms: i64,
    #[arg(long)]
    calls: usize,
    #[arg(long, value_enum)]
    instances: Instances,
}

/// Where a call's instance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Instances {
    /// A new one for each call.
    Fresh,
    /// A new one for each call, from wasmtime's pooling allocator, which Extism leaves to its user.
    Pooled,
    /// One for all calls: what Extism's documentation shows, and no isolation between them.
    Reused,
}

/// How long the calls took.
#[derive(Debug, Serialize)]
struct Answer {
    version: &'static str,
    p50_us: f64,
    p99_us: f64,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let body = fs::read(&cli.body).with_context(|| format!("{}", cli.body.display()))?;
    let compiled = compile(&cli)?;
    let mut kept = Plugin::new_from_compiled(&compiled)?;
    call(&mut kept, &body)?;
    let mut durations = Vec::with_capacity(cli.calls);
    for _ in 0..cli.calls {
        let begin = Instant::now();
        if cli.instances == Instances::Reused {
            call(&mut kept, &body)?;
        } else {
            call(&mut Plugin::new_from_compiled(&compiled)?, &body)?;
        }
        durations.push(begin.elapsed());
    }
    durations.sort_unstable();
    let answer =
        Answer { version: "1.30.0", p50_us: percentile(&durations, 0.5)?, p99_us: percentile(&durations, 0.99)? };
    println!("{}", serde_json::to_string(&answer)?);
    Ok(())
}

/// With the limits that a call of Signalbox has: 64 MiB of memory and a time out.
fn compile(cli: &Cli) -> anyhow::Result<CompiledPlugin> {
    let manifest = Manifest::new([Wasm::file(&cli.plugin)])
        .with_memory_max(1_024)
        .with_timeout(Duration::from_secs(1))
        .with_config_key("settings", &cli.settings)
        .with_config_key("now_ms", cli.now_ms.to_string());
    let mut builder = PluginBuilder::new(manifest).with_wasi(false);
    if cli.instances == Instances::Pooled {
        let mut config = wasmtime::Config::new();
        config.allocation_strategy(wasmtime::InstanceAllocationStrategy::pooling());
        builder = builder.with_wasmtime_config(config);
    }
    builder.compile()
}

/// To decoded events, as a call of Signalbox ends.
fn call(plugin: &mut Plugin, body: &[u8]) -> anyhow::Result<()> {
    let events: &[u8] = plugin.call("parse", body)?;
    let events: Vec<Event> = serde_json::from_slice(events)?;
    ensure!(events.len() == 1, "{} events came of one message", events.len());
    Ok(())
}

fn percentile(sorted: &[Duration], share: f64) -> anyhow::Result<f64> {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let place = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    Ok(sorted.get(place).context("there were no calls")?.as_secs_f64() * 1e6)
}
