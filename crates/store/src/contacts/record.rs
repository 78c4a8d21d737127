//! Contacts as people enter, change and block them.

use super::{EMAIL, PHONE, list::Contact, lock_addresses};
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{CompanyId, ContactId, TenantId, UserId, handle};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A contact that somebody enters.
#[derive(Clone, Debug)]
pub struct NewContact<'a> {
    /// Which.
    pub id: ContactId,
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
    /// What the tenant notes about them, as an object.
    pub custom_attributes: &'a Value,
}

/// A number and an e-mail address within a brand, where they are one contact's.
#[derive(Clone, Copy, Debug)]
pub struct Handles<'a> {
    /// The brand.
    pub brand: Option<&'a str>,
    /// The number.
    pub phone: Option<&'a str>,
    /// The e-mail address.
    pub email: Option<&'a str>,
}

/// Who else of the brand has this number or address: as a field, or proven on a channel. Nobody gets them until the
/// transaction is over.
pub async fn holder(
    conn: &mut PgConnection,
    tenant: TenantId,
    handles: Handles<'_>,
    except: Option<ContactId>,
) -> Result<Option<ContactId>> {
    let wanted = [(PHONE, handles.phone), (EMAIL, handles.email)];
    let wanted = wanted.into_iter().filter_map(|(kind, value)| Some((kind, value?)));
    lock_addresses(conn, tenant, "", wanted).await?;
    let holder = sqlx::query_scalar!(
        r#"SELECT c.id
             FROM (SELECT id FROM contacts WHERE tenant_id = $1 AND phone = $2
                   UNION SELECT id FROM contacts WHERE tenant_id = $1 AND email = $3
                   UNION SELECT contact_id FROM identities
                          WHERE tenant_id = $1 AND value = $2 AND kind = 'phone' AND verified_at IS NOT NULL
                   UNION SELECT contact_id FROM identities
                          WHERE tenant_id = $1 AND value = $3 AND kind = 'email' AND verified_at IS NOT NULL
                  ) candidate
            CROSS JOIN LATERAL (
                  SELECT * FROM contacts WHERE tenant_id = $1 AND id = candidate.id OFFSET 0) c
            WHERE c.merged_into IS NULL AND coalesce(c.brand, '') = coalesce($4::text, '')
              AND c.id IS DISTINCT FROM $5::uuid
            ORDER BY c.created_at, c.id LIMIT 1"#,
        tenant.0,
        handles.phone,
        handles.email,
        handles.brand,
        except.map(Uuid::from)
    );
    Ok(holder.fetch_optional(conn).await?.map(ContactId::from))
}

/// Enters a contact.
pub async fn create(conn: &mut PgConnection, tenant: TenantId, new: &NewContact<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO contacts (tenant_id, id, name, phone, email, avatar_url, brand, company_id, custom_attributes,
                               name_edited_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7,
                 coalesce($8, (SELECT d.company_id FROM company_domains d WHERE d.tenant_id = $1 AND d.domain = $9)),
                 $10, CASE WHEN $3::text IS NOT NULL THEN $11::timestamptz END, $11, $11)",
        tenant.0,
        new.id.0,
        new.name,
        new.phone,
        new.email,
        new.avatar_url,
        new.brand,
        new.company_id.map(Uuid::from),
        new.email.and_then(handle::company_domain),
        new.custom_attributes,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the fields of a contact, if the row still has the version that was read; `false` if not. What conversations are
/// found by follows the name, the company follows the address of who had none.
pub async fn update(
    conn: &mut PgConnection,
    contact: &Contact,
    previous_name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE contacts
            SET name = $2, phone = $3, email = $4, avatar_url = $5, brand = $6, custom_attributes = $8,
                company_id = coalesce($7, CASE WHEN email IS DISTINCT FROM $4 AND company_id IS NULL THEN
                    (SELECT d.company_id FROM company_domains d
                      WHERE d.tenant_id = current_tenant() AND d.domain = $9) END),
                version = version + 1, updated_at = $10,
                name_edited_at = CASE WHEN name IS DISTINCT FROM $2 THEN $10 ELSE name_edited_at END
          WHERE tenant_id = current_tenant() AND id = $1 AND version = $11 AND merged_into IS NULL",
        contact.id.0,
        contact.name,
        contact.phone,
        contact.email,
        contact.avatar_url,
        contact.brand,
        contact.company_id.map(Uuid::from),
        contact.custom_attributes,
        contact.email.as_deref().and_then(handle::company_domain),
        now,
        contact.version
    )
    .execute(&mut *conn)
    .await?;
    let updated = done.rows_affected() > 0;
    if updated && contact.name.as_deref() != previous_name {
        rename_in_search(conn, contact.id.0, previous_name, contact.name.as_deref()).await?;
    }
    Ok(updated)
}

/// Leaves out what a contact writes from now on (`Some`: who says so), or no longer. `false`: it is so already.
pub async fn set_blocked(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ContactId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE contacts
            SET blocked_by = $3, blocked_at = CASE WHEN $3::uuid IS NOT NULL THEN $4::timestamptz END,
                version = version + 1, updated_at = $4
          WHERE tenant_id = $1 AND id = $2 AND (blocked_at IS NULL) = ($3::uuid IS NOT NULL)",
        tenant.0,
        id.0,
        by.map(Uuid::from),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The text that conversations are found by begins with the contact's name, lower-cased here because the database may
/// know no letters but ASCII.
pub(super) async fn rename_in_search(
    conn: &mut PgConnection,
    id: Uuid,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<()> {
    let from = format!("{} ", from.unwrap_or_default().to_lowercase());
    let to = format!("{} ", to.unwrap_or_default().to_lowercase());
    sqlx::query!(
        "UPDATE conversations
            SET search_text = $3 || CASE WHEN starts_with(search_text, $2) THEN right(search_text, -length($2))
                                         ELSE lower(coalesce(last_message_preview, '')) END
          WHERE contact_id = $1",
        id,
        from,
        to
    )
    .execute(conn)
    .await?;
    Ok(())
}
