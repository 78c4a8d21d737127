//! Contacts as people find, read and edit them.

use crate::{Result, conversations::list::containing, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{ContactId, UserId};
use serde_json::Value;
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
    /// What the tenant notes about them, as an object.
    pub custom_attributes: Value,
    /// Since when they do not want to be written to.
    pub opted_out_at: Option<DateTime<Utc>>,
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
    /// The plugin that speaks for it.
    pub channel: String,
    /// Such as `bsuid` or `phone`.
    pub kind: String,
    /// Its value.
    pub value: String,
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
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Only who has a conversation that is this person's, or nobody's.
    pub visible_to: Option<UserId>,
    /// Part of a name or number, whatever the case, or a whole address.
    pub search: Option<&'a str>,
}

/// A page of at most `limit` contacts behind `after`, the newest first.
pub async fn page(
    conn: &mut PgConnection,
    filter: Filter<'_>,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Contact>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT id, name, phone, email, custom_attributes, opted_out_at, version, created_at, updated_at
           FROM contacts c WHERE true",
    );
    if let Some(text) = filter.search {
        query.push(" AND c.id IN (SELECT search_contacts(").push_bind(containing(text)).push(", ");
        query.push_bind(text.to_owned()).push("))");
    }
    if let Some(user) = filter.visible_to {
        query.push(" AND EXISTS (SELECT FROM conversations v WHERE v.tenant_id = c.tenant_id AND v.contact_id = c.id");
        query.push(" AND (v.assignee_id IS NULL OR v.assignee_id = ").push_bind(user.0).push("))");
    }
    if let Some(after) = after {
        query.push(" AND (c.created_at, c.id) < (").push_bind(after.created_at).push(", ").push_bind(after.id.0);
        query.push(")");
    }
    query.push(" ORDER BY c.created_at DESC, c.id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    custom_attributes: Value,
    opted_out_at: Option<DateTime<Utc>>,
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
            custom_attributes: row.custom_attributes,
            opted_out_at: row.opted_out_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One contact.
pub async fn one(conn: &mut PgConnection, id: ContactId) -> Result<Option<Contact>> {
    Ok(sqlx::query_as!(
        Contact,
        "SELECT id, name, phone, email, custom_attributes, opted_out_at, version, created_at, updated_at FROM contacts
          WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// The addresses of a contact, in the order in which they became known.
pub async fn identities(conn: &mut PgConnection, id: ContactId) -> Result<Vec<Identity>> {
    Ok(sqlx::query_as!(Identity, "SELECT channel, kind, value FROM identities WHERE contact_id = $1 ORDER BY id", id.0)
        .fetch_all(conn)
        .await?)
}

/// Whether `visible_to` may see a contact: it has a conversation that is theirs or nobody's.
pub async fn is_visible(conn: &mut PgConnection, id: ContactId, visible_to: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversations
                           WHERE contact_id = $1 AND (assignee_id IS NULL OR assignee_id = $2)) AS "visible!""#,
        id.0,
        visible_to.0
    )
    .fetch_one(conn)
    .await?)
}

/// Writes name and attributes, if the row still has the version that was read; `None` if not. What conversations are
/// found by follows the name.
pub async fn update(
    conn: &mut PgConnection,
    contact: &Contact,
    previous_name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<Contact>> {
    let updated = sqlx::query_as!(
        Contact,
        "UPDATE contacts
            SET name = $2, custom_attributes = $3, version = version + 1, updated_at = $4,
                name_edited_at = CASE WHEN name IS DISTINCT FROM $2 THEN $4 ELSE name_edited_at END
          WHERE id = $1 AND version = $5
         RETURNING id, name, phone, email, custom_attributes, opted_out_at, version, created_at, updated_at",
        contact.id.0,
        contact.name,
        contact.custom_attributes,
        now,
        contact.version
    )
    .fetch_optional(&mut *conn)
    .await?;
    if updated.is_some() && contact.name.as_deref() != previous_name {
        rename_in_search(conn, contact.id.0, previous_name, contact.name.as_deref()).await?;
    }
    Ok(updated)
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
