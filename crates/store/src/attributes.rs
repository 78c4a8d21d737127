//! Which fields of its own making a tenant has.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    TenantId,
    attribute::{Kind, Owner},
};
use sqlx::PgConnection;

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What has it.
    pub owner: Owner,
    /// Its name in JSON.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Which values it takes.
    pub kind: Kind,
    /// What may be chosen.
    pub options: Vec<String>,
}

/// The fields of one kind of thing, or of all, by their keys.
pub async fn list(conn: &mut PgConnection, owner: Option<Owner>) -> Result<Vec<Definition>> {
    let rows = sqlx::query!(
        "SELECT owner, key, name, kind, options FROM attribute_definitions
          WHERE tenant_id = current_tenant() AND ($1::text IS NULL OR owner = $1) ORDER BY owner, key",
        owner.map(Owner::as_str)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Definition {
                owner: row.owner.parse().map_err(|error| Error::corrupt("attribute_definitions.owner", error))?,
                key: row.key,
                name: row.name,
                kind: row.kind.parse().map_err(|error| Error::corrupt("attribute_definitions.kind", error))?,
                options: row.options,
            })
        })
        .collect()
}

/// Defines a field, or defines it anew.
pub async fn put(conn: &mut PgConnection, tenant: TenantId, new: &Definition, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO attribute_definitions (tenant_id, owner, key, name, kind, options, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, owner, key) DO UPDATE SET name = $4, kind = $5, options = $6",
        tenant.0,
        new.owner.as_str(),
        new.key,
        new.name,
        new.kind.as_str(),
        &new.options,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a field. Values that are there stay, and are of no kind from now on.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, owner: Owner, key: &str) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM attribute_definitions WHERE tenant_id = $1 AND owner = $2 AND key = $3",
        tenant.0,
        owner.as_str(),
        key
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
