//! Contacts and the addresses they are known by.

pub mod facts;
pub mod list;
pub mod profile;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ContactId, IdentityId, TenantId};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// One address on a channel, in the channel's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Address {
    /// Such as `bsuid` or `phone`.
    pub kind: String,
    /// Its value, in the form that the channel's plugin made canonical.
    pub value: String,
}

/// Who a channel says wrote something: the strongest address first.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Every address known, the strongest first; never empty.
    pub addresses: Vec<Address>,
    /// The name the channel shows.
    pub name: Option<String>,
    /// E.164, where the channel told it.
    pub phone: Option<String>,
    /// In lower case, where the channel told it.
    pub email: Option<String>,
}

impl Person {
    /// The values of a kind of address that means the same person in every channel.
    fn everywhere(&self, kind: &str, told: Option<&String>) -> Vec<String> {
        let addresses = self.addresses.iter().filter(|address| address.kind == kind).map(|address| &address.value);
        addresses.chain(told).cloned().collect()
    }
}

/// Kinds of addresses that mean the same person in every channel.
const PHONE: &str = "phone";
const EMAIL: &str = "email";

/// The contact behind a person.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Which.
    pub id: ContactId,
    /// Whether it did not exist before.
    pub created: bool,
    /// Whether the channel knows it since just now: it did not exist before, or was known by other channels only.
    pub new_here: bool,
    /// The name it goes by.
    pub name: Option<String>,
    /// Whether the channel's name was taken over just now.
    pub renamed: bool,
}

