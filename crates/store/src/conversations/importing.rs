//! Conversations that began in another system.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{TenantId, message::Direction};
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A conversation with a customer as the other system left it. Its messages follow.
#[derive(Clone, Debug, Serialize)]
pub struct Begun {
    /// Which.
    pub id: Uuid,
    /// With whom.
    pub contact_id: Uuid,
    /// Over which account.
    pub connection_id: Uuid,
    /// The provider's thread.
    pub thread: Option<String>,
    /// Where it stands.
    pub status: &'static str,
    /// How urgent it is.
    pub priority: &'static str,
    /// The brand; without it the account's.
    pub brand: Option<String>,
    /// Whose it is; without it the account's team.
    pub team_id: Option<Uuid>,
    /// Who has it.
    pub assignee_id: Option<Uuid>,
    /// Since when it waits for somebody.
    pub queued_at: Option<DateTime<Utc>>,
    /// Until when it is put aside.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// When it was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Why it was closed.
    pub close_reason: Option<String>,
    /// The subject.
    pub title: Option<String>,
    /// What it is about.
    pub category: Option<String>,
    /// What the customer thought of it.
    pub csat_rating: Option<i16>,
    /// Fields of the tenant's own making, as an object.
    pub custom_attributes: Value,
    /// Whatever else is kept, as an object.
    pub metadata: Value,
    /// What it is found by.
    pub search_text: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When something last happened in it.
    pub updated_at: DateTime<Utc>,
    /// The id of its assignment, if somebody has it.
    pub assignment_id: Uuid,
}

/// Stores conversations with their tags and with who has them. Each has one event, which is for the caller to append.
/// A second one that is not closed with the same contact, account and thread violates `conversations_current`.
pub async fn insert(conn: &mut PgConnection, tenant: TenantId, begun: &[Begun], by: &Value) -> Result<()> {
    sqlx::query!(
        "INSERT INTO conversations (tenant_id, id, type, contact_id, connection_id, channel, thread, identity_id, status,
                                    priority, brand, team_id, assignee_id, queued_at, snoozed_until, resolved_at,
                                    close_reason, title, category, csat_rating, custom_attributes, metadata, search_text,
                                    event_seq, created_at, updated_at)
         SELECT $1, n.id, 'support', n.contact_id, n.connection_id, c.plugin_id, n.thread, i.id, n.status,
                n.priority, coalesce(n.brand, c.brand), coalesce(n.team_id, c.team_id), n.assignee_id, n.queued_at,
                n.snoozed_until, n.resolved_at, n.close_reason, n.title, n.category, n.csat_rating, n.custom_attributes,
                n.metadata, n.search_text, 1, n.created_at, n.updated_at
           FROM jsonb_to_recordset($2) AS n (
                    id uuid, contact_id uuid, connection_id uuid, thread text, status text, priority text, brand text,
                    team_id uuid, assignee_id uuid, queued_at timestamptz, snoozed_until timestamptz,
                    resolved_at timestamptz, close_reason text, title text, category text, csat_rating smallint,
                    custom_attributes jsonb, metadata jsonb, search_text text, created_at timestamptz,
                    updated_at timestamptz)
           JOIN connections c ON c.tenant_id = $1 AND c.id = n.connection_id
           -- The address that they are most surely reached under.
           LEFT JOIN LATERAL (SELECT id FROM identities
                               WHERE tenant_id = $1 AND contact_id = n.contact_id AND channel = c.plugin_id
                               ORDER BY verified_at NULLS LAST, id LIMIT 1) i ON true",
        tenant.0,
        Json(begun) as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO conversation_tags (tenant_id, conversation_id, tag, created_at)
         SELECT $1, n.id, t.tag, n.created_at
           FROM jsonb_to_recordset($2) AS n (id uuid, tags text[], created_at timestamptz)
          CROSS JOIN LATERAL unnest(n.tags) AS t (tag)
         ON CONFLICT DO NOTHING",
        tenant.0,
        Json(begun) as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "WITH given AS (
             SELECT v.id, v.team_id, v.assignee_id, n.assignment_id, n.created_at
               FROM jsonb_to_recordset($2) AS n (id uuid, assignment_id uuid, created_at timestamptz)
               JOIN conversations v ON v.tenant_id = $1 AND v.id = n.id
              WHERE v.assignee_id IS NOT NULL
         ), assigned AS (
             INSERT INTO conversation_assignments (tenant_id, conversation_id, id, team_id, user_id, assigned_by, method,
                                                   assigned_at)
             SELECT $1, id, assignment_id, team_id, assignee_id, $3, 'manual', created_at FROM given
         )
         INSERT INTO conversation_participants (tenant_id, conversation_id, user_id, role, as_assignee, joined_at)
         SELECT $1, id, assignee_id, 'member', true, created_at FROM given",
        tenant.0,
        Json(begun) as _,
        by
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A place where a contact can have one conversation that is not closed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The account.
    pub connection_id: Uuid,
    /// The contact.
    pub contact_id: Uuid,
    /// The provider's thread.
    pub thread: Option<String>,
}

