//! Conversations, as they are read under their row lock and written back.
//!
//! Whoever changes a conversation goes through the crate `inbox`, which adds the events and the jobs that follow.

pub mod detail;
pub mod list;
pub mod situation;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, TenantId, UserId,
    conversation::{Priority, Status},
    message::Direction,
};
use sqlx::PgConnection;

/// A conversation whose row is locked until the transaction ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// With whom.
    pub contact_id: ContactId,
    /// Over which account.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for it.
    pub channel: String,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Since when it is escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// The number of the last event of its stream.
    pub event_seq: i64,
    /// Messages in all.
    pub message_count: i32,
    /// Inbound messages that nobody has read.
    pub unread_count: i32,
    /// When the latest message was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Its beginning.
    pub last_message_preview: Option<String>,
    /// Which way it went.
    pub last_direction: Option<Direction>,
    /// When the contact last wrote.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// When somebody first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was resolved, if it is.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The contact's name in lower case, for search.
    pub contact_name: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When something last happened in it that a list should show on top.
    pub updated_at: DateTime<Utc>,
}

impl Conversation {
    /// The next number of its event stream.
    pub fn next_seq(&mut self) -> i64 {
        self.event_seq += 1;
        self.event_seq
    }

    /// Takes a message into the summary that lists show. An older message than the latest only counts.
    pub fn note_message(
        &mut self,
        direction: Direction,
        occurred_at: DateTime<Utc>,
        preview: &str,
        now: DateTime<Utc>,
    ) {
        self.touch(now);
        self.message_count += 1;
        if direction == Direction::Inbound {
            self.unread_count += 1;
            self.last_inbound_at = self.last_inbound_at.max(Some(occurred_at));
        }
        if self.last_message_at.is_none_or(|latest| latest <= occurred_at) {
            self.last_message_at = Some(occurred_at);
            self.last_message_preview = Some(preview.to_owned());
            self.last_direction = Some(direction);
        }
    }

    /// Puts it on top of the lists.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.updated_at = self.updated_at.max(now);
    }

    /// Moves it, without asking whether it may.
    pub fn set_status(&mut self, status: Status, now: DateTime<Utc>) {
        self.touch(now);
        self.status = status;
        self.resolved_at = matches!(status, Status::Resolved | Status::Closed).then(|| self.resolved_at.unwrap_or(now));
    }

    fn search_text(&self) -> String {
        let name = self.contact_name.as_deref().unwrap_or_default();
        let preview = self.last_message_preview.as_deref().unwrap_or_default();
        format!("{name} {preview}").to_lowercase()
    }
}

