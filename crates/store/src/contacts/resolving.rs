//! From a person whom a channel describes to the contact they are.
//!
//! Nobody is joined by an address that is not proven (ADR 0026): what somebody typed into a checkout or a form may be
//! another's.

use super::{Address, EMAIL, PHONE, Person, Resolved, lock_addresses};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ContactId, IdentityId, TenantId, handle};
use sqlx::PgConnection;
use uuid::Uuid;

/// Finds the contact that a person is, or makes it. Addresses that were not known yet are added to it.
///
/// Whom a channel does not know is looked for by proven telephone numbers and e-mail addresses in all of them, and found
/// if that is one contact, which the channel does not know as somebody else.
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
    let addresses = person.addresses.iter().map(|address| (address.kind.as_str(), address.value.as_str()));
    lock_addresses(conn, tenant, channel, addresses).await?;
    if let Some(found) = find(conn, tenant, channel, person).await? {
        return complete(conn, tenant, channel, person, found, now).await;
    }
    if let Some(found) = find_elsewhere(conn, tenant, channel, person).await? {
        let resolved = complete(conn, tenant, channel, person, found, now).await?;
        return Ok(Resolved { new_here: true, ..resolved });
    }
    let id = ContactId::new();
    sqlx::query!(
        "INSERT INTO contacts (tenant_id, id, name, phone, email, brand, company_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5,
                 (SELECT c.brand FROM connections c WHERE c.tenant_id = $1 AND c.id = $6),
                 (SELECT d.company_id FROM company_domains d WHERE d.tenant_id = $1 AND d.domain = $7), $8, $8)",
        tenant.0,
        id.0,
        person.name,
        person.phone,
        person.email,
        person.connection.map(Uuid::from),
        person.email.as_deref().and_then(handle::company_domain),
        now
    )
    .execute(&mut *conn)
    .await?;
    let contact = Found::elsewhere(id, person.name.clone());
    let identity_id = add_addresses(conn, tenant, channel, &contact, &person.addresses, now).await?;
    Ok(Resolved {
        id,
        identity_id,
        blocked: false,
        created: true,
        new_here: true,
        name: contact.name,
        renamed: false,
        merged_from: None,
    })
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
            "INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, verified_at, merged_from, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $7 THEN $9::timestamptz END, $8, $9)
             ON CONFLICT (tenant_id, channel, kind, value) DO UPDATE
                SET contact_id = excluded.contact_id, merged_from = excluded.merged_from,
                    verified_at = coalesce(identities.verified_at, excluded.verified_at)",
            tenant.0,
            IdentityId::new().0,
            resolved.id.0,
            channel,
            address.kind,
            address.value,
            address.verified,
            resolved.merged_from.map(Uuid::from),
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

/// The contact that a channel knows a person as, if it knows them.
pub async fn known(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
) -> Result<Option<ContactId>> {
    Ok(find(conn, tenant, channel, person).await?.map(|found| found.id))
}

/// Gives a contact addresses on a channel. One that somebody else has stays theirs, unless it is proven now and was not
/// before. Says whether the contact has all of them now.
pub async fn attach(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    contact: ContactId,
    addresses: &[Address],
    now: DateTime<Utc>,
) -> Result<bool> {
    insert_addresses(conn, tenant, channel, contact, None, addresses, now).await?;
    let (kinds, values) = columns(addresses);
    let others = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) AS wanted (kind, value)
                           CROSS JOIN LATERAL (SELECT contact_id FROM identities
                                                WHERE tenant_id = $1 AND channel = $2 AND kind = wanted.kind
                                                  AND value = wanted.value OFFSET 0) i
                           WHERE i.contact_id <> $3) AS "others!""#,
        tenant.0,
        channel,
        contact.0,
        &kinds,
        &values
    );
    Ok(!others.fetch_one(conn).await?)
}

struct Found {
    id: ContactId,
    /// The address by which the channel knows it, and whose it was before a merge.
    identity: Option<IdentityId>,
    merged_from: Option<ContactId>,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    blocked: bool,
    /// How many of the person's addresses are known, as proven as they are now.
    known: usize,
}

impl Found {
    /// A contact that the channel does not know yet.
    fn elsewhere(id: ContactId, name: Option<String>) -> Self {
        Self { id, identity: None, merged_from: None, name, phone: None, email: None, blocked: false, known: 0 }
    }
}

