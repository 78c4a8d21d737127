//! Brands: what a tenant shows its customers as.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::PgConnection;

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// What conversations and contacts name it by.
    pub key: String,
    /// What people call it.
    pub name: String,
}

/// All brands, by their keys.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Brand>> {
    let brands = sqlx::query_as!(Brand, "SELECT key, name FROM brands WHERE tenant_id = current_tenant() ORDER BY key");
    Ok(brands.fetch_all(conn).await?)
}

/// Whether there is a brand of this key.
pub async fn exists(conn: &mut PgConnection, key: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM brands WHERE tenant_id = current_tenant() AND key = $1) AS "found!""#,
        key
    );
    Ok(found.fetch_one(conn).await?)
}

/// Makes a brand, or gives it another name.
pub async fn put(conn: &mut PgConnection, tenant: TenantId, brand: &Brand, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO brands (tenant_id, key, name, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, key) DO UPDATE SET name = $3",
        tenant.0,
        brand.key,
        brand.name,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a brand. One that conversations, contacts or connections have violates a reference.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, key: &str) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM brands WHERE tenant_id = $1 AND key = $2", tenant.0, key).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
