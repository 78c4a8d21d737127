//! Tenants. Creating one needs no way around the separation: the transaction that does it is the new tenant's own.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::{PgConnection, PgExecutor};

/// One customer of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What people type to name it: lower-case letters, digits and hyphens.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Creates the tenant of the running transaction, which was begun with its new id.
///
/// A taken slug violates `tenants_slug_key`, a malformed one `tenants_slug_check`.
pub async fn create(conn: &mut PgConnection, slug: &str, name: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO tenants (id, slug, name, created_at) VALUES (current_tenant(), $1, $2, $3)",
        slug,
        name,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenant of the running transaction.
pub async fn current(conn: &mut PgConnection) -> Result<Option<Tenant>> {
    Ok(sqlx::query_as!(Tenant, "SELECT id, slug, name, created_at FROM tenants").fetch_optional(conn).await?)
}

/// Finds a tenant by its slug, outside any tenant's transaction.
pub async fn find(db: impl PgExecutor<'_>, slug: &str) -> Result<Option<Tenant>> {
    Ok(sqlx::query_as!(
        Tenant,
        r#"SELECT id AS "id!", slug AS "slug!", name AS "name!", created_at AS "created_at!" FROM find_tenant($1)"#,
        slug
    )
    .fetch_optional(db)
    .await?)
}
