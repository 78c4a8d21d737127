//! Calls of a loaded plugin. Each runs in an instance of its own, made for it and dropped after it.

mod actions;
mod admin;
mod channel;
mod enrich;
mod functions;
mod invocation;
mod run;
mod setup;
mod triggers;
mod webhooks;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egress::Egress;
use manifest::Manifest;
use tokio::sync::Semaphore;
use wasmtime::component::{Component, InstancePre};

use self::functions::Functions;
pub use self::invocation::Invocation;
use crate::call_state::CallState;
use crate::config::{Config, Limits};
use crate::error::{CallError, Cause, LoadError};
use crate::function::Function;
use crate::observe::Observer;

/// A plugin that was accepted. Cheap to call from many tasks at once.
pub struct Plugin {
    /// `id@version`.
    name: Arc<str>,
    hash: String,
    manifest: Arc<Manifest>,
    limits: Limits,
    instance: InstancePre<CallState>,
    functions: Functions,
    egress: Egress,
    permits: Arc<Semaphore>,
    observer: Observer,
    memory_peak: AtomicUsize,
}

impl Plugin {
    pub(crate) fn new(
        manifest: Manifest,
        hash: String,
        instance: InstancePre<CallState>,
        config: &Config,
        permits: &Arc<Semaphore>,
    ) -> Result<Self, LoadError> {
        let functions = Functions::find(instance.component(), |function| manifest.implements(function.interface()))?;
        Ok(Self {
            name: format!("{}@{}", manifest.id, manifest.version).into(),
            hash,
            limits: lower(&config.limits, manifest.limits),
            manifest: Arc::new(manifest),
            instance,
            functions,
            egress: config.egress.clone(),
            permits: Arc::clone(permits),
            observer: Observer::default(),
            memory_peak: AtomicUsize::new(0),
        })
    }

    /// What `manifest` lists and `component` does not export.
    pub(crate) fn missing(manifest: &Manifest, component: &Component) -> Vec<LoadError> {
        Functions::missing(component, |function| manifest.implements(function.interface()))
    }

    /// `id@version`, as errors and figures name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the plugin says about itself.
    pub fn manifest(&self) -> &Arc<Manifest> {
        &self.manifest
    }

    /// SHA-256 of the file it was loaded from, in hex.
    pub fn sha256(&self) -> &str {
        &self.hash
    }

    /// The most memory that one call has had so far, in bytes.
    pub fn memory_peak(&self) -> usize {
        self.memory_peak.load(Ordering::Relaxed)
    }

    fn unsupported(&self, function: Function) -> CallError {
        CallError { plugin: self.name.to_string(), function, cause: Cause::Unsupported, request_sent: false }
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plugin({})", self.name)
    }
}

/// What the host allows and the manifest asks for, whichever is less.
fn lower(host: &Limits, asked: manifest::Limits) -> Limits {
    Limits {
        memory: host.memory.min((asked.memory_mib as usize) << 20),
        cpu: host.cpu.min(Duration::from_millis(asked.cpu_ms.into())),
        wall: host.wall.min(Duration::from_millis(asked.wall_ms.into())),
        response: host.response.min((asked.response_kib as usize) << 10),
        ..host.clone()
    }
}
