//! What channels say of a contact, and what becomes of its own fields.

use super::record::rename_in_search;
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ContactId, TenantId, handle};
use serde_json::Value;
use sqlx::PgConnection;

/// The fields of a contact that channels may set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// What it is called.
    pub name: Option<String>,
    /// Its number, in E.164 form.
    pub phone: Option<String>,
    /// Its e-mail address, in lower case.
    pub email: Option<String>,
}

/// A contact's fields, locked until the transaction is over.
#[derive(Clone, Debug)]
pub struct Locked {
    /// As they are.
    pub fields: Fields,
    /// Whether a person of the tenant wrote the name.
    pub name_is_edited: bool,
    /// What the channel has said so far, as an object.
    pub said: Value,
}

/// Locks a contact and what a channel has said of it. `None`: there is no such contact.
pub async fn lock(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    channel: &str,
) -> Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"SELECT name, phone, email, name_edited_at IS NOT NULL AS "edited!",
                  (SELECT said FROM contact_profiles p
                    WHERE p.tenant_id = $1 AND p.contact_id = $2 AND p.channel = $3) AS said
             FROM contacts WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        tenant.0,
        contact.0,
        channel
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Locked {
        fields: Fields { name: row.name, phone: row.phone, email: row.email },
        name_is_edited: row.edited,
        said: row.said.unwrap_or(Value::Null),
    }))
}

/// Keeps what a channel has said so far. The contact is locked.
pub async fn keep_said(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    channel: &str,
    said: &Value,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO contact_profiles (tenant_id, contact_id, channel, said) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, contact_id, channel) DO UPDATE SET said = excluded.said",
        tenant.0,
        contact.0,
        channel,
        said
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes a contact's fields. What conversations are found by follows the name.
pub async fn write(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    before: &Fields,
    after: &Fields,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE contacts
            SET name = $3, phone = $4, email = $5, version = version + 1, updated_at = $6,
                company_id = coalesce(company_id, (SELECT d.company_id FROM company_domains d
                                                    WHERE d.tenant_id = $1 AND d.domain = $7))
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        contact.0,
        after.name,
        after.phone,
        after.email,
        now,
        after.email.as_deref().filter(|_| before.email != after.email).and_then(handle::company_domain)
    )
    .execute(&mut *conn)
    .await?;
    if before.name != after.name {
        rename_in_search(conn, contact.0, before.name.as_deref(), after.name.as_deref()).await?;
    }
    Ok(())
}
