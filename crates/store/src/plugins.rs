//! Installed plugins: every version with its manifest, and the `.wasm` files by their hash. They belong to no tenant.

pub mod defaults;
pub mod installations;
pub mod uninstall;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::plugin::PluginVersion;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor, PgPool};

/// A plugin in one of its versions.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// Its id in the manifest, such as `whatsapp`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its `.wasm` file.
    pub sha256: Vec<u8>,
    /// What it says about itself.
    pub manifest: Value,
    /// When this version came.
    pub installed_at: DateTime<Utc>,
}

/// What became of an installation.
#[derive(Clone, Debug)]
pub enum Installed {
    /// The version is new.
    New(Plugin),
    /// The same file was there already.
    Same(Plugin),
    /// The version is there with another file, and stays as it is: what people consented to has not changed since.
    Differs(Plugin),
}

/// A `.wasm` file that was tried.
pub struct NewVersion<'a> {
    /// The id in its manifest.
    pub id: &'a str,
    /// The version in its manifest.
    pub version: &'a str,
    /// Its manifest.
    pub manifest: &'a Value,
    /// The file.
    pub wasm: &'a [u8],
}

/// Installs a version of a plugin beside its others. New connections get it if it [succeeds](PluginVersion::succeeds)
/// the one that they got so far.
pub async fn install(
    pool: &PgPool,
    id: &str,
    version: &str,
    manifest: &Value,
    wasm: &[u8],
    now: DateTime<Utc>,
) -> Result<Installed> {
    let mut tx = pool.begin().await?;
    let installed = install_in(&mut tx, &NewVersion { id, version, manifest, wasm }, now).await?;
    tx.commit().await?;
    Ok(installed)
}

/// The same in a transaction, which nobody else who installs may overtake.
pub async fn install_in(conn: &mut PgConnection, new: &NewVersion<'_>, now: DateTime<Utc>) -> Result<Installed> {
    let sha256 = Sha256::digest(new.wasm).to_vec();
    // Reading goes on; whoever else comes to install waits here, and then sees this version.
    sqlx::query!("LOCK TABLE plugins IN SHARE ROW EXCLUSIVE MODE").execute(&mut *conn).await?;
    if let Some(known) = self::version(&mut *conn, new.id, new.version).await? {
        return Ok(if known.sha256 == sha256 { Installed::Same(known) } else { Installed::Differs(known) });
    }
    keep_file(&mut *conn, &sha256, new.wasm, now).await?;
    let current = current(&mut *conn, new.id).await?;
    let succeeds = match &current {
        Some(current) => read(new.version)?.succeeds(&read(&current.version)?),
        None => true,
    };
    if succeeds {
        set_current(&mut *conn, new, &sha256, now).await?;
    }
    sqlx::query!(
        "INSERT INTO plugin_versions (plugin_id, version, sha256, manifest, installed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (plugin_id, version) DO NOTHING",
        new.id,
        new.version,
        sha256,
        new.manifest,
        now
    )
    .execute(&mut *conn)
    .await?;
    let installed = self::version(&mut *conn, new.id, new.version).await?;
    installed.map(Installed::New).ok_or_else(|| Error::corrupt("plugin_versions", "a row was not kept"))
}

/// Puts another file in the place of a version: for who develops a plugin, on an installation of their own. Running
/// workers take it up within seconds.
pub async fn replace(pool: &PgPool, new: &NewVersion<'_>, now: DateTime<Utc>) -> Result<Plugin> {
    let sha256 = Sha256::digest(new.wasm).to_vec();
    let mut tx = pool.begin().await?;
    let installed = install_in(&mut tx, new, now).await?;
    let plugin = match installed {
        Installed::New(plugin) | Installed::Same(plugin) => plugin,
        Installed::Differs(before) => {
            keep_file(&mut tx, &sha256, new.wasm, now).await?;
            sqlx::query!(
                "UPDATE plugin_versions SET sha256 = $3, manifest = $4 WHERE plugin_id = $1 AND version = $2",
                new.id,
                new.version,
                sha256,
                new.manifest
            )
            .execute(&mut *tx)
            .await?;
            if current(&mut *tx, new.id).await?.is_some_and(|current| current.version == new.version) {
                set_current(&mut tx, new, &sha256, now).await?;
            }
            Plugin { sha256, manifest: new.manifest.clone(), ..before }
        }
    };
    tx.commit().await?;
    Ok(plugin)
}

async fn keep_file(conn: &mut PgConnection, sha256: &[u8], wasm: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO plugin_artifacts (sha256, wasm, created_at) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING",
        sha256,
        wasm,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn set_current(conn: &mut PgConnection, new: &NewVersion<'_>, sha256: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO plugins (id, version, sha256, manifest, installed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE
            SET version = excluded.version, sha256 = excluded.sha256, manifest = excluded.manifest,
                installed_at = excluded.installed_at",
        new.id,
        new.version,
        sha256,
        new.manifest,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn read(version: &str) -> Result<PluginVersion> {
    version.parse().map_err(|error: domain::plugin::NoVersion| Error::corrupt("plugin_versions.version", error))
}

/// The version of a plugin that new connections get.
pub async fn current(db: impl PgExecutor<'_>, id: &str) -> Result<Option<Plugin>> {
    Ok(sqlx::query_as!(Plugin, "SELECT id, version, sha256, manifest, installed_at FROM plugins WHERE id = $1", id)
        .fetch_optional(db)
        .await?)
}

/// One version of a plugin.
pub async fn version(db: impl PgExecutor<'_>, id: &str, version: &str) -> Result<Option<Plugin>> {
    Ok(sqlx::query_as!(
        Plugin,
        "SELECT plugin_id AS id, version, sha256, manifest, installed_at FROM plugin_versions
          WHERE plugin_id = $1 AND version = $2",
        id,
        version
    )
    .fetch_optional(db)
    .await?)
}

/// The version that a file is.
pub async fn of_file(db: impl PgExecutor<'_>, sha256: &[u8]) -> Result<Option<Plugin>> {
    Ok(sqlx::query_as!(
        Plugin,
        "SELECT plugin_id AS id, version, sha256, manifest, installed_at FROM plugin_versions WHERE sha256 = $1",
        sha256
    )
    .fetch_optional(db)
    .await?)
}

/// Every installed version of a plugin, the newest first.
pub async fn versions(db: impl PgExecutor<'_>, id: &str) -> Result<Vec<Plugin>> {
    let mut found = sqlx::query_as!(
        Plugin,
        "SELECT plugin_id AS id, version, sha256, manifest, installed_at FROM plugin_versions WHERE plugin_id = $1",
        id
    )
    .fetch_all(db)
    .await?;
    found.sort_by_cached_key(|plugin| std::cmp::Reverse(plugin.version.parse::<PluginVersion>().ok()));
    Ok(found)
}

/// Every installed plugin, in the version that new connections get.
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<Plugin>> {
    Ok(sqlx::query_as!(Plugin, "SELECT id, version, sha256, manifest, installed_at FROM plugins ORDER BY id")
        .fetch_all(db)
        .await?)
}

/// Ids and versions that jobs may ask for: those of connections, of all tenants, and those that new ones get.
pub async fn in_use(db: impl PgExecutor<'_>) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(r#"SELECT plugin_id AS "plugin_id!", version AS "version!" FROM plugin_versions_in_use()"#);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.plugin_id, row.version)).collect())
}

/// A `.wasm` file by its SHA-256.
pub async fn artifact(db: impl PgExecutor<'_>, sha256: &[u8]) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("SELECT wasm FROM plugin_artifacts WHERE sha256 = $1", sha256).fetch_optional(db).await?)
}
