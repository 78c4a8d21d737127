//! Contacts as people find and read them.

use crate::{
    Result,
    conversations::sight::within,
    database::plan_for_filters,
    search::{
        self, Found,
        names::{Search, patterns_with_numbers},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    CompanyId, ContactId, IdentityId, UserId,
    sight::{Reach, Sight},
};
use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Which.
    pub id: ContactId,
    /// What they are called.
    pub name: Option<String>,
    /// Their number, in E.164 form.
    pub phone: Option<String>,
    /// Their e-mail address, in lower case.
    pub email: Option<String>,
    /// Where there is a picture of them.
    pub avatar_url: Option<String>,
    /// The brand they met first.
    pub brand: Option<String>,
    /// Whom they work for.
    pub company_id: Option<CompanyId>,
    /// What that company is called.
    pub company_name: Option<String>,
    /// What the tenant notes about them, as an object.
    pub custom_attributes: Value,
    /// Since when they do not want to be written to.
    pub opted_out_at: Option<DateTime<Utc>>,
    /// Since when their messages are left out.
    pub blocked_at: Option<DateTime<Utc>>,
    /// Who said so.
    pub blocked_by: Option<UserId>,
    /// The contact that their addresses and conversations went to.
    pub merged_into: Option<ContactId>,
    /// When they last wrote. Asked of their conversations, so that a message need not write the contact.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Counts the changes.
    pub version: i64,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// An address of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Which.
    pub id: IdentityId,
    /// The plugin that speaks for it.
    pub channel: String,
    /// Such as `bsuid` or `phone`.
    pub kind: String,
    /// Its value.
    pub value: String,
    /// When the contact had first proven that it is theirs; `None`: somebody says so.
    pub verified_at: Option<DateTime<Utc>>,
    /// The contact that it was of before a merge.
    pub merged_from: Option<ContactId>,
}

/// The last row of a page, from which the next one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: ContactId,
}

/// What a list is narrowed to; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this brand, or with `Some(None)` those of none.
    pub brand: Option<Option<String>>,
    /// Only the people of this company, or with `Some(None)` of none.
    pub company: Option<Option<CompanyId>>,
    /// Only who is, or is not, blocked.
    pub blocked: Option<bool>,
    /// Only who has, or has not, an e-mail address.
    pub has_email: Option<bool>,
    /// Only who has, or has not, a number.
    pub has_phone: Option<bool>,
    /// Only who has these fields of the tenant's own making, as an object.
    pub attributes: Option<Value>,
    /// Words or parts of them in name, e-mail address or number, whatever the case and the accents, or a whole address on
    /// a channel.
    pub search: Option<String>,
}

const COLUMNS: &str = "c.id, c.name, c.phone, c.email, c.avatar_url, c.brand, c.company_id, k.name AS company_name,
       c.custom_attributes, c.opted_out_at, c.blocked_at, c.blocked_by, c.merged_into,
       (SELECT max(v.last_inbound_at) FROM conversations v
         WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id) AS last_activity_at,
       c.version, c.created_at, c.updated_at";
const COMPANY: &str = " LEFT JOIN companies k ON k.tenant_id = c.tenant_id AND k.id = c.company_id";

