//! What plugins know about contacts.

use super::Address;
use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, ContactId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// For how long a job that was to ask is believed to be there still.
const BELIEF: TimeDelta = TimeDelta::minutes(10);

/// One thing that is known about a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Through which connection.
    pub connection_id: ConnectionId,
    /// Stable name, such as `shopify.order`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    /// What is known.
    pub text: String,
    /// Where a person sees more of it.
    pub url: Option<String>,
    /// When it was true.
    pub as_of: DateTime<Utc>,
    /// The same for machines.
    pub data: Value,
}

/// A connection that may know something about a contact, and how asking it goes.
#[derive(Clone, Debug)]
pub struct Source {
    /// Which.
    pub connection_id: ConnectionId,
    /// Its plugin.
    pub plugin_id: String,
    /// What people call it.
    pub name: String,
    /// Since when a job waits to ask it.
    pub asked_at: Option<DateTime<Utc>>,
    /// When its last answer came.
    pub fetched_at: Option<DateTime<Utc>>,
    /// When asking it last ended, with or without an answer.
    pub tried_at: Option<DateTime<Utc>>,
    /// Why there was no answer the last time.
    pub problem: Option<String>,
}

/// Which connections are asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asking {
    /// Only this one.
    pub only: Option<ConnectionId>,
    /// Only those that were last asked before then.
    pub tried_before: Option<DateTime<Utc>>,
}

impl Asking {
    /// One connection, whenever it was asked last.
    pub const fn only(connection: ConnectionId) -> Self {
        Self { only: Some(connection), tried_before: None }
    }

    /// Connections that were last asked before then.
    pub const fn older_than(tried_before: DateTime<Utc>) -> Self {
        Self { only: None, tried_before: Some(tried_before) }
    }
}

/// Notes which connections of active enrichers are to be asked about a contact: those that no job is about to ask
/// anyway. Each of them needs a job now.
pub async fn ask(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    asking: Asking,
    now: DateTime<Utc>,
) -> Result<Vec<ConnectionId>> {
    let asked = sqlx::query_scalar!(
        "INSERT INTO contact_enrichments AS e (tenant_id, contact_id, connection_id, asked_at)
         SELECT c.tenant_id, $2, c.id, $3
           FROM connections c
           JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
          WHERE c.tenant_id = $1 AND c.status = 'active' AND c.deleted_at IS NULL AND v.interfaces ? 'enrich'
            AND ($4::uuid IS NULL OR c.id = $4)
          ORDER BY c.id
         ON CONFLICT (tenant_id, contact_id, connection_id) DO UPDATE SET asked_at = excluded.asked_at
          WHERE (e.asked_at IS NULL OR e.asked_at < $5)
            AND ($6::timestamptz IS NULL OR e.tried_at IS NULL OR e.tried_at < $6)
         RETURNING connection_id",
        tenant.0,
        contact.0,
        now,
        asking.only.map(|id| id.0),
        now - BELIEF,
        asking.tried_before
    );
    Ok(asked.fetch_all(conn).await?.into_iter().map(ConnectionId::from).collect())
}

