//! Installed plugins: what a form and a webhook need of their manifests.

pub mod defaults;
pub mod get;
pub mod install;
pub mod list;
pub mod uninstall;
pub mod version;

use crate::problem::{Code, Problem};
use manifest::{Manifest, ManifestError, SettingsSchema};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::plugins::Plugin;

/// A manifest with its schemas compiled.
pub struct Compiled {
    /// The manifest.
    pub manifest: Manifest,
    /// What a connection is set up with.
    pub settings: SettingsSchema,
    /// What an endpoint is set up with.
    pub endpoint: SettingsSchema,
}

/// Compiled manifests by the hash of the plugin's file. There are few, and each is compiled once.
#[derive(Default)]
pub struct Manifests(Mutex<HashMap<Vec<u8>, Arc<Compiled>>>);

impl Manifests {
    /// The compiled manifest of an installed plugin.
    pub fn of(&self, plugin: &Plugin) -> Result<Arc<Compiled>, ManifestError> {
        if let Some(known) = self.known(&plugin.sha256) {
            return Ok(known);
        }
        let compiled = Arc::new(compile(plugin)?);
        self.lock().insert(plugin.sha256.clone(), Arc::clone(&compiled));
        Ok(compiled)
    }

    /// The compiled manifest of a file, if it was needed before.
    pub fn known(&self, sha256: &[u8]) -> Option<Arc<Compiled>> {
        self.lock().get(sha256).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Arc<Compiled>>> {
        // An insert that panicked has inserted or not; both are fine.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn compile(plugin: &Plugin) -> Result<Compiled, ManifestError> {
    let manifest = Manifest::parse(plugin.manifest.to_string().as_bytes())?;
    Ok(Compiled { settings: manifest.settings_schema()?, endpoint: manifest.endpoint_schema()?, manifest })
}

/// The compiled manifest of a plugin, in the version that new connections get or in this one; a wrong id is the fault of
/// the field at `pointer`, a wrong version that of `plugin_version` beside it.
pub async fn required(
    api: &crate::Api,
    conn: &mut sqlx::PgConnection,
    id: &str,
    version: Option<&str>,
    pointer: &str,
) -> Result<Arc<Compiled>, Problem> {
    let unknown = || Problem::field(pointer, "unknown_plugin", "no such plugin is installed");
    let mut plugin = store::plugins::current(&mut *conn, id).await?.ok_or_else(unknown)?;
    if let Some(version) = version {
        let unknown = || Problem::field("/plugin_version", "unknown_version", "no such version is installed");
        plugin = store::plugins::version(&mut *conn, id, version).await?.ok_or_else(unknown)?;
    }
    api.manifests.of(&plugin).map_err(Problem::internal)
}

/// The compiled manifest of the version that a row refers to.
pub async fn installed(
    api: &crate::Api,
    conn: &mut sqlx::PgConnection,
    id: &str,
    version: &str,
) -> Result<Arc<Compiled>, Problem> {
    let plugin = store::plugins::version(&mut *conn, id, version).await?.ok_or(Code::NotFound)?;
    api.manifests.of(&plugin).map_err(Problem::internal)
}
