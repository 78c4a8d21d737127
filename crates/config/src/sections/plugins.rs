//! Limits of plugins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What one call of a plugin may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plugins {
    /// Memory, in MiB.
    #[schemars(range(min = 1, max = 4096))]
    pub memory_mib: u32,
    /// Time on the processor, in milliseconds.
    #[schemars(range(min = 10, max = 60_000))]
    pub cpu_ms: u64,
    /// Time from start to end, waiting included, in milliseconds.
    #[schemars(range(min = 100, max = 600_000))]
    pub wall_ms: u64,
    /// The largest answer of a provider that it may read, in bytes.
    #[schemars(range(min = 1024, max = 104_857_600))]
    pub response_bytes: usize,
    /// Where compiled plugins are kept; left out, `plugins` in the data directory. It can be
    /// deleted at any time.
    pub cache_dir: Option<PathBuf>,
}

impl Default for Plugins {
    fn default() -> Self {
        Self { memory_mib: 64, cpu_ms: 1_000, wall_ms: 30_000, response_bytes: 2 * 1024 * 1024, cache_dir: None }
    }
}
