//! The messages of a conversation, a page at a time, the latest page first.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, MessageId, UserId,
    message::{DeliveryStatus, Direction, SenderKind},
};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// A message as a conversation shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub id: MessageId,
    /// Over which account it came or goes; none for what stays in the house.
    pub connection_id: Option<ConnectionId>,
    /// Which way.
    pub direction: Direction,
    /// Who wrote it.
    pub sender_kind: SenderKind,
    /// The user or rule that wrote it.
    pub sender_id: Option<Uuid>,
    /// What it says.
    pub content: Value,
    /// Its beginning.
    pub preview: String,
    /// The provider's id, once known.
    pub external_id: Option<String>,
    /// The message it answers, if that is known here.
    pub reply_to: Option<MessageId>,
    /// How far it is.
    pub status: DeliveryStatus,
    /// Why it failed.
    pub error: Option<Value>,
    /// When it was written.
    pub occurred_at: DateTime<Utc>,
    /// The delivery that brought it.
    pub delivery_id: Option<Uuid>,
    /// Whatever else the channel told.
    pub metadata: Value,
    /// When its author changed it.
    pub edited_at: Option<DateTime<Utc>>,
    /// When its author took it back.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The message that it is said under.
    pub thread_id: Option<MessageId>,
    /// How many are said under it.
    pub reply_count: i32,
    /// Who is spoken to.
    pub mentions: Vec<UserId>,
    /// Since when it is pinned.
    pub pinned_at: Option<DateTime<Utc>>,
    /// What people and contacts show on it.
    pub reactions: Vec<Reaction>,
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// Whose.
    pub by: ReactionBy,
    /// What they show.
    pub emoji: String,
}

/// Who shows a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReactionBy {
    /// A contact.
    Contact(ContactId),
    /// A person of the tenant, to the others.
    User(UserId),
}

struct Row {
    id: Uuid,
    connection_id: Option<Uuid>,
    direction: String,
    sender_kind: String,
    sender_id: Option<Uuid>,
    content: Value,
    preview: String,
    external_id: Option<String>,
    reply_to: Option<Uuid>,
    status: String,
    error: Option<Value>,
    occurred_at: DateTime<Utc>,
    delivery_id: Option<Uuid>,
    metadata: Value,
    edited_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    thread_id: Option<Uuid>,
    reply_count: i32,
    mentions: Vec<Uuid>,
    pinned_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Shown {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            connection_id: row.connection_id.map(Into::into),
            direction: row.direction.parse().map_err(|error| Error::corrupt("messages.direction", error))?,
            sender_kind: row.sender_kind.parse().map_err(|error| Error::corrupt("messages.sender_kind", error))?,
            sender_id: row.sender_id,
            content: row.content,
            preview: row.preview,
            external_id: row.external_id,
            reply_to: row.reply_to.map(MessageId),
            status: row.status.parse().map_err(|error| Error::corrupt("messages.status", error))?,
            error: row.error,
            occurred_at: row.occurred_at,
            delivery_id: row.delivery_id,
            metadata: row.metadata,
            edited_at: row.edited_at,
            deleted_at: row.deleted_at,
            thread_id: row.thread_id.map(MessageId),
            reply_count: row.reply_count,
            mentions: row.mentions.into_iter().map(UserId).collect(),
            pinned_at: row.pinned_at,
            reactions: Vec::new(),
        })
    }
}