/// A page of at most `limit` contacts behind `after`, the newest first. Who was merged into another is left out.
pub async fn page(
    conn: &mut PgConnection,
    sight: &Sight,
    filter: &Filter,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Contact>> {
    plan_for_filters(conn).await?;
    // The rows of the page are found first: what hangs on them is looked up for these alone.
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT c.* FROM contacts c WHERE c.tenant_id = current_tenant()");
    query.push(" AND c.merged_into IS NULL");
    narrow(&mut query, filter);
    narrow_to_found(conn, &mut query, filter).await?;
    seen(&mut query, sight);
    if let Some(after) = after {
        query.push(" AND (c.created_at, c.id) < (").push_bind(after.created_at).push(", ").push_bind(after.id.0);
        query.push(")");
    }
    query.push(" ORDER BY c.created_at DESC, c.id DESC LIMIT ").push_bind(limit).push(") c").push(COMPANY);
    query.push(" ORDER BY c.created_at DESC, c.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    match &filter.brand {
        Some(Some(brand)) => drop(query.push(" AND c.brand = ").push_bind(brand.clone())),
        Some(None) => drop(query.push(" AND c.brand IS NULL")),
        None => {}
    }
    match filter.company {
        Some(Some(company)) => drop(query.push(" AND c.company_id = ").push_bind(company.0)),
        Some(None) => drop(query.push(" AND c.company_id IS NULL")),
        None => {}
    }
    for (column, wanted) in
        [("c.blocked_at", filter.blocked), ("c.email", filter.has_email), ("c.phone", filter.has_phone)]
    {
        if let Some(wanted) = wanted {
            query.push(" AND ").push(column).push(if wanted { " IS NOT NULL" } else { " IS NULL" });
        }
    }
}

/// Leaves what has to be looked for in indexes before a list is made.
async fn narrow_to_found(conn: &mut PgConnection, query: &mut QueryBuilder<Postgres>, filter: &Filter) -> Result<()> {
    if let Some(typed) = &filter.search {
        let patterns = patterns_with_numbers(typed);
        let ids = sqlx::query_scalar!(
            r#"SELECT find_contacts($1, $2, $3) AS "id!""#,
            &patterns,
            typed.trim(),
            search::at_most()
        );
        let found = Found::of(ids.fetch_all(&mut *conn).await?);
        Search { patterns, found }.narrow(query, "c.id", "contact_search_form(c.name, c.email, c.phone)");
    }
    if let Some(wanted) = filter.attributes.as_ref().filter(|wanted| **wanted != json!({})) {
        let ids = sqlx::query_scalar!(r#"SELECT contacts_with_attributes($1, $2) AS "id!""#, wanted, search::at_most());
        Found::of(ids.fetch_all(conn).await?).narrow_to_attributes(query, "c", wanted);
    }
    Ok(())
}

/// Leaves whom a person sees, of contacts `c`: those whose conversations they see, and those whom nobody talks with.
pub(super) fn seen(query: &mut QueryBuilder<Postgres>, sight: &Sight) {
    if sight.reach == Reach::Everything {
        return;
    }
    query
        .push(" AND (NOT EXISTS (SELECT FROM conversations v WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id)");
    query.push(" OR EXISTS (SELECT FROM conversations v WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id");
    within(query, sight);
    query.push("))");
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    avatar_url: Option<String>,
    brand: Option<String>,
    company_id: Option<Uuid>,
    company_name: Option<String>,
    custom_attributes: Value,
    opted_out_at: Option<DateTime<Utc>>,
    blocked_at: Option<DateTime<Utc>>,
    blocked_by: Option<Uuid>,
    merged_into: Option<Uuid>,
    last_activity_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            name: row.name,
            phone: row.phone,
            email: row.email,
            avatar_url: row.avatar_url,
            brand: row.brand,
            company_id: row.company_id.map(Into::into),
            company_name: row.company_name,
            custom_attributes: row.custom_attributes,
            opted_out_at: row.opted_out_at,
            blocked_at: row.blocked_at,
            blocked_by: row.blocked_by.map(Into::into),
            merged_into: row.merged_into.map(Into::into),
            last_activity_at: row.last_activity_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One contact.
pub async fn one(conn: &mut PgConnection, id: ContactId) -> Result<Option<Contact>> {
    find(conn, id, None).await
}

/// One contact, if the person sees them.
pub async fn visible(conn: &mut PgConnection, id: ContactId, sight: &Sight) -> Result<Option<Contact>> {
    find(conn, id, Some(sight)).await
}

async fn find(conn: &mut PgConnection, id: ContactId, sight: Option<&Sight>) -> Result<Option<Contact>> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT ");
    query.push(COLUMNS).push(" FROM contacts c").push(COMPANY);
    query.push(" WHERE c.tenant_id = current_tenant() AND c.id = ").push_bind(id.0);
    if let Some(sight) = sight {
        seen(&mut query, sight);
    }
    let row: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    Ok(row.map(Contact::from))
}

/// The addresses of a contact, in the order in which they became known.
pub async fn identities(conn: &mut PgConnection, id: ContactId) -> Result<Vec<Identity>> {
    let rows = sqlx::query!(
        "SELECT id, channel, kind, value, verified_at, merged_from FROM identities
          WHERE tenant_id = current_tenant() AND contact_id = $1 ORDER BY id",
        id.0
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|row| Identity {
            id: row.id.into(),
            channel: row.channel,
            kind: row.kind,
            value: row.value,
            verified_at: row.verified_at,
            merged_from: row.merged_from.map(Into::into),
        })
        .collect())
}
