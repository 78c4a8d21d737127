//! From a `.wasm` file to a [`Plugin`] that can be called.

use std::io;
use std::sync::Arc;

use manifest::{Manifest, ManifestError, Preamble};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};
use wit_component::ComponentEncoder;

use crate::artifact::Artifacts;
use crate::bindings::signalbox::plugin as imports;
use crate::call_state::CallState;
use crate::config::Config;
use crate::error::LoadError;
use crate::plugin::Plugin;
use crate::{contract, engine};

/// Loads plugins and gives their calls a place to run in.
pub struct PluginHost {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<CallState>,
    artifacts: Artifacts,
    permits: Arc<Semaphore>,
    pub(crate) config: Config,
}

/// Why a [`PluginHost`] cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The engine's settings do not work on this machine, for example for lack of address space.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// The cache directory cannot be used safely.
    #[error("the cache of compiled plugins cannot be used: {0}")]
    Cache(#[from] io::Error),
}

impl PluginHost {
    /// Starts the engine and opens the cache of compiled code.
    pub fn new(config: Config) -> Result<Self, SetupError> {
        let setup = |error: wasmtime::Error| SetupError::Engine(format!("{error:#}"));
        let engine = engine::start(&config).map_err(setup)?;
        let mut linker = Linker::new(&engine);
        link(&mut linker).map_err(setup)?;
        Ok(Self {
            artifacts: Artifacts::open(&config.cache_dir, config.compiler.clone(), &engine)?,
            permits: Arc::new(Semaphore::new(config.max_concurrent_calls as usize)),
            engine,
            linker,
            config,
        })
    }

    /// Accepts a component, or a core module that becomes one, if its manifest and its code are
    /// what this host can honour.
    ///
    /// Compiles unless the cache has the code already: a tenth of a second of CPU time per 100 KB,
    /// so call it where blocking is allowed.
    pub fn load(&self, wasm: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        if wasm.len() > self.config.max_module {
            return Err(LoadError::TooLarge { size: wasm.len(), limit: self.config.max_module });
        }
        let preamble = Preamble::read(wasm)?;
        let hash = hex::encode(Sha256::digest(wasm));
        let manifest = self.manifest(preamble.manifest, &hash)?;
        let component = self.component(wasm, &hash, preamble.is_component)?;
        contract::check(&self.engine, &component)?;
        let instance =
            self.linker.instantiate_pre(&component).map_err(|error| LoadError::Incompatible(format!("{error:#}")))?;
        let plugin = Plugin::new(manifest, hash, instance, &self.config, &self.permits)?;
        Ok(Arc::new(plugin))
    }

    /// The manifest of a file, whose SHA-256 is `hash`. What was accepted once is not checked again.
    fn manifest(&self, bytes: &[u8], hash: &str) -> Result<Manifest, ManifestError> {
        if self.artifacts.knows_manifest(hash) {
            return Manifest::read(bytes);
        }
        let manifest = Manifest::parse(bytes)?;
        self.artifacts.note_manifest(hash);
        Ok(manifest)
    }

    /// The compiled component of a file, whose SHA-256 is `hash`.
    pub(crate) fn component(&self, wasm: &[u8], hash: &str, is_component: bool) -> Result<Component, LoadError> {
        let encode = || if is_component { Ok(wasm.to_vec()) } else { encode(wasm) };
        self.artifacts.component(&self.engine, hash, encode)
    }
}

/// Every interface by itself: a plugin imports the ones it needs.
fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    imports::http::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    imports::state::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    imports::crypto::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    imports::clock::add_to_linker::<_, HasSelf<_>>(linker, |state| state)?;
    imports::log::add_to_linker::<_, HasSelf<_>>(linker, |state| state)
}

/// The component of a core module that says which world it implements, as compilers of `wit-bindgen` make them.
pub fn encode(module: &[u8]) -> Result<Vec<u8>, LoadError> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| LoadError::NotAComponent(format!("{error:#}")))
}

impl From<wasmtime::Error> for LoadError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Compile(format!("{error:#}"))
    }
}
