//! Conversations, as they are read under their row lock and written back.
//!
//! Whoever changes a conversation goes through the crate `inbox`, which adds the events and the jobs that follow.

pub mod assignments;
pub mod creation;
pub mod detail;
pub mod filter;
pub mod importing;
pub mod list;
pub mod merging;
pub mod participants;
pub mod queues;
pub mod reach;
pub mod reviews;
pub(crate) mod sight;
pub mod situation;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, IdentityId, TeamId, TenantId, UserId,
    conversation::{ConversationType, Priority, Status},
    message::Direction,
};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A conversation whose row is locked until the transaction ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// What it is for.
    pub kind: ConversationType,
    /// The customer at the other end; support conversations have one, others none.
    pub counterpart: Option<Counterpart>,
    /// The customer's address that it goes to: the one they last wrote from.
    pub identity_id: Option<IdentityId>,
    /// What the tenant shows the customer as.
    pub brand: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// The team whose queue it waits in, or that works on it.
    pub team_id: Option<TeamId>,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Who asked for a ticket.
    pub requester_id: Option<UserId>,
    /// Since when it waits for somebody to take it.
    pub queued_at: Option<DateTime<Utc>>,
    /// Until when it is put aside.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Since when it is escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Why it was closed.
    pub close_reason: Option<String>,
    /// Since when lists leave it out.
    pub archived_at: Option<DateTime<Utc>>,
    /// The conversation that its messages went to.
    pub merged_into: Option<ConversationId>,
    /// What it is about, by the tenant's own division.
    pub category: Option<String>,
    /// The subject, or a channel's name.
    pub title: Option<String>,
    /// What a channel is for.
    pub description: Option<String>,
    /// Whether a channel is for its members alone.
    pub is_private: bool,
    /// Fields of the tenant's own making, as an object.
    pub custom_attributes: Value,
    /// The number of the last event of its stream.
    pub event_seq: i64,
    /// Messages in all.
    pub message_count: i32,
    /// Messages to the contact.
    pub outbound_count: i32,
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
    /// The contact's name, for search.
    pub contact_name: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When something last happened in it that a list should show on top.
    pub updated_at: DateTime<Utc>,
}

/// A customer, and the account of ours that they write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Who.
    pub contact_id: ContactId,
    /// Over which account.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for it.
    pub channel: String,
}

impl Conversation {
    /// The next number of its event stream.
    pub fn next_seq(&mut self) -> i64 {
        self.event_seq += 1;
        self.event_seq
    }

    /// The contact, if there is one.
    pub fn contact_id(&self) -> Option<ContactId> {
        self.counterpart.as_ref().map(|counterpart| counterpart.contact_id)
    }

    /// The account of ours, if there is one.
    pub fn connection_id(&self) -> Option<ConnectionId> {
        self.counterpart.as_ref().map(|counterpart| counterpart.connection_id)
    }

