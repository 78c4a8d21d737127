//! Companies: whom contacts work for.

use crate::{Result, database::plan_for_filters, search::names::patterns};
use chrono::{DateTime, Utc};
use domain::{CompanyId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A company.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// Which.
    pub id: CompanyId,
    /// What it is called.
    pub name: String,
    /// The domains of its people's e-mail addresses, in alphabetical order.
    pub domains: Vec<String>,
    /// What the tenant notes about it, as an object.
    pub custom_attributes: Value,
    /// How many contacts it has.
    pub contact_count: i64,
    /// Counts the changes.
    pub version: i64,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// The last row of a page, from which the next one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: CompanyId,
}

const COLUMNS: &str = "k.id, k.name,
       ARRAY(SELECT d.domain FROM company_domains d WHERE d.tenant_id = k.tenant_id AND d.company_id = k.id
              ORDER BY d.domain) AS domains,
       k.custom_attributes,
       (SELECT count(*) FROM contacts c
         WHERE c.tenant_id = k.tenant_id AND c.company_id = k.id AND c.merged_into IS NULL) AS contact_count,
       k.version, k.created_at, k.updated_at";

/// A page of at most `limit` companies behind `after`, the newest first. `search` is words or parts of them in a
/// name, whatever the case and the accents, or a whole domain.
pub async fn page(
    conn: &mut PgConnection,
    search: Option<&str>,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Company>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT k.* FROM companies k WHERE k.tenant_id = current_tenant()");
    if let Some(text) = search {
        query.push(" AND (search_form(' ' || k.name) LIKE ALL (ARRAY(SELECT search_form(p) FROM unnest(");
        query
            .push_bind(patterns(text))
            .push("::text[]) p)) OR EXISTS (SELECT FROM company_domains d WHERE d.tenant_id = k.tenant_id");
        query.push(" AND d.company_id = k.id AND d.domain = ").push_bind(text.trim().to_lowercase()).push("))");
    }
    if let Some(after) = after {
        query.push(" AND (k.created_at, k.id) < (").push_bind(after.created_at).push(", ").push_bind(after.id.0);
        query.push(")");
    }
    query.push(" ORDER BY k.created_at DESC, k.id DESC LIMIT ").push_bind(limit);
    query.push(") k ORDER BY k.created_at DESC, k.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Company::from).collect())
}

/// One company.
pub async fn one(conn: &mut PgConnection, id: CompanyId) -> Result<Option<Company>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM companies k WHERE k.tenant_id = current_tenant() AND k.id = ").push_bind(id.0);
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    Ok(row.map(Company::from))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    domains: Vec<String>,
    custom_attributes: Value,
    contact_count: i64,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Company {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            domains: row.domains,
            custom_attributes: row.custom_attributes,
            contact_count: row.contact_count,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Whether there is such a company.
pub async fn exists(conn: &mut PgConnection, id: CompanyId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM companies WHERE tenant_id = current_tenant() AND id = $1) AS "found!""#,
        id.0
    );
    Ok(found.fetch_one(conn).await?)
}

/// Which company has a domain.
pub async fn of_domains(conn: &mut PgConnection, domains: &[String]) -> Result<Vec<(String, CompanyId)>> {
    let rows = sqlx::query!(
        "SELECT domain, company_id FROM company_domains WHERE tenant_id = current_tenant() AND domain = ANY ($1)",
        domains
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.domain, row.company_id.into())).collect())
}

/// Enters a company, without domains.
pub async fn create(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CompanyId,
    name: &str,
    custom_attributes: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO companies (tenant_id, id, name, custom_attributes, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5)",
        tenant.0,
        id.0,
        name,
        custom_attributes,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes name and attributes, if the row still has the version that was read; `false` if not.
pub async fn update(conn: &mut PgConnection, company: &Company, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE companies SET name = $2, custom_attributes = $3, version = version + 1, updated_at = $4
          WHERE tenant_id = current_tenant() AND id = $1 AND version = $5",
        company.id.0,
        company.name,
        company.custom_attributes,
        now,
        company.version
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a company these domains and no others, and the contacts who have an address there and are of no company. Says
/// how many those are. A domain that another company has violates its key.
pub async fn set_domains(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CompanyId,
    domains: &[String],
    now: DateTime<Utc>,
) -> Result<i64> {
    sqlx::query!(
        "DELETE FROM company_domains WHERE tenant_id = $1 AND company_id = $2 AND domain <> ALL ($3)",
        tenant.0,
        id.0,
        domains
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO company_domains (tenant_id, company_id, domain)
         SELECT $1, $2, d FROM unnest($3::text[]) AS d
          WHERE NOT EXISTS (SELECT FROM company_domains o WHERE o.tenant_id = $1 AND o.company_id = $2 AND o.domain = d)",
        tenant.0,
        id.0,
        domains
    )
    .execute(&mut *conn)
    .await?;
    let linked = sqlx::query_scalar!(r#"SELECT link_company($1, $2) AS "linked!""#, id.0, now);
    Ok(linked.fetch_one(conn).await?)
}

/// Gives a company those of these domains that no other has, and the contacts who have an address there and are of no
/// company. Says whether it has all of them now.
pub async fn add_domains(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CompanyId,
    domains: &[String],
    now: DateTime<Utc>,
) -> Result<bool> {
    sqlx::query!(
        "INSERT INTO company_domains (tenant_id, company_id, domain) SELECT $1, $2, d FROM unnest($3::text[]) AS d
         ON CONFLICT DO NOTHING",
        tenant.0,
        id.0,
        domains
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar!(r#"SELECT link_company($1, $2) AS "linked!""#, id.0, now).fetch_one(&mut *conn).await?;
    Ok(of_domains(conn, domains).await?.iter().all(|(_, holder)| *holder == id))
}

/// Deletes a company. Its contacts are of none then.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, id: CompanyId, now: DateTime<Utc>) -> Result<bool> {
    sqlx::query!(
        "UPDATE contacts SET company_id = NULL, version = version + 1, updated_at = $3
          WHERE tenant_id = $1 AND company_id = $2",
        tenant.0,
        id.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!("DELETE FROM companies WHERE tenant_id = $1 AND id = $2", tenant.0, id.0);
    Ok(done.execute(conn).await?.rows_affected() > 0)
}
