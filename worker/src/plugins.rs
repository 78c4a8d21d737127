//! The installed plugins, each version loaded when a connection that holds it first needs it. Versions run side by side.

use plugin_host::{LoadError, Plugin, PluginHost};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};
use store::Database;

/// How long a loaded version is used before the database is asked whether its file was replaced, as whoever develops a
/// plugin does.
const RECHECK: Duration = Duration::from_secs(5);

/// Why a plugin cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such version.
    #[error("the plugin `{0}` is not installed")]
    NotInstalled(Key),
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It is not acceptable.
    #[error("the plugin `{key}` cannot be loaded: {source}")]
    Load {
        /// Which.
        key: Key,
        /// Why.
        source: LoadError,
    },
}

/// A version of a plugin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The plugin's id.
    pub id: String,
    /// The version.
    pub version: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.id, self.version)
    }
}

/// Plugins by id and version.
pub struct Plugins {
    db: Database,
    host: Arc<PluginHost>,
    loaded: RwLock<HashMap<Key, Loaded>>,
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

    /// A version of a plugin.
    pub async fn get(&self, id: &str, version: &str) -> Result<Arc<Plugin>, Error> {
        let key = Key { id: id.to_owned(), version: version.to_owned() };
        if let Some(fresh) = self.fresh(&key) {
            return Ok(fresh);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(fresh) = self.fresh(&key) {
            return Ok(fresh);
        }
        let installed = store::plugins::version(self.db.pool(), id, version).await?;
        let installed = installed.ok_or_else(|| Error::NotInstalled(key.clone()))?;
        let known = self.read(&key).filter(|loaded| loaded.sha256 == installed.sha256);
        let plugin = match known {
            Some(loaded) => loaded.plugin,
            None => self.load(&key, &installed.sha256).await?,
        };
        let loaded = Loaded { plugin: Arc::clone(&plugin), sha256: installed.sha256, checked: Instant::now() };
        self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, loaded);
        Ok(plugin)
    }

    /// Loads every version that a job may ask for, so that the first does not wait for it. One that cannot be loaded is
    /// the affair of the connections that hold it: the others go on.
    pub async fn warm_up(&self) -> Result<(), Error> {
        for (id, version) in store::plugins::in_use(self.db.pool()).await? {
            match self.get(&id, &version).await {
                Ok(_) => {}
                Err(error @ Error::Store(_)) => return Err(error),
                Err(error) => tracing::error!(%error, "jobs of its connections will fail"),
            }
        }
        Ok(())
    }

    /// Tries a file without installing it.
    pub async fn try_out(&self, wasm: Vec<u8>) -> Result<Arc<Plugin>, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        self.compile(wasm).await
    }

    fn fresh(&self, key: &Key) -> Option<Arc<Plugin>> {
        self.read(key).filter(|loaded| loaded.checked.elapsed() < RECHECK).map(|loaded| loaded.plugin)
    }

    fn read(&self, key: &Key) -> Option<Loaded> {
        self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(key).cloned()
    }

    async fn load(&self, key: &Key, sha256: &[u8]) -> Result<Arc<Plugin>, Error> {
        let wasm =
            store::plugins::artifact(self.db.pool(), sha256).await?.ok_or_else(|| Error::NotInstalled(key.clone()))?;
        self.compile(wasm).await.map_err(|source| Error::Load { key: key.clone(), source })
    }

    async fn compile(&self, wasm: Vec<u8>) -> Result<Arc<Plugin>, LoadError> {
        let host = Arc::clone(&self.host);
        let loaded = tokio::task::spawn_blocking(move || host.load(&wasm)).await;
        loaded.expect("loading a plugin does not panic")
    }
}