    /// Takes a message into the summary that lists show. An older message than the latest only counts; so does a note
    /// beside a conversation with a customer, who is what its line in a list is about.
    pub fn note_message(
        &mut self,
        direction: Direction,
        occurred_at: DateTime<Utc>,
        preview: &str,
        now: DateTime<Utc>,
    ) {
        self.touch(now);
        self.message_count += 1;
        match direction {
            Direction::Inbound => {
                self.unread_count += 1;
                self.last_inbound_at = self.last_inbound_at.max(Some(occurred_at));
            }
            Direction::Outbound => self.outbound_count += 1,
            Direction::Internal if self.kind == ConversationType::Support => return,
            Direction::Internal => {}
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

    /// Moves it, without asking whether it may. What belongs to the status it leaves is forgotten.
    pub fn set_status(&mut self, status: Status, now: DateTime<Utc>) {
        self.touch(now);
        self.status = status;
        self.snoozed_until = None;
        if status != Status::Closed {
            self.close_reason = None;
        }
        self.resolved_at = matches!(status, Status::Resolved | Status::Closed).then(|| self.resolved_at.unwrap_or(now));
        self.queue_up(now);
    }

    /// Lets it wait in its queue since now, if it does not yet and nobody has it, or wait no longer.
    pub fn queue_up(&mut self, now: DateTime<Utc>) {
        let waits = self.kind.is_assigned()
            && self.assignee_id.is_none()
            && self.status.waits_for_somebody()
            && self.archived_at.is_none();
        self.queued_at = waits.then(|| self.queued_at.unwrap_or(now));
    }

    fn search_text(&self) -> String {
        let parts = [&self.contact_name, &self.title, &self.last_message_preview];
        search_text(parts.map(|part| part.as_deref()))
    }
}

/// What a conversation is found by: the contact's name, the subject, the beginning of the last message.
pub fn search_text(parts: [Option<&str>; 3]) -> String {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join(" ").to_lowercase()
}

struct Row {
    id: Uuid,
    kind: String,
    contact_id: Option<Uuid>,
    connection_id: Option<Uuid>,
    channel: Option<String>,
    identity_id: Option<Uuid>,
    brand: Option<String>,
    status: String,
    priority: String,
    team_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
    requester_id: Option<Uuid>,
    queued_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    escalated_at: Option<DateTime<Utc>>,
    close_reason: Option<String>,
    archived_at: Option<DateTime<Utc>>,
    merged_into: Option<Uuid>,
    category: Option<String>,
    title: Option<String>,
    description: Option<String>,
    is_private: bool,
    custom_attributes: Value,
    event_seq: i64,
    message_count: i32,
    outbound_count: i32,
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

/// The three columns of a customer, of which a conversation has all or none.
pub(crate) fn counterpart(
    contact: Option<Uuid>,
    connection: Option<Uuid>,
    channel: Option<String>,
) -> Option<Counterpart> {
    Some(Counterpart { contact_id: contact?.into(), connection_id: connection?.into(), channel: channel? })
}

impl TryFrom<Row> for Conversation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let direction = row.last_direction.map(|name| name.parse()).transpose();
        Ok(Self {
            id: row.id.into(),
            kind: row.kind.parse().map_err(|error| Error::corrupt("conversations.type", error))?,
            counterpart: counterpart(row.contact_id, row.connection_id, row.channel),
            identity_id: row.identity_id.map(Into::into),
            brand: row.brand,
            status: row.status.parse().map_err(|error| Error::corrupt("conversations.status", error))?,
            priority: row.priority.parse().map_err(|error| Error::corrupt("conversations.priority", error))?,
            team_id: row.team_id.map(Into::into),
            assignee_id: row.assignee_id.map(Into::into),
            requester_id: row.requester_id.map(Into::into),
            queued_at: row.queued_at,
            snoozed_until: row.snoozed_until,
            escalated_at: row.escalated_at,
            close_reason: row.close_reason,
            archived_at: row.archived_at,
            merged_into: row.merged_into.map(Into::into),
            category: row.category,
            title: row.title,
            description: row.description,
            is_private: row.is_private,
            custom_attributes: row.custom_attributes,
            event_seq: row.event_seq,
            message_count: row.message_count,
            outbound_count: row.outbound_count,
            unread_count: row.unread_count,
            last_message_at: row.last_message_at,
            last_message_preview: row.last_message_preview,
            last_direction: direction.map_err(|error| Error::corrupt("conversations.last_direction", error))?,
            last_inbound_at: row.last_inbound_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            contact_name: row.contact_name,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Locks the conversation of which the condition holds.
macro_rules! lock_where {
    ($conn:expr, $condition:tt, $($bind:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            "SELECT v.id, v.type AS kind, v.contact_id, v.connection_id, v.channel, v.identity_id, v.brand, v.status,
                v.priority, v.team_id, v.assignee_id, v.requester_id, v.queued_at, v.snoozed_until, v.escalated_at, v.close_reason,
                v.archived_at, v.merged_into, v.category, v.title, v.description, v.is_private, v.custom_attributes,
                v.event_seq, v.message_count, v.outbound_count, v.unread_count, v.last_message_at,
                v.last_message_preview, v.last_direction, v.last_inbound_at, v.first_response_at, v.resolved_at,
                (SELECT c.name FROM contacts c WHERE c.tenant_id = v.tenant_id AND c.id = v.contact_id) AS contact_name,
                v.created_at, v.updated_at
           FROM conversations v WHERE " + $condition + " FOR UPDATE",
            $($bind),+
        )
        .fetch_optional($conn)
        .await?
        .map(TryInto::try_into)
        .transpose()
    };
}

/// Locks a conversation until the transaction ends.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<Option<Conversation>> {
    lock_where!(conn, "v.tenant_id = $1 AND v.id = $2", tenant.0, id.0)
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
    /// Under which address.
    pub identity_id: Option<IdentityId>,
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
    // Another transaction may begin it at this moment: then this one waits here and finds it. Or it merges the contact
    // into another: then nothing begins here, and the next try finds the other.
    let inserted = sqlx::query_scalar!(
        "INSERT INTO conversations (tenant_id, id, type, contact_id, connection_id, channel, thread, status,
                                    brand, team_id, identity_id, queued_at, created_at, updated_at)
         SELECT $1, $2, 'support', $3, $4, $5, $6, 'new', c.brand, c.team_id, $8, $7, $7, $7
           FROM connections c JOIN contacts k ON k.tenant_id = $1 AND k.id = $3 AND k.merged_into IS NULL
          WHERE c.tenant_id = $1 AND c.id = $4
            FOR KEY SHARE OF k
         ON CONFLICT DO NOTHING RETURNING id",
        tenant.0,
        ConversationId::new().0,
        new.contact_id.0,
        new.connection_id.0,
        new.channel,
        new.thread,
        now,
        new.identity_id.map(Uuid::from)
    )
    .fetch_optional(&mut *conn)
    .await?;
    let found = find_current(conn, tenant, new).await?;
    let conversation = found
        .ok_or_else(|| Error::corrupt("conversations", "it vanished while being made, or its contact was merged"))?;
    Ok((conversation, inserted.is_some()))
}

async fn find_current(
    conn: &mut PgConnection,
    tenant: TenantId,
    new: &NewConversation<'_>,
) -> Result<Option<Conversation>> {
    lock_where!(
        conn,
        "v.tenant_id = $1 AND v.connection_id = $2 AND v.contact_id = $3
            AND coalesce(v.thread, '') = coalesce($4::text, '') AND v.status <> 'closed'",
        tenant.0,
        new.connection_id.0,
        new.contact_id.0,
        new.thread
    )
}

/// Writes a locked conversation back.
pub async fn save(conn: &mut PgConnection, tenant: TenantId, conversation: &Conversation) -> Result<()> {
    sqlx::query!(
        "UPDATE conversations
            SET status = $3, priority = $4, team_id = $5, assignee_id = $6, queued_at = $7, snoozed_until = $8,
                escalated_at = $9, close_reason = $10, archived_at = $11, merged_into = $12, category = $13,
                title = $14, description = $15, is_private = $16, custom_attributes = $17, event_seq = $18,
                message_count = $19, outbound_count = $20, unread_count = $21, last_message_at = $22,
                last_message_preview = $23, last_direction = $24, last_inbound_at = $25, first_response_at = $26,
                resolved_at = $27, search_text = $28, brand = $29, contact_id = $30, identity_id = $31,
                version = version + 1, updated_at = $32
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        conversation.id.0,
        conversation.status.as_str(),
        conversation.priority.as_str(),
        conversation.team_id.map(Uuid::from),
        conversation.assignee_id.map(Uuid::from),
        conversation.queued_at,
        conversation.snoozed_until,
        conversation.escalated_at,
        conversation.close_reason,
        conversation.archived_at,
        conversation.merged_into.map(Uuid::from),
        conversation.category,
        conversation.title,
        conversation.description,
        conversation.is_private,
        conversation.custom_attributes,
        conversation.event_seq,
        conversation.message_count,
        conversation.outbound_count,
        conversation.unread_count,
        conversation.last_message_at,
        conversation.last_message_preview,
        conversation.last_direction.map(Direction::as_str),
        conversation.last_inbound_at,
        conversation.first_response_at,
        conversation.resolved_at,
        conversation.search_text(),
        conversation.brand,
        conversation.contact_id().map(Uuid::from),
        conversation.identity_id.map(Uuid::from),
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

/// The tags of a conversation, in alphabetical order.
pub async fn tags(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<Vec<String>> {
    let tags = sqlx::query_scalar!(
        "SELECT tag FROM conversation_tags WHERE tenant_id = $1 AND conversation_id = $2 ORDER BY tag",
        tenant.0,
        id.0
    );
    Ok(tags.fetch_all(conn).await?)
}

/// Whether the contact has another conversation over the same account and thread that is not closed.
pub async fn has_successor(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversations v JOIN conversations o
                              ON o.tenant_id = $1 AND o.connection_id = v.connection_id
                             AND o.contact_id = v.contact_id AND coalesce(o.thread, '') = coalesce(v.thread, '')
                             AND o.status <> 'closed' AND o.id <> v.id
                           WHERE v.tenant_id = $1 AND v.id = $2) AS "found!""#,
        tenant.0,
        id.0
    );
    Ok(found.fetch_one(conn).await?)
}