/// The contact that the channel knows by the person's strongest address, or else by another one. By another one only if
/// it is proven, now and before; or if the channel does not know the contact under a strongest address of its own, and
/// nobody who has proven an address is found by who has not.
async fn find(conn: &mut PgConnection, tenant: TenantId, channel: &str, person: &Person) -> Result<Option<Found>> {
    let Some(strongest) = person.addresses.first() else {
        return Err(Error::corrupt("identities", "a person without any address"));
    };
    let (kinds, values) = columns(&person.addresses);
    let verified: Vec<bool> = person.addresses.iter().map(|address| address.verified).collect();
    let row = sqlx::query!(
        r#"SELECT f.id AS "id!", f.name, f.phone, f.email, f.blocked AS "blocked!", f.identity_id AS "identity_id!",
                  f.merged_from, f.known AS "known!"
             FROM (SELECT c.id, c.name, c.phone, c.email, c.blocked_at IS NOT NULL AS blocked,
                          i.id AS identity_id, i.merged_from, wanted.rank,
                          count(*) FILTER (WHERE i.verified_at IS NOT NULL OR NOT wanted.verified) OVER () AS known,
                          wanted.rank = 1
                          OR (wanted.verified AND i.verified_at IS NOT NULL)
                          OR ((wanted.verified OR i.verified_at IS NULL)
                              AND NOT EXISTS (SELECT FROM identities o
                                               WHERE o.tenant_id = $1 AND o.contact_id = c.id AND o.channel = $2
                                                 AND o.kind = $6)) AS fits
                     FROM unnest($3::text[], $4::text[], $5::boolean[]) WITH ORDINALITY
                       AS wanted (kind, value, verified, rank)
                    CROSS JOIN LATERAL (
                          SELECT id, contact_id, verified_at, merged_from FROM identities
                           WHERE tenant_id = $1 AND channel = $2 AND kind = wanted.kind AND value = wanted.value
                          OFFSET 0) i
                    CROSS JOIN LATERAL (
                          SELECT id, name, phone, email, blocked_at FROM contacts
                           WHERE tenant_id = $1 AND id = i.contact_id OFFSET 0) c) f
            WHERE f.fits ORDER BY f.rank LIMIT 1"#,
        tenant.0,
        channel,
        &kinds,
        &values,
        &verified,
        strongest.kind
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Found {
        id: row.id.into(),
        identity: Some(row.identity_id.into()),
        merged_from: row.merged_from.map(Into::into),
        name: row.name,
        phone: row.phone,
        email: row.email,
        blocked: row.blocked,
        known: usize::try_from(row.known).unwrap_or_default(),
    }))
}