/// At most `limit` messages before `before` (or the latest), in the order in which they are read.
///
/// Messages are ordered by provider time, then delivery, then position in its body. Those without a delivery are
/// ours, and come last among messages of the same time; so does the greatest of all ids that stands in for it here.
pub async fn page(
    conn: &mut PgConnection,
    conversation: ConversationId,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.connection_id, m.direction, m.sender_kind, m.sender_id, m.content, m.preview, m.external_id,
                  (SELECT r.id FROM messages r
                    WHERE r.tenant_id = m.tenant_id AND r.connection_id = m.connection_id
                      AND r.external_id = m.reply_to) AS reply_to,
                  m.status, m.error, m.occurred_at, m.delivery_id, m.metadata, m.edited_at, m.deleted_at,
                  m.thread_id, m.reply_count, m.mentions, m.pinned_at
             FROM messages m
            WHERE m.conversation_id = $1
              AND ($2::uuid IS NULL
                   OR (m.occurred_at, coalesce(m.delivery_id, $4), m.position, m.id)
                    < (SELECT b.occurred_at, coalesce(b.delivery_id, $4), b.position, b.id
                         FROM messages b WHERE b.conversation_id = $1 AND b.id = $2))
              -- Where the index begins.
              AND m.occurred_at <= CASE WHEN $2::uuid IS NULL THEN 'infinity'
                                        ELSE (SELECT b.occurred_at FROM messages b
                                               WHERE b.conversation_id = $1 AND b.id = $2) END
            ORDER BY m.occurred_at DESC, m.delivery_id DESC, m.position DESC, m.id DESC
            LIMIT $3"#,
        conversation.0,
        before.map(Uuid::from),
        limit,
        Uuid::max()
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut messages = shown(conn, rows).await?;
    messages.reverse();
    Ok(messages)
}

/// One message of a conversation.
pub async fn one(conn: &mut PgConnection, conversation: ConversationId, id: MessageId) -> Result<Option<Shown>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.connection_id, m.direction, m.sender_kind, m.sender_id, m.content, m.preview, m.external_id,
                  (SELECT r.id FROM messages r
                    WHERE r.tenant_id = m.tenant_id AND r.connection_id = m.connection_id
                      AND r.external_id = m.reply_to) AS reply_to,
                  m.status, m.error, m.occurred_at, m.delivery_id, m.metadata, m.edited_at, m.deleted_at,
                  m.thread_id, m.reply_count, m.mentions, m.pinned_at
             FROM messages m WHERE m.conversation_id = $1 AND m.id = $2"#,
        conversation.0,
        id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut message = Shown::try_from(row)?;
    add_reactions(conn, std::slice::from_mut(&mut message)).await?;
    Ok(Some(message))
}

/// These messages, of whatever conversations, as far as they exist.
pub async fn many(conn: &mut PgConnection, ids: &[MessageId]) -> Result<Vec<Shown>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.connection_id, m.direction, m.sender_kind, m.sender_id, m.content, m.preview, m.external_id,
                  (SELECT r.id FROM messages r
                    WHERE r.tenant_id = m.tenant_id AND r.connection_id = m.connection_id
                      AND r.external_id = m.reply_to) AS reply_to,
                  m.status, m.error, m.occurred_at, m.delivery_id, m.metadata, m.edited_at, m.deleted_at,
                  m.thread_id, m.reply_count, m.mentions, m.pinned_at
             FROM messages m WHERE m.tenant_id = current_tenant() AND m.id = ANY($1)"#,
        &ids
    )
    .fetch_all(&mut *conn)
    .await?;
    shown(conn, rows).await
}

/// The latest message of the contact in a conversation.
pub async fn latest_inbound(conn: &mut PgConnection, conversation: ConversationId) -> Result<Option<MessageId>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM messages WHERE conversation_id = $1 AND direction = 'inbound'
          ORDER BY occurred_at DESC, delivery_id DESC, position DESC, id DESC LIMIT 1",
        conversation.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(MessageId))
}

/// Whether the contact wrote anything after a message of a conversation.
pub async fn is_followed_by_inbound(
    conn: &mut PgConnection,
    conversation: ConversationId,
    message: MessageId,
) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM messages m, messages read
                WHERE read.conversation_id = $1 AND read.id = $2
                  AND m.conversation_id = $1 AND m.direction = 'inbound'
                  AND (m.occurred_at, coalesce(m.delivery_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), m.position, m.id)
                      > (read.occurred_at, coalesce(read.delivery_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
                         read.position, read.id)) AS "followed!""#,
        conversation.0,
        message.0
    )
    .fetch_one(conn)
    .await?)
}