/// Finds the contact that a person is, or makes it. Addresses that were not known yet are added to it.
///
/// Whom a channel does not know is looked for by telephone number and e-mail address in all of them, and found if that
/// is one contact, which the channel does not know as somebody else.
///
/// Two transactions that meet the same new person wait for each other, so that one contact comes of it. A name that
/// somebody gave stays; a channel's name fills only a gap.
pub async fn resolve(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<Resolved> {
    if let Some(found) = find(conn, tenant, channel, person).await? {
        return complete(conn, tenant, channel, person, found, now).await;
    }
    lock_addresses(conn, tenant, channel, &person.addresses).await?;
    if let Some(found) = find(conn, tenant, channel, person).await? {
        return complete(conn, tenant, channel, person, found, now).await;
    }
    if let Some(found) = find_elsewhere(conn, tenant, channel, person).await? {
        let resolved = complete(conn, tenant, channel, person, found, now).await?;
        return Ok(Resolved { new_here: true, ..resolved });
    }
    let id = ContactId::new();
    sqlx::query!(
        "INSERT INTO contacts (tenant_id, id, name, phone, email, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        tenant.0,
        id.0,
        person.name,
        person.phone,
        person.email,
        now
    )
    .execute(&mut *conn)
    .await?;
    add_addresses(conn, tenant, channel, id, &person.addresses, now).await?;
    Ok(Resolved { id, created: true, new_here: true, name: person.name.clone(), renamed: false })
}

/// Gives the addresses of `current` to the contact that `previous` is, taking them from whoever has them.
///
/// This is what a changed number means: the same person, under another address. Returns the contact.
pub async fn move_addresses(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    previous: &Person,
    current: &Person,
    now: DateTime<Utc>,
) -> Result<Resolved> {
    let resolved = resolve(conn, tenant, channel, previous, now).await?;
    for address in &current.addresses {
        sqlx::query!(
            "INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, channel, kind, value) DO UPDATE SET contact_id = excluded.contact_id",
            tenant.0,
            IdentityId::new().0,
            resolved.id.0,
            channel,
            address.kind,
            address.value,
            now
        )
        .execute(&mut *conn)
        .await?;
    }
    if let Some(phone) = &current.phone {
        sqlx::query!(
            "UPDATE contacts SET phone = $3, version = version + 1, updated_at = $4 WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            resolved.id.0,
            phone,
            now
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(resolved)
}

/// What rules may know of a contact.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name it goes by.
    pub name: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// What plugins know about it: name and data of each fact, the most telling first.
    pub facts: Vec<(String, serde_json::Value)>,
    /// Attributes that the tenant has defined.
    pub custom_attributes: serde_json::Value,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
}

/// An address from which somebody wrote.
#[derive(Clone, Debug)]
pub struct Writer {
    /// Which.
    pub address: Address,
    /// When they last did.
    pub at: DateTime<Utc>,
}

/// Who wrote on a channel since then, under every address they have.
pub async fn wrote_since(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Writer>> {
    let rows = sqlx::query!(
        r#"SELECT i.kind, i.value, max(v.last_inbound_at) AS "at!"
             FROM conversations v
             JOIN identities i ON i.tenant_id = v.tenant_id AND i.contact_id = v.contact_id AND i.channel = v.channel
            WHERE v.tenant_id = $1 AND v.channel = $2 AND v.last_inbound_at > $3
            GROUP BY i.kind, i.value"#,
        tenant.0,
        channel,
        since
    )
    .fetch_all(conn)
    .await?;
    let writer = |kind, value, at| Writer { address: Address { kind, value }, at };
    Ok(rows.into_iter().map(|row| writer(row.kind, row.value, row.at)).collect())
}

/// Notes that the contact does not want to be written to any more (`Some`), or does again (`None`).
pub async fn set_opted_out(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE contacts SET opted_out_at = $3, version = version + 1, updated_at = $4
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        contact.0,
        at,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Found {
    id: ContactId,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    known: usize,
}

async fn find(conn: &mut PgConnection, tenant: TenantId, channel: &str, person: &Person) -> Result<Option<Found>> {
    if person.addresses.is_empty() {
        return Err(Error::corrupt("identities", "a person without any address"));
    }
    let (kinds, values) = columns(&person.addresses);
    let row = sqlx::query!(
        r#"SELECT c.id, c.name, c.phone, c.email, count(*) OVER () AS "known!"
             FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS wanted (kind, value, rank)
            CROSS JOIN LATERAL (
                  SELECT contact_id FROM identities
                   WHERE tenant_id = $1 AND channel = $2 AND kind = wanted.kind AND value = wanted.value OFFSET 0) i
            CROSS JOIN LATERAL (
                  SELECT id, name, phone, email FROM contacts WHERE tenant_id = $1 AND id = i.contact_id OFFSET 0) c
            ORDER BY wanted.rank LIMIT 1"#,
        tenant.0,
        channel,
        &kinds,
        &values
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Found {
        id: row.id.into(),
        name: row.name,
        phone: row.phone,
        email: row.email,
        known: usize::try_from(row.known).unwrap_or_default(),
    }))
}

/// The one contact with a number or e-mail address of the person, whichever channel told it. A contact to which the
/// channel gives another name of the person's strongest kind is somebody else; of several none is taken.
async fn find_elsewhere(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
) -> Result<Option<Found>> {
    let phones = person.everywhere(PHONE, person.phone.as_ref());
    let emails = person.everywhere(EMAIL, person.email.as_ref());
    let Some(strongest) = person.addresses.first().filter(|_| !phones.is_empty() || !emails.is_empty()) else {
        return Ok(None);
    };
    let mut rows = sqlx::query!(
        r#"SELECT c.id, c.name, c.phone, c.email
             FROM (SELECT id FROM contacts WHERE tenant_id = $1 AND phone = ANY ($2)
                   UNION SELECT id FROM contacts WHERE tenant_id = $1 AND email = ANY ($3)
                   UNION SELECT contact_id FROM identities WHERE tenant_id = $1 AND value = ANY ($2) AND kind = 'phone'
                   UNION SELECT contact_id FROM identities WHERE tenant_id = $1 AND value = ANY ($3) AND kind = 'email'
                  ) candidate
            CROSS JOIN LATERAL (
                  SELECT * FROM contacts WHERE tenant_id = $1 AND id = candidate.id OFFSET 0) c
            WHERE NOT EXISTS (SELECT FROM identities i
                               WHERE i.tenant_id = $1 AND i.contact_id = candidate.id AND i.channel = $4 AND i.kind = $5)
            LIMIT 2"#,
        tenant.0,
        &phones,
        &emails,
        channel,
        strongest.kind
    )
    .fetch_all(conn)
    .await?;
    let found = rows.pop().filter(|_| rows.is_empty());
    Ok(found.map(|row| Found { id: row.id.into(), name: row.name, phone: row.phone, email: row.email, known: 0 }))
}

async fn complete(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
    found: Found,
    now: DateTime<Utc>,
) -> Result<Resolved> {
    if found.known < person.addresses.len() {
        add_addresses(conn, tenant, channel, found.id, &person.addresses, now).await?;
    }
    let renamed = found.name.is_none() && person.name.is_some();
    let is_gap = |field: &Option<String>, told: &Option<String>| field.is_none() && told.is_some();
    if renamed || is_gap(&found.phone, &person.phone) || is_gap(&found.email, &person.email) {
        sqlx::query!(
            "UPDATE contacts SET name = coalesce(name, $3), phone = coalesce(phone, $4), email = coalesce(email, $5),
                    version = version + 1, updated_at = $6
              WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            found.id.0,
            person.name,
            person.phone,
            person.email,
            now
        )
        .execute(conn)
        .await?;
    }
    let name = found.name.or_else(|| person.name.clone());
    Ok(Resolved { id: found.id, created: false, new_here: false, name, renamed })
}

async fn add_addresses(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    contact: ContactId,
    addresses: &[Address],
    now: DateTime<Utc>,
) -> Result<()> {
    let (kinds, values) = columns(addresses);
    let ids: Vec<Uuid> = addresses.iter().map(|_| IdentityId::new().0).collect();
    sqlx::query!(
        "INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, created_at)
         SELECT $1, id, $2, $3, kind, value, $4 FROM unnest($5::uuid[], $6::text[], $7::text[]) AS n (id, kind, value)
         ON CONFLICT (tenant_id, channel, kind, value) DO NOTHING",
        tenant.0,
        contact.0,
        channel,
        now,
        &ids,
        &kinds,
        &values
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Waits for every other transaction that is making a contact of one of these addresses.
///
/// The locks are taken in one order, so that two transactions cannot wait for each other.
async fn lock_addresses(conn: &mut PgConnection, tenant: TenantId, channel: &str, addresses: &[Address]) -> Result<()> {
    let mut locks: Vec<i64> = addresses.iter().map(|address| lock_number(tenant, channel, address)).collect();
    locks.sort_unstable();
    sqlx::query!("SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) AS n", &locks).execute(conn).await?;
    Ok(())
}

fn lock_number(tenant: TenantId, channel: &str, address: &Address) -> i64 {
    // Two channels that meet the same number at the same moment wait for each other, too.
    let channel = if [PHONE, EMAIL].contains(&address.kind.as_str()) { "" } else { channel };
    let mut digest = Sha256::new();
    for part in [tenant.to_string().as_str(), channel, &address.kind, &address.value] {
        digest.update(part);
        digest.update([0]);
    }
    let bytes = digest.finalize();
    i64::from_be_bytes(std::array::from_fn(|i| bytes[i]))
}

fn columns(addresses: &[Address]) -> (Vec<String>, Vec<String>) {
    addresses.iter().map(|address| (address.kind.clone(), address.value.clone())).unzip()
}
