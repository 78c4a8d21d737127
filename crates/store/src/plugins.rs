//! Installed plugins: the manifest in force and the `.wasm` files by their hash. They belong to no tenant.

use crate::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgExecutor, PgPool};

/// A plugin in its installed version.
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

/// Installs a plugin, or replaces its version by this one. The file of the version before stays.
pub async fn install(
    pool: &PgPool,
    id: &str,
    version: &str,
    manifest: &Value,
    wasm: &[u8],
    now: DateTime<Utc>,
) -> Result<Plugin> {
    let sha256 = Sha256::digest(wasm).to_vec();
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO plugin_artifacts (sha256, wasm, created_at) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING",
        sha256,
        wasm,
        now
    )
    .execute(&mut *tx)
    .await?;
    let plugin = sqlx::query_as!(
        Plugin,
        "INSERT INTO plugins AS p (id, version, sha256, manifest, installed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE
            SET version = excluded.version, sha256 = excluded.sha256, manifest = excluded.manifest,
                installed_at = CASE WHEN p.sha256 = excluded.sha256 THEN p.installed_at ELSE excluded.installed_at END
         RETURNING id, version, sha256, manifest, installed_at",
        id,
        version,
        sha256,
        manifest,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(plugin)
}

/// The installed version of a plugin.
pub async fn current(db: impl PgExecutor<'_>, id: &str) -> Result<Option<Plugin>> {
    Ok(sqlx::query_as!(Plugin, "SELECT id, version, sha256, manifest, installed_at FROM plugins WHERE id = $1", id)
        .fetch_optional(db)
        .await?)
}

/// Every installed plugin.
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<Plugin>> {
    Ok(sqlx::query_as!(Plugin, "SELECT id, version, sha256, manifest, installed_at FROM plugins ORDER BY id")
        .fetch_all(db)
        .await?)
}

/// A `.wasm` file by its SHA-256.
pub async fn artifact(db: impl PgExecutor<'_>, sha256: &[u8]) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("SELECT wasm FROM plugin_artifacts WHERE sha256 = $1", sha256).fetch_optional(db).await?)
}