/// When the latest message between tenant and contact was written, its beginning, and which way it went.
pub async fn latest_line(
    conn: &mut PgConnection,
    conversation: ConversationId,
) -> Result<Option<(DateTime<Utc>, String, Direction)>> {
    let row = sqlx::query!(
        "SELECT occurred_at, preview, direction FROM messages WHERE conversation_id = $1 AND direction <> 'internal'
          ORDER BY occurred_at DESC, delivery_id DESC, position DESC, id DESC LIMIT 1",
        conversation.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let direction = row.direction.parse().map_err(|error| Error::corrupt("messages.direction", error))?;
        Ok((row.occurred_at, row.preview, direction))
    })
    .transpose()
}

/// The replies under a message, at most `limit` after `after`, in the order in which they are read.
pub async fn thread(
    conn: &mut PgConnection,
    conversation: ConversationId,
    parent: MessageId,
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.connection_id, m.direction, m.sender_kind, m.sender_id, m.content, m.preview, m.external_id,
                  NULL::uuid AS reply_to,
                  m.status, m.error, m.occurred_at, m.delivery_id, m.metadata, m.edited_at, m.deleted_at,
                  m.thread_id, m.reply_count, m.mentions, m.pinned_at
             FROM messages m
            WHERE m.conversation_id = $1 AND m.thread_id = $2 AND ($3::uuid IS NULL OR m.id > $3)
            ORDER BY m.id LIMIT $4"#,
        conversation.0,
        parent.0,
        after.map(Uuid::from),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    shown(conn, rows).await
}

/// The pinned messages of a conversation, the latest pin first.
pub async fn pinned(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Shown>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT m.id, m.connection_id, m.direction, m.sender_kind, m.sender_id, m.content, m.preview, m.external_id,
                  NULL::uuid AS reply_to,
                  m.status, m.error, m.occurred_at, m.delivery_id, m.metadata, m.edited_at, m.deleted_at,
                  m.thread_id, m.reply_count, m.mentions, m.pinned_at
             FROM messages m
            WHERE m.conversation_id = $1 AND m.pinned_at IS NOT NULL ORDER BY m.pinned_at DESC, m.id"#,
        conversation.0
    )
    .fetch_all(&mut *conn)
    .await?;
    shown(conn, rows).await
}

async fn shown(conn: &mut PgConnection, rows: Vec<Row>) -> Result<Vec<Shown>> {
    let mut messages: Vec<Shown> = rows.into_iter().map(Shown::try_from).collect::<Result<_>>()?;
    add_reactions(conn, &mut messages).await?;
    Ok(messages)
}

/// Adds what contacts show, by the provider's ids, and what people show among themselves.
async fn add_reactions(conn: &mut PgConnection, messages: &mut [Shown]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT m.id, r.contact_id AS "contact_id?", NULL::uuid AS user_id, r.emoji AS "emoji!", r.occurred_at AS "at!"
             FROM messages m
             JOIN reactions r ON r.tenant_id = m.tenant_id AND r.connection_id = m.connection_id
                             AND r.target = m.external_id AND r.emoji IS NOT NULL
            WHERE m.tenant_id = current_tenant() AND m.id = ANY($1)
           UNION ALL
           SELECT r.message_id, NULL, r.user_id, r.emoji, r.created_at FROM message_reactions r
            WHERE r.tenant_id = current_tenant() AND r.message_id = ANY($1)
            ORDER BY 5, 2, 3"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut by_message: HashMap<Uuid, Vec<Reaction>> = HashMap::new();
    for row in rows {
        let by = match (row.contact_id, row.user_id) {
            (Some(contact), _) => ReactionBy::Contact(contact.into()),
            (None, Some(user)) => ReactionBy::User(user.into()),
            (None, None) => continue,
        };
        if let Some(message) = row.id {
            by_message.entry(message).or_default().push(Reaction { by, emoji: row.emoji });
        }
    }
    for message in messages {
        message.reactions = by_message.remove(&message.id.0).unwrap_or_default();
    }
    Ok(())
}
