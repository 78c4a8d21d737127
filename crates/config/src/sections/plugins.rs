//! Limits of plugins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Plugins: who may install them, and what one call of one may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plugins {
    /// Who may install plugins. They are the whole installation's, so with several tenants it is
    /// the operator, at the command line.
    pub install: Installers,
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

/// Who may install plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Installers {
    /// Whoever runs `signalbox plugin install` or writes the provisioning file.
    #[default]
    Operator,
    /// Tenants' admins as well, through the API: for an installation with one tenant.
    Admins,
}

impl Default for Plugins {
    fn default() -> Self {
        let install = Installers::default();
        Self {
            install,
            memory_mib: 64,
            cpu_ms: 1_000,
            wall_ms: 30_000,
            response_bytes: 2 * 1024 * 1024,
            cache_dir: None,
        }
    }
}