/// Notes that a job is asking now: what happens from here on needs another one.
pub async fn begin(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    connection: ConnectionId,
) -> Result<()> {
    sqlx::query!(
        "UPDATE contact_enrichments SET asked_at = NULL
          WHERE tenant_id = $1 AND contact_id = $2 AND connection_id = $3",
        tenant.0,
        contact.0,
        connection.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts facts in the place of those that were known through the connection. `fetched_at` is when the question was asked.
pub async fn replace(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    connection: ConnectionId,
    facts: &[Fact],
    fetched_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM contact_facts WHERE tenant_id = $1 AND contact_id = $2 AND connection_id = $3",
        tenant.0,
        contact.0,
        connection.0
    )
    .execute(&mut *conn)
    .await?;
    let column = |of: fn(&Fact) -> &String| facts.iter().map(|fact| of(fact).clone()).collect::<Vec<_>>();
    let urls: Vec<Option<String>> = facts.iter().map(|fact| fact.url.clone()).collect();
    let times: Vec<DateTime<Utc>> = facts.iter().map(|fact| fact.as_of).collect();
    let data: Vec<Json<Value>> = facts.iter().map(|fact| Json(fact.data.clone())).collect();
    sqlx::query!(
        "INSERT INTO contact_facts (tenant_id, contact_id, connection_id, place, name, title, text, url, as_of, data)
         SELECT $1, $2, $3, f.place::smallint, f.name, f.title, f.text, f.url, f.as_of, f.data
           FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::jsonb[]) WITH ORDINALITY
             AS f (name, title, text, url, as_of, data, place)",
        tenant.0,
        contact.0,
        connection.0,
        &column(|fact| &fact.name),
        &column(|fact| &fact.title),
        &column(|fact| &fact.text),
        &urls as &[Option<String>],
        &times,
        &data as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO contact_enrichments (tenant_id, contact_id, connection_id, fetched_at, tried_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, contact_id, connection_id) DO UPDATE
            SET fetched_at = excluded.fetched_at, tried_at = excluded.tried_at, problem = NULL",
        tenant.0,
        contact.0,
        connection.0,
        fetched_at,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that there was no answer. What was known stays.
pub async fn fail(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    connection: ConnectionId,
    problem: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE contact_enrichments SET tried_at = $5, problem = $4
          WHERE tenant_id = $1 AND contact_id = $2 AND connection_id = $3",
        tenant.0,
        contact.0,
        connection.0,
        problem,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Everything that is known about a contact: connection by connection, the most telling first.
pub async fn of_contact(conn: &mut PgConnection, contact: ContactId) -> Result<Vec<Fact>> {
    let rows = sqlx::query!(
        "SELECT connection_id, name, title, text, url, as_of, data FROM contact_facts
          WHERE tenant_id = current_tenant() AND contact_id = $1 ORDER BY connection_id, place",
        contact.0
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| Fact {
            connection_id: row.connection_id.into(),
            name: row.name,
            title: row.title,
            text: row.text,
            url: row.url,
            as_of: row.as_of,
            data: row.data,
        })
        .collect())
}

/// The connections of the tenant that may know something about a contact, or have told something.
pub async fn sources(conn: &mut PgConnection, contact: ContactId) -> Result<Vec<Source>> {
    let rows = sqlx::query!(
        r#"SELECT c.id, c.plugin_id, c.name, e.asked_at AS "asked_at?", e.fetched_at AS "fetched_at?",
                  e.tried_at AS "tried_at?", e.problem AS "problem?"
             FROM connections c
             JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
             LEFT JOIN contact_enrichments e
               ON e.tenant_id = c.tenant_id AND e.connection_id = c.id AND e.contact_id = $1
            WHERE c.tenant_id = current_tenant() AND c.deleted_at IS NULL
              AND ((v.interfaces ? 'enrich' AND c.status <> 'disabled') OR e.fetched_at IS NOT NULL)
            ORDER BY c.id"#,
        contact.0
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| Source {
            connection_id: row.id.into(),
            plugin_id: row.plugin_id,
            name: row.name,
            asked_at: row.asked_at,
            fetched_at: row.fetched_at,
            tried_at: row.tried_at,
            problem: row.problem,
        })
        .collect())
}

/// A contact as plugins are asked about it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called.
    pub name: Option<String>,
    /// Its number.
    pub phone: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Every address by which a channel knows it, the oldest first.
    pub addresses: Vec<Address>,
}

/// A contact as plugins are asked about it. `None`: there is no such contact.
pub async fn subject(conn: &mut PgConnection, tenant: TenantId, contact: ContactId) -> Result<Option<Subject>> {
    let row = sqlx::query!(
        r#"SELECT c.name, c.phone, c.email,
                  ARRAY(SELECT jsonb_build_object('kind', i.kind, 'value', i.value) FROM identities i
                         WHERE i.tenant_id = $1 AND i.contact_id = c.id ORDER BY i.id) AS "addresses!: Vec<Json<Address>>"
             FROM contacts c WHERE c.tenant_id = $1 AND c.id = $2"#,
        tenant.0,
        contact.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Subject {
        name: row.name,
        phone: row.phone,
        email: row.email,
        addresses: row.addresses.into_iter().map(|Json(address)| address).collect(),
    }))
}
