//! The installed plugins, loaded when they are first needed and replaced when a new version is installed.

use plugin_host::{LoadError, Plugin, PluginHost};
use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};
use store::Database;

/// How long a loaded plugin is used before the database is asked whether another version is installed.
const RECHECK: Duration = Duration::from_secs(5);

/// Why a plugin cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No plugin has this id.
    #[error("the plugin `{0}` is not installed")]
    NotInstalled(String),
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It is not acceptable.
    #[error("the plugin `{id}` cannot be loaded: {source}")]
    Load {
        /// Which.
        id: String,
        /// Why.
        source: LoadError,
    },
}

/// Plugins by id.
pub struct Plugins {
    db: Database,
    host: Arc<PluginHost>,
    loaded: RwLock<HashMap<String, Loaded>>,
    /// One plugin is compiled at a time, and by one task: a queue full of jobs asks for it at once.
    loading: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Loaded {
    plugin: Arc<Plugin>,
    sha256: Vec<u8>,
    checked: Instant,
}

impl Plugins {
    /// Plugins of `db`, run by `host`.
    pub fn new(db: &Database, host: Arc<PluginHost>) -> Self {
        // Handlers ask in the middle of their transactions.
        Self { db: db.aside(1), host, loaded: RwLock::default(), loading: tokio::sync::Mutex::default() }
    }

    /// The plugin in its installed version.
    pub async fn get(&self, id: &str) -> Result<Arc<Plugin>, Error> {
        if let Some(fresh) = self.fresh(id) {
            return Ok(fresh);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(fresh) = self.fresh(id) {
            return Ok(fresh);
        }
        let installed =
            store::plugins::current(self.db.pool(), id).await?.ok_or_else(|| Error::NotInstalled(id.to_owned()))?;
        let known = self.read(id).filter(|loaded| loaded.sha256 == installed.sha256);
        let plugin = match known {
            Some(loaded) => loaded.plugin,
            None => self.load(id, &installed.sha256).await?,
        };
        let loaded = Loaded { plugin: Arc::clone(&plugin), sha256: installed.sha256, checked: Instant::now() };
        self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id.to_owned(), loaded);
        Ok(plugin)
    }

    /// Loads every installed plugin, so that the first job does not wait for it.
    pub async fn warm_up(&self) -> Result<(), Error> {
        for plugin in store::plugins::list(self.db.pool()).await? {
            self.get(&plugin.id).await?;
        }
        Ok(())
    }

    fn fresh(&self, id: &str) -> Option<Arc<Plugin>> {
        self.read(id).filter(|loaded| loaded.checked.elapsed() < RECHECK).map(|loaded| loaded.plugin)
    }

    fn read(&self, id: &str) -> Option<Loaded> {
        self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(id).cloned()
    }

    async fn load(&self, id: &str, sha256: &[u8]) -> Result<Arc<Plugin>, Error> {
        let wasm = store::plugins::artifact(self.db.pool(), sha256)
            .await?
            .ok_or_else(|| Error::NotInstalled(id.to_owned()))?;
        let host = Arc::clone(&self.host);
        let loaded = tokio::task::spawn_blocking(move || host.load(&wasm)).await;
        loaded.expect("loading a plugin does not panic").map_err(|source| Error::Load { id: id.to_owned(), source })
    }
}
