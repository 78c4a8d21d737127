//! Contacts that may be one person: they share a number or an e-mail address, and not both have proven it.

use super::list::seen;
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ContactId, TenantId, UserId, sight::Sight};
use serde::Deserialize;
use sqlx::{PgConnection, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

/// The most suggestions that are made of one contact.
const MOST: i64 = 20;

/// Another contact who may be the same person.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// Who.
    pub id: ContactId,
    /// What they are called.
    pub name: Option<String>,
    /// Their number.
    pub phone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// What both have.
    pub shared: Vec<Shared>,
}

/// A number or address that two contacts have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Shared {
    /// `phone` or `email`.
    pub kind: String,
    /// The number or address.
    pub value: String,
    /// How many of the two have proven it: 0 to 2.
    pub proven: u8,
}

/// The contacts who may be the same person as this one, of those whom somebody sees, the likeliest first. Those of whom
/// somebody has said that they are not are left out.
pub async fn of(conn: &mut PgConnection, id: ContactId, sight: &Sight) -> Result<Vec<Suggestion>> {
    // A contact has a handle as a field, or as an address on a channel, where it may be proven.
    let mut query = QueryBuilder::<Postgres>::new("WITH mine AS (SELECT kind, value, bool_or(proven) AS proven FROM (");
    query.push("SELECT 'phone' AS kind, phone AS value, false AS proven FROM contacts");
    query.push(" WHERE tenant_id = current_tenant() AND id = ").push_bind(id.0);
    query.push(" UNION ALL SELECT 'email', email, false FROM contacts");
    query.push(" WHERE tenant_id = current_tenant() AND id = ").push_bind(id.0);
    query.push(" UNION ALL SELECT kind, value, verified_at IS NOT NULL FROM identities");
    query.push(" WHERE tenant_id = current_tenant() AND kind IN ('phone', 'email') AND contact_id = ").push_bind(id.0);
    query.push(
        ") handles WHERE value IS NOT NULL GROUP BY kind, value
        ), theirs AS (
            SELECT o.id, m.kind, m.value, m.proven, false AS theirs_proven FROM mine m JOIN contacts o
                ON o.tenant_id = current_tenant() AND o.phone = m.value WHERE m.kind = 'phone'
            UNION ALL
            SELECT o.id, m.kind, m.value, m.proven, false FROM mine m JOIN contacts o
                ON o.tenant_id = current_tenant() AND o.email = m.value WHERE m.kind = 'email'
            UNION ALL
            SELECT i.contact_id, m.kind, m.value, m.proven, i.verified_at IS NOT NULL FROM mine m JOIN identities i
                ON i.tenant_id = current_tenant() AND i.value = m.value AND i.kind = m.kind
        ), shared AS (
            SELECT id, kind, value, bool_or(proven)::int + bool_or(theirs_proven)::int AS proven
              FROM theirs GROUP BY id, kind, value
        ), likely AS (
            SELECT id, max(proven) AS proven,
                   jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'proven', proven)
                             ORDER BY proven DESC, kind, value) AS shared
              FROM shared GROUP BY id
        )
        SELECT c.id, c.name, c.phone, c.email, c.created_at, l.shared FROM likely l
          JOIN contacts c ON c.tenant_id = current_tenant() AND c.id = l.id
         WHERE c.merged_into IS NULL AND c.id <> ",
    );
    query.push_bind(id.0);
    query.push(" AND NOT EXISTS (SELECT FROM contact_distinctions d WHERE d.tenant_id = c.tenant_id");
    query.push(" AND d.first_id = least(c.id, ").push_bind(id.0);
    query.push(") AND d.second_id = greatest(c.id, ").push_bind(id.0).push("))");
    seen(&mut query, sight);
    query.push(" ORDER BY l.proven DESC, jsonb_array_length(l.shared) DESC, c.created_at, c.id LIMIT ").push_bind(MOST);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Suggestion {
            id: row.id.into(),
            name: row.name,
            phone: row.phone,
            email: row.email,
            created_at: row.created_at,
            shared: row.shared.0,
        })
        .collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    created_at: DateTime<Utc>,
    shared: Json<Vec<Shared>>,
}

/// Notes that two contacts are two people. To say so twice does no harm.
pub async fn dismiss(
    conn: &mut PgConnection,
    tenant: TenantId,
    [one, other]: [ContactId; 2],
    by: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO contact_distinctions (tenant_id, first_id, second_id, dismissed_by, dismissed_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        tenant.0,
        one.min(other).0,
        one.max(other).0,
        by.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