/// The one contact that has proven a number or e-mail address which the person has proven, too, whatever the channel. A
/// contact to which the channel gives another name of the person's strongest kind is somebody else; of several none is
/// taken.
async fn find_elsewhere(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
) -> Result<Option<Found>> {
    let proven = |kind: &str| -> Vec<String> {
        let of_kind = person.addresses.iter().filter(|address| address.verified && address.kind == kind);
        of_kind.map(|address| address.value.clone()).collect()
    };
    let (phones, emails) = (proven(PHONE), proven(EMAIL));
    let Some(strongest) = person.addresses.first().filter(|_| !phones.is_empty() || !emails.is_empty()) else {
        return Ok(None);
    };
    let mut rows = sqlx::query!(
        r#"SELECT c.id, c.name, c.phone, c.email, c.blocked_at IS NOT NULL AS "blocked!"
             FROM (SELECT contact_id AS id FROM identities
                    WHERE tenant_id = $1 AND value = ANY ($2) AND kind = 'phone' AND verified_at IS NOT NULL
                   UNION
                   SELECT contact_id FROM identities
                    WHERE tenant_id = $1 AND value = ANY ($3) AND kind = 'email' AND verified_at IS NOT NULL
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
    Ok(found.map(|row| Found {
        phone: row.phone,
        email: row.email,
        blocked: row.blocked,
        ..Found::elsewhere(row.id.into(), row.name)
    }))
}

async fn complete(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    person: &Person,
    found: Found,
    now: DateTime<Utc>,
) -> Result<Resolved> {
    let identity_id = match found.identity {
        Some(identity) if found.known >= person.addresses.len() => identity,
        _ => add_addresses(conn, tenant, channel, &found, &person.addresses, now).await?,
    };
    let renamed = found.name.is_none() && person.name.is_some();
    let is_gap = |field: &Option<String>, told: &Option<String>| field.is_none() && told.is_some();
    if renamed || is_gap(&found.phone, &person.phone) || is_gap(&found.email, &person.email) {
        let email = person.email.as_deref().filter(|_| found.email.is_none());
        sqlx::query!(
            "UPDATE contacts SET name = coalesce(name, $3), phone = coalesce(phone, $4), email = coalesce(email, $5),
                    company_id = coalesce(company_id, (SELECT d.company_id FROM company_domains d
                                                        WHERE d.tenant_id = $1 AND d.domain = $6)),
                    version = version + 1, updated_at = $7
              WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            found.id.0,
            person.name,
            person.phone,
            person.email,
            email.and_then(handle::company_domain),
            now
        )
        .execute(conn)
        .await?;
    }
    let name = found.name.or_else(|| person.name.clone());
    Ok(Resolved {
        id: found.id,
        identity_id,
        blocked: found.blocked,
        created: false,
        new_here: false,
        name,
        renamed,
        merged_from: found.merged_from,
    })
}

/// Adds addresses to a contact. One that somebody else has stays theirs, unless it is proven now and was not before.
/// Returns the one by which the channel knows the contact. A contact that is being merged gets none, so that the next try
/// finds the other.
async fn add_addresses(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    contact: &Found,
    addresses: &[Address],
    now: DateTime<Utc>,
) -> Result<IdentityId> {
    let added = insert_addresses(conn, tenant, channel, contact.id, contact.merged_from, addresses, now).await?;
    let strongest = addresses.iter().find_map(|wanted| {
        added.iter().find(|row| row.kind == wanted.kind && row.value == wanted.value).map(|row| row.id.into())
    });
    // What is known by no address of its own cannot be: the strongest one was looked for under its lock.
    let identity = contact.identity.or(strongest);
    identity.ok_or_else(|| Error::corrupt("identities", "a contact that is being merged, or known by no address"))
}

struct Added {
    id: Uuid,
    kind: String,
    value: String,
}

/// Those of the addresses that are the contact's since now.
async fn insert_addresses(
    conn: &mut PgConnection,
    tenant: TenantId,
    channel: &str,
    contact: ContactId,
    merged_from: Option<ContactId>,
    addresses: &[Address],
    now: DateTime<Utc>,
) -> Result<Vec<Added>> {
    let (kinds, values) = columns(addresses);
    let verified: Vec<bool> = addresses.iter().map(|address| address.verified).collect();
    let ids: Vec<Uuid> = addresses.iter().map(|_| IdentityId::new().0).collect();
    // In one order, so that two transactions cannot wait for each other.
    let added = sqlx::query_as!(
        Added,
        "INSERT INTO identities (tenant_id, id, contact_id, channel, kind, value, verified_at, merged_from, created_at)
         SELECT $1, n.id, k.id, $3, n.kind, n.value, CASE WHEN n.verified THEN $4::timestamptz END, $5, $4
           FROM (SELECT id FROM contacts WHERE tenant_id = $1 AND id = $2 AND merged_into IS NULL FOR KEY SHARE) k
          CROSS JOIN (SELECT DISTINCT ON (kind, value) id, kind, value, verified
                        FROM unnest($6::uuid[], $7::text[], $8::text[], $9::boolean[]) AS u (id, kind, value, verified)
                       ORDER BY kind, value, verified DESC) n
         ON CONFLICT (tenant_id, channel, kind, value) DO UPDATE
            SET contact_id = excluded.contact_id, verified_at = excluded.verified_at,
                merged_from = CASE WHEN identities.contact_id = excluded.contact_id THEN identities.merged_from
                                   ELSE excluded.merged_from END
          WHERE identities.verified_at IS NULL AND excluded.verified_at IS NOT NULL
         RETURNING id, kind, value",
        tenant.0,
        contact.0,
        channel,
        now,
        merged_from.map(Uuid::from),
        &ids,
        &kinds,
        &values,
        &verified
    );
    Ok(added.fetch_all(conn).await?)
}

fn columns(addresses: &[Address]) -> (Vec<String>, Vec<String>) {
    addresses.iter().map(|address| (address.kind.clone(), address.value.clone())).unzip()
}