struct Row {
    id: uuid::Uuid,
    contact_id: uuid::Uuid,
    connection_id: uuid::Uuid,
    channel: String,
    status: String,
    priority: String,
    assignee_id: Option<uuid::Uuid>,
    escalated_at: Option<DateTime<Utc>>,
    event_seq: i64,
    message_count: i32,
    unread_count: i32,
    last_message_at: Option<DateTime<Utc>>,
    last_message_preview: Option<String>,
    last_direction: Option<String>,
    last_inbound_at: Option<DateTime<Utc>>,
    first_response_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    contact_name: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Conversation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            contact_id: row.contact_id.into(),
            connection_id: row.connection_id.into(),
            channel: row.channel,
            status: row.status.parse().map_err(|e| Error::corrupt("conversations.status", e))?,
            priority: row.priority.parse().map_err(|e| Error::corrupt("conversations.priority", e))?,
            assignee_id: row.assignee_id.map(Into::into),
            escalated_at: row.escalated_at,
            event_seq: row.event_seq,
            message_count: row.message_count,
            unread_count: row.unread_count,
            last_message_at: row.last_message_at,
            last_message_preview: row.last_message_preview,
            last_direction: row
                .last_direction
                .map(|direction| direction.parse().map_err(|e| Error::corrupt("conversations.last_direction", e)))
                .transpose()?,
            last_inbound_at: row.last_inbound_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            contact_name: row.contact_name,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Locks a conversation until the transaction ends.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<Option<Conversation>> {
    sqlx::query_as!(
        Row,
        "SELECT v.id, v.contact_id, v.connection_id, v.channel, v.status, v.priority, v.assignee_id, v.escalated_at,
                v.event_seq, v.message_count, v.unread_count, v.last_message_at, v.last_message_preview,
                v.last_direction, v.last_inbound_at, v.first_response_at, v.resolved_at,
                (SELECT c.name FROM contacts c WHERE c.tenant_id = v.tenant_id AND c.id = v.contact_id) AS contact_name,
                v.created_at, v.updated_at
           FROM conversations v
          WHERE v.tenant_id = $1 AND v.id = $2 FOR UPDATE",
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// The conversation with a contact in which something about them is to be shown: the one that is not closed, and of
/// several the one that went on last, resolved ones after all others.
pub async fn current_of(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
) -> Result<Option<ConversationId>> {
    let current = sqlx::query_scalar!(
        "SELECT id FROM conversations WHERE tenant_id = $1 AND contact_id = $2 AND status <> 'closed'
          ORDER BY status = 'resolved', updated_at DESC, id DESC LIMIT 1",
        tenant.0,
        contact.0
    );
    Ok(current.fetch_optional(conn).await?.map(ConversationId::from))
}

/// What a conversation begins with.
#[derive(Clone, Debug)]
pub struct NewConversation<'a> {
    /// With whom.
    pub contact_id: ContactId,
    /// Over which account.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for it.
    pub channel: &'a str,
    /// The provider's thread, such as a group.
    pub thread: Option<&'a str>,
}

/// Locks the conversation that a message of this contact belongs to, or begins it. The flag says that it is new.
pub async fn lock_current(
    conn: &mut PgConnection,
    tenant: TenantId,
    new: &NewConversation<'_>,
    now: DateTime<Utc>,
) -> Result<(Conversation, bool)> {
    if let Some(found) = find_current(conn, tenant, new).await? {
        return Ok((found, false));
    }
    // Another transaction may begin it at this moment: then this one waits here and finds it.
    let inserted = sqlx::query_scalar!(
        "INSERT INTO conversations (tenant_id, id, type, contact_id, connection_id, channel, thread, status,
                                    created_at, updated_at)
         VALUES ($1, $2, 'support', $3, $4, $5, $6, 'new', $7, $7) ON CONFLICT DO NOTHING RETURNING id",
        tenant.0,
        ConversationId::new().0,
        new.contact_id.0,
        new.connection_id.0,
        new.channel,
        new.thread,
        now
    )
    .fetch_optional(&mut *conn)
    .await?;
    let found = find_current(conn, tenant, new).await?;
    let conversation = found.ok_or_else(|| Error::corrupt("conversations", "it vanished while being made"))?;
    Ok((conversation, inserted.is_some()))
}

async fn find_current(
    conn: &mut PgConnection,
    tenant: TenantId,
    new: &NewConversation<'_>,
) -> Result<Option<Conversation>> {
    sqlx::query_as!(
        Row,
        "SELECT v.id, v.contact_id, v.connection_id, v.channel, v.status, v.priority, v.assignee_id, v.escalated_at,
                v.event_seq, v.message_count, v.unread_count, v.last_message_at, v.last_message_preview,
                v.last_direction, v.last_inbound_at, v.first_response_at, v.resolved_at,
                (SELECT c.name FROM contacts c WHERE c.tenant_id = v.tenant_id AND c.id = v.contact_id) AS contact_name,
                v.created_at, v.updated_at
           FROM conversations v
          WHERE v.tenant_id = $1 AND v.connection_id = $2 AND v.contact_id = $3
            AND coalesce(v.thread, '') = coalesce($4::text, '') AND v.status <> 'closed'
            FOR UPDATE",
        tenant.0,
        new.connection_id.0,
        new.contact_id.0,
        new.thread
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// Writes a locked conversation back.
pub async fn save(conn: &mut PgConnection, tenant: TenantId, conversation: &Conversation) -> Result<()> {
    sqlx::query!(
        "UPDATE conversations
            SET status = $3, priority = $4, assignee_id = $5, escalated_at = $6, event_seq = $7, message_count = $8,
                unread_count = $9, last_message_at = $10, last_message_preview = $11, last_direction = $12,
                last_inbound_at = $13, first_response_at = $14, resolved_at = $15, search_text = $16,
                version = version + 1, updated_at = $17
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        conversation.id.0,
        conversation.status.as_str(),
        conversation.priority.as_str(),
        conversation.assignee_id.map(|id| id.0),
        conversation.escalated_at,
        conversation.event_seq,
        conversation.message_count,
        conversation.unread_count,
        conversation.last_message_at,
        conversation.last_message_preview,
        conversation.last_direction.map(Direction::as_str),
        conversation.last_inbound_at,
        conversation.first_response_at,
        conversation.resolved_at,
        conversation.search_text(),
        conversation.updated_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds a tag; `false` when the conversation had it already.
pub async fn add_tag(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ConversationId,
    tag: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO conversation_tags (tenant_id, conversation_id, tag, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        tenant.0,
        id.0,
        tag,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes a tag; `false` when the conversation did not have it.
pub async fn remove_tag(conn: &mut PgConnection, tenant: TenantId, id: ConversationId, tag: &str) -> Result<bool> {
    let done = sqlx::query!(
        "DELETE FROM conversation_tags WHERE tenant_id = $1 AND conversation_id = $2 AND tag = $3",
        tenant.0,
        id.0,
        tag
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
