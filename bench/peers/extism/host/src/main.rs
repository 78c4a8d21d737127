//! Calls `parse` under Extism: `peer-extism CALLS < input.json`. Each call gets a fresh instance of the compiled plugin,
//! with a memory limit and a timeout, and its answer is decoded, as our host does it.

use anyhow::{Context as _, ensure};
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use plugin_sdk::Event;
use std::{env, io::Read as _, time::{Duration, Instant}};

/// Built by `scripts/bench-peers-setup`.
const GUEST: &str = "wasm32-unknown-unknown/release/peer_extism_guest.wasm";
/// Calls before those that count.
const WARM_UP: usize = 200;
/// 64 MiB, in pages of 64 KiB.
const MEMORY_PAGES: u32 = 1024;

fn main() -> anyhow::Result<()> {
    let calls: usize = env::args().nth(1).context("how many calls?")?.parse()?;
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;

    let target = env::current_exe()?.ancestors().nth(2).context("the target directory")?.to_owned();
    let manifest = Manifest::new([Wasm::file(target.join(GUEST))])
        .with_memory_max(MEMORY_PAGES)
        .with_timeout(Duration::from_secs(30));
    let compiled = CompiledPlugin::new(PluginBuilder::new(manifest))?;

    let mut events = 0;
    let mut durations = Vec::with_capacity(calls);
    for call in 0..WARM_UP + calls {
        let begin = Instant::now();
        let mut plugin = Plugin::new_from_compiled(&compiled)?;
        let answer: &[u8] = plugin.call("parse", &input[..])?;
        let decoded: Vec<Event> = serde_json::from_slice(answer)?;
        drop(plugin);
        if call >= WARM_UP {
            durations.push(begin.elapsed());
        }
        events = decoded.len();
    }
    ensure!(!durations.is_empty(), "nothing was called");
    durations.sort_unstable();
    let microseconds = |share: usize| durations[(durations.len() * share).div_ceil(100) - 1].as_secs_f64() * 1e6;
    let answer = serde_json::json!({
        "version": "VERSION", "p50_us": microseconds(50), "p99_us": microseconds(99), "events": events,
    });
    println!("{answer}");
    Ok(())
}
