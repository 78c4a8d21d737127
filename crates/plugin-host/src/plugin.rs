//! Calls of a loaded plugin. Each runs in an instance of its own, made for it and dropped after it.

mod actions;
mod admin;
mod channel;
mod run;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use egress::Egress;
use manifest::{Interface, Manifest};
use tokio::sync::Semaphore;
use wasmtime::component::InstancePre;

use crate::bindings::exports::signalbox::plugin as exports;
use crate::config::{Config, Limits};
use crate::error::{CallError, Cause, Function, LoadError};
use crate::observe::Observer;
use crate::state::CallState;

/// A plugin that was accepted. Cheap to call from many tasks at once.
pub struct Plugin {
    /// `id@version`.
    name: Arc<str>,
    hash: String,
    manifest: Arc<Manifest>,
    limits: Limits,
    instance: InstancePre<CallState>,
    /// Each present if the manifest lists the interface.
    channel: Option<exports::channel::GuestIndices>,
    actions: Option<exports::actions::GuestIndices>,
    admin: Option<exports::admin::GuestIndices>,
    egress: Egress,
    permits: Arc<Semaphore>,
    observer: Observer,
}

impl Plugin {
    pub(crate) fn new(
        manifest: Manifest,
        hash: String,
        instance: InstancePre<CallState>,
        config: &Config,
        permits: &Arc<Semaphore>,
    ) -> Result<Self, LoadError> {
        let misfit = |error: wasmtime::Error| LoadError::Incompatible(format!("{error:#}"));
        let channel = manifest
            .implements(Interface::Channel)
            .then(|| exports::channel::GuestIndices::new(&instance))
            .transpose()
            .map_err(misfit)?;
        let actions = manifest
            .implements(Interface::Actions)
            .then(|| exports::actions::GuestIndices::new(&instance))
            .transpose()
            .map_err(misfit)?;
        let admin = manifest
            .implements(Interface::Admin)
            .then(|| exports::admin::GuestIndices::new(&instance))
            .transpose()
            .map_err(misfit)?;
        Ok(Self {
            name: format!("{}@{}", manifest.id, manifest.version).into(),
            hash,
            limits: lower(&config.limits, manifest.limits),
            manifest: Arc::new(manifest),
            instance,
            channel,
            actions,
            admin,
            egress: config.egress.clone(),
            permits: Arc::clone(permits),
            observer: Observer::default(),
        })
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
