//! What holds for the whole tenant.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::second_factor::Enforcement;
use sqlx::PgConnection;

/// What holds for the whole tenant. Its default is what holds as long as nobody has set anything, with version 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantSettings {
    /// Whom it asks for a second factor.
    pub require_second_factor: Enforcement,
    /// Counts the changes.
    pub version: i64,
    /// The last change.
    pub updated_at: Option<DateTime<Utc>>,
}

/// What holds for the tenant of the running transaction.
pub async fn load(conn: &mut PgConnection) -> Result<TenantSettings> {
    let row = sqlx::query!("SELECT require_second_factor, version, updated_at FROM tenant_settings")
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(TenantSettings::default()) };
    Ok(TenantSettings {
        require_second_factor: row
            .require_second_factor
            .parse()
            .map_err(|error| Error::corrupt("tenant_settings.require_second_factor", error))?,
        version: row.version,
        updated_at: Some(row.updated_at),
    })
}

/// Sets everything, if what was read had this version; `None` if it has been changed since.
pub async fn put(
    conn: &mut PgConnection,
    require_second_factor: Enforcement,
    version: i64,
    now: DateTime<Utc>,
) -> Result<Option<TenantSettings>> {
    let written = sqlx::query_scalar!(
        "INSERT INTO tenant_settings AS s (tenant_id, require_second_factor, updated_at)
         SELECT current_tenant(), $1, $3
          WHERE $2::bigint = 0 OR EXISTS (SELECT FROM tenant_settings WHERE tenant_id = current_tenant())
         ON CONFLICT (tenant_id) DO UPDATE
            SET require_second_factor = excluded.require_second_factor, version = s.version + 1,
                updated_at = excluded.updated_at
          WHERE s.version = $2
         RETURNING version",
        require_second_factor.as_str(),
        version,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(written.map(|version| TenantSettings { require_second_factor, version, updated_at: Some(now) }))
}
