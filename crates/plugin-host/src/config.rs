//! What the operator decides about plugins.

use std::path::PathBuf;
use std::time::Duration;

use egress::Egress;

use crate::compiler::Compiler;

/// Settings of a [`PluginHost`](crate::PluginHost).
#[derive(Clone)]
pub struct Config {
    /// Where compiled code is kept, for this user only. Made if missing.
    pub cache_dir: PathBuf,
    /// What compiles in a process of its own, so that this one does not keep the memory that it takes.
    pub compiler: Option<Compiler>,
    /// The way out for the plugins' HTTP.
    pub egress: Egress,
    /// What one call may use.
    pub limits: Limits,
    /// How many calls run at once; further ones wait for a place. Address space is reserved for
    /// all of them, memory only for those that run.
    pub max_concurrent_calls: u32,
    /// Largest `.wasm` file, in bytes. Compiling time grows with it: a plugin in Rust has a tenth of a MiB, one that
    /// brings a JavaScript engine along twelve, one with a Python interpreter eighteen.
    pub max_module: usize,
}

impl Config {
    /// The defaults, with compiled code in `cache_dir`.
    pub fn new(cache_dir: impl Into<PathBuf>, egress: Egress) -> Self {
        Self {
            cache_dir: cache_dir.into(),
            compiler: None,
            egress,
            limits: Limits::default(),
            max_concurrent_calls: 64,
            max_module: 32 << 20,
        }
    }
}

/// What one call may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory, in bytes, summed over the memories of the plugin.
    pub memory: usize,
    /// Time on the CPU, counted in ticks of 10 ms. Waiting for the provider is free.
    pub cpu: Duration,
    /// Time from the start of the call to its end.
    pub wall: Duration,
    /// Largest result, in bytes of JSON.
    pub output: usize,
    /// Largest answer to one HTTP request, in bytes.
    pub response: usize,
    /// HTTP requests per call.
    pub http_requests: u32,
    /// Reads and writes of state per call.
    pub state_operations: u32,
    /// Longest name of a state entry, in bytes.
    pub state_key: usize,
    /// Largest value of a state entry, in bytes.
    pub state_value: usize,
    /// What the state of one connection may have altogether, in bytes.
    pub state_total: usize,
    /// Log lines per call; further ones are dropped.
    pub log_lines: u32,
    /// Bytes of one log line; the rest is cut off.
    pub log_line: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 64 << 20,
            cpu: Duration::from_secs(1),
            wall: Duration::from_secs(30),
            output: 2 << 20,
            response: 2 << 20,
            http_requests: 100,
            state_operations: 100,
            state_key: 256,
            state_value: 64 << 10,
            state_total: 1 << 20,
            log_lines: 100,
            log_line: 4096,
        }
    }
}