/// Which of these places are taken.
pub async fn taken(conn: &mut PgConnection, tenant: TenantId, places: &[Place]) -> Result<Vec<Place>> {
    let rows = sqlx::query_as!(
        Place,
        r#"SELECT v.connection_id AS "connection_id!", v.contact_id AS "contact_id!", v.thread
             FROM jsonb_to_recordset($2) AS p (connection_id uuid, contact_id uuid, thread text)
             JOIN conversations v ON v.tenant_id = $1 AND v.connection_id = p.connection_id
                                 AND v.contact_id = p.contact_id
                                 AND coalesce(v.thread, '') = coalesce(p.thread, '') AND v.status <> 'closed'"#,
        tenant.0,
        Json(places) as _
    );
    Ok(rows.fetch_all(conn).await?)
}

/// A conversation, locked, to which messages are added.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub id: Uuid,
    /// The contact's name.
    pub contact_name: Option<String>,
    /// The subject.
    pub title: Option<String>,
    /// When its latest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
}

/// Which conversations these are now: themselves, or those that they have gone into. Those that were deleted are left
/// out.
pub async fn current(conn: &mut PgConnection, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE merged AS (
               SELECT v.id AS asked, v.id, v.merged_into FROM conversations v WHERE v.tenant_id = $1 AND v.id = ANY ($2)
               UNION ALL
               SELECT m.asked, v.id, v.merged_into
                 FROM merged m JOIN conversations v ON v.tenant_id = $1 AND v.id = m.merged_into
           )
           SELECT asked AS "asked!", id AS "id!" FROM merged WHERE merged_into IS NULL"#,
        tenant.0,
        ids
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.asked, row.id)).collect())
}

/// Locks conversations until the transaction ends, in the order of their ids as everywhere.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Standing>> {
    let rows = sqlx::query_as!(
        Standing,
        r#"SELECT v.id,
                  (SELECT c.name FROM contacts c WHERE c.tenant_id = $1 AND c.id = v.contact_id) AS contact_name,
                  v.title, v.last_message_at
             FROM conversations v WHERE v.tenant_id = $1 AND v.id = ANY ($2) ORDER BY v.id FOR UPDATE OF v"#,
        tenant.0,
        ids
    );
    Ok(rows.fetch_all(conn).await?)
}

/// What messages that were added to a conversation make of it. What is `None` stays.
#[derive(Clone, Debug, Serialize)]
pub struct Added {
    /// Which conversation.
    pub id: Uuid,
    /// How many messages.
    pub messages: i32,
    /// How many of them to the contact.
    pub outbound: i32,
    /// When the latest of all was written, where that is one of these.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Its beginning.
    pub last_message_preview: Option<String>,
    /// Which way it went.
    pub last_direction: Option<Direction>,
    /// What the conversation is found by since then.
    pub search_text: Option<String>,
    /// When the contact last wrote one of these.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// When somebody first answered with one of these.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the last of these was written.
    pub updated_at: DateTime<Utc>,
}

/// Counts messages that were added to conversations which the caller has locked. They are read: by whoever takes part,
/// and in the conversation's own counter.
pub async fn count(conn: &mut PgConnection, tenant: TenantId, added: &[Added]) -> Result<()> {
    sqlx::query!(
        "UPDATE conversations v
            SET message_count = v.message_count + n.messages, outbound_count = v.outbound_count + n.outbound,
                last_message_at = coalesce(n.last_message_at, v.last_message_at),
                last_message_preview = coalesce(n.last_message_preview, v.last_message_preview),
                last_direction = coalesce(n.last_direction, v.last_direction),
                search_text = coalesce(n.search_text, v.search_text),
                last_inbound_at = greatest(v.last_inbound_at, n.last_inbound_at),
                first_response_at = least(v.first_response_at, n.first_response_at),
                updated_at = greatest(v.updated_at, n.updated_at), version = v.version + 1
           FROM jsonb_to_recordset($2) AS n (
                    id uuid, messages integer, outbound integer, last_message_at timestamptz, last_message_preview text,
                    last_direction text, search_text text, last_inbound_at timestamptz, first_response_at timestamptz,
                    updated_at timestamptz)
          WHERE v.tenant_id = $1 AND v.id = n.id",
        tenant.0,
        Json(added) as _
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE conversation_participants p SET seen_count = p.seen_count + n.messages
           FROM jsonb_to_recordset($2) AS n (id uuid, messages integer)
          WHERE p.tenant_id = $1 AND p.conversation_id = n.id",
        tenant.0,
        Json(added) as _
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a conversation that the caller has locked these tags and no others.
pub async fn set_tags(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
    tags: &[String],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM conversation_tags WHERE tenant_id = $1 AND conversation_id = $2 AND tag <> ALL ($3)",
        tenant.0,
        id,
        tags
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO conversation_tags (tenant_id, conversation_id, tag, created_at)
         SELECT $1, $2, t, $4 FROM unnest($3::text[]) AS t ON CONFLICT DO NOTHING",
        tenant.0,
        id,
        tags,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The provider's thread of a conversation.
pub async fn thread(conn: &mut PgConnection, tenant: TenantId, id: Uuid) -> Result<Option<String>> {
    let thread = sqlx::query_scalar!("SELECT thread FROM conversations WHERE tenant_id = $1 AND id = $2", tenant.0, id);
    thread.fetch_one(conn).await.map_err(Error::from)
}
