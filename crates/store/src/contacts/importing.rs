//! Contacts that another system knew.

use super::{lock_each, lock_number, record::rename_in_search};
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{CompanyId, ContactId, TenantId, handle};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// What another system knew of a contact.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// What they are called.
    pub name: Option<&'a str>,
    /// Their number, in E.164 form.
    pub phone: Option<&'a str>,
    /// Their e-mail address, in lower case.
    pub email: Option<&'a str>,
    /// Where there is a picture of them.
    pub avatar_url: Option<&'a str>,
    /// Their brand.
    pub brand: Option<&'a str>,
    /// Whom they work for; without it the company that the domain of their address is of.
    pub company_id: Option<CompanyId>,
    /// What was noted about them, as an object.
    pub custom_attributes: &'a Value,
    /// Since when they are left out.
    pub blocked_at: Option<DateTime<Utc>>,
    /// Since when they do not want to be written to.
    pub opted_out_at: Option<DateTime<Utc>>,
    /// Since when they are known.
    pub created_at: Option<DateTime<Utc>>,
}

/// Waits for every other transaction that is making a contact of one of these addresses, each with its channel and its
/// kind: all at once and in one order, so that a batch and a webhook cannot wait for each other.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, addresses: &[(&str, &str, &str)]) -> Result<()> {
    let number = |(channel, kind, value): &(&str, &str, &str)| lock_number(tenant, channel, kind, value);
    lock_each(conn, addresses.iter().map(number).collect()).await
}

/// Enters a contact whom no channel knows.
pub async fn insert(conn: &mut PgConnection, tenant: TenantId, id: ContactId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO contacts (tenant_id, id, created_at, updated_at) VALUES ($1, $2, $3, $3)",
        tenant.0,
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds what is not known of a contact yet; what is stays. Returns the contact's version.
pub async fn fill(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ContactId,
    known: &Known<'_>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let row = sqlx::query!(
        r#"UPDATE contacts c
              SET name = coalesce(c.name, $3), phone = coalesce(c.phone, $4), email = coalesce(c.email, $5),
                  avatar_url = coalesce(c.avatar_url, $6), brand = coalesce(c.brand, $7),
                  company_id = coalesce(c.company_id, $8, (SELECT d.company_id FROM company_domains d
                                                            WHERE d.tenant_id = $1 AND d.domain = $9)),
                  custom_attributes = $10 || c.custom_attributes, blocked_at = coalesce(c.blocked_at, $11),
                  opted_out_at = coalesce(c.opted_out_at, $12), created_at = least(c.created_at, $13),
                  name_edited_at = CASE WHEN c.name IS NULL AND $3::text IS NOT NULL THEN $14
                                        ELSE c.name_edited_at END,
                  version = c.version + 1, updated_at = $14
             FROM (SELECT name FROM contacts WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE) o
            WHERE c.tenant_id = $1 AND c.id = $2
           RETURNING c.version, c.name, o.name AS "previous?""#,
        tenant.0,
        id.0,
        known.name,
        known.phone,
        known.email,
        known.avatar_url,
        known.brand,
        known.company_id.map(Uuid::from),
        known.email.and_then(handle::company_domain),
        known.custom_attributes,
        known.blocked_at,
        known.opted_out_at,
        known.created_at,
        now
    )
    .fetch_one(&mut *conn)
    .await?;
    if row.name != row.previous {
        rename_in_search(conn, id.0, row.previous.as_deref(), row.name.as_deref()).await?;
    }
    Ok(row.version)
}

/// Lays what the other system knows now over what it knew, if nobody has changed the contact since: then it has this
/// version. Returns the new one.
pub async fn refresh(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ContactId,
    version: i64,
    known: &Known<'_>,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let row = sqlx::query!(
        r#"UPDATE contacts c
              SET name = coalesce($3, c.name), phone = coalesce($4, c.phone), email = coalesce($5, c.email),
                  avatar_url = coalesce($6, c.avatar_url), brand = coalesce($7, c.brand),
                  company_id = coalesce($8, c.company_id), custom_attributes = c.custom_attributes || $9,
                  blocked_at = coalesce(c.blocked_at, $10), opted_out_at = coalesce(c.opted_out_at, $11),
                  version = c.version + 1, updated_at = $12
             FROM (SELECT name FROM contacts WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE) o
            WHERE c.tenant_id = $1 AND c.id = $2 AND c.version = $13 AND c.merged_into IS NULL
           RETURNING c.version, c.name, o.name AS "previous?""#,
        tenant.0,
        id.0,
        known.name,
        known.phone,
        known.email,
        known.avatar_url,
        known.brand,
        known.company_id.map(Uuid::from),
        known.custom_attributes,
        known.blocked_at,
        known.opted_out_at,
        now,
        version
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.name != row.previous {
        rename_in_search(conn, id.0, row.previous.as_deref(), row.name.as_deref()).await?;
    }
    Ok(Some(row.version))
}

/// Who a contact is now: itself, or the one that it has gone into.
#[derive(Clone, Debug)]
pub struct Current {
    /// Who was asked for.
    pub asked: Uuid,
    /// Who it is.
    pub id: Uuid,
    /// What they are called.
    pub name: Option<String>,
}

/// Who these contacts are now. Those that were deleted are left out.
pub async fn current(conn: &mut PgConnection, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Current>> {
    let current = sqlx::query_as!(
        Current,
        r#"WITH RECURSIVE merged AS (
               SELECT c.id AS asked, c.id, c.name, c.merged_into FROM contacts c
                WHERE c.tenant_id = $1 AND c.id = ANY ($2)
               UNION ALL
               SELECT m.asked, c.id, c.name, c.merged_into
                 FROM merged m JOIN contacts c ON c.tenant_id = $1 AND c.id = m.merged_into
           )
           SELECT asked AS "asked!", id AS "id!", name FROM merged WHERE merged_into IS NULL"#,
        tenant.0,
        ids
    );
    Ok(current.fetch_all(conn).await?)
}
