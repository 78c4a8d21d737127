//! Conversations: what agents see and do all day.

pub mod assign;
pub mod events;
pub mod get;
pub mod list;
pub mod messages;
pub mod react;
pub mod read;
pub mod retry;
pub mod send;
pub mod status;
pub mod tags;

use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, MessageId, UserId,
    conversation::{Priority, Status},
    message::{DeliveryStatus, Direction, SenderKind},
    role::Permission,
};
use inbox::Transaction;
use plugin_sdk::OutboundContent;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::{
    conversations::{detail, list::Overview},
    messages::list::Shown,
};
use uuid::Uuid;

/// A conversation.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Conversation)]
pub struct ShownConversation {
    /// Which.
    #[schema(value_type = Uuid)]
    id: ConversationId,
    /// With whom.
    contact: ContactSummary,
    /// Over which account.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// The plugin that speaks for it.
    channel: String,
    /// The provider's thread, such as a group.
    thread: Option<String>,
    /// Where it stands.
    #[schema(schema_with = crate::openapi::conversation_status)]
    status: Status,
    /// Which queue shows it: new, queued, assigned, snoozed or closed.
    queue_state: &'static str,
    /// How urgent it is.
    #[schema(schema_with = crate::openapi::priority)]
    priority: Priority,
    /// Who has it.
    #[schema(value_type = Option<Uuid>)]
    assignee_id: Option<UserId>,
    /// Since when it is escalated.
    escalated_at: Option<DateTime<Utc>>,
    /// Its tags, in alphabetical order.
    tags: Vec<String>,
    /// Messages in all.
    message_count: i32,
    /// Inbound messages that nobody has read.
    unread_count: i32,
    /// The latest message.
    last_message: Option<LastMessage>,
    /// When the contact last wrote.
    last_inbound_at: Option<DateTime<Utc>>,
    /// When somebody first answered.
    first_response_at: Option<DateTime<Utc>>,
    /// When it was resolved, if it is.
    resolved_at: Option<DateTime<Utc>>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

/// A contact, as a list shows it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContactSummary {
    /// Which.
    #[schema(value_type = Uuid)]
    id: ContactId,
    /// What they are called.
    name: Option<String>,
    /// Their number.
    phone: Option<String>,
}

/// The latest message, as a list shows it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LastMessage {
    /// When it was written.
    at: DateTime<Utc>,
    /// Its beginning.
    preview: String,
    /// Which way it went.
    #[schema(schema_with = crate::openapi::direction)]
    direction: Option<Direction>,
}

impl From<Overview> for ShownConversation {
    fn from(row: Overview) -> Self {
        let preview = row.last_message_preview.unwrap_or_default();
        let direction = row.last_direction;
        Self {
            id: row.id,
            contact: ContactSummary { id: row.contact_id, name: row.contact_name, phone: row.contact_phone },
            connection_id: row.connection_id,
            channel: row.channel,
            thread: row.thread,
            status: row.status,
            queue_state: row.status.queue_state(row.assignee_id.is_some()),
            priority: row.priority,
            assignee_id: row.assignee_id,
            escalated_at: row.escalated_at,
            tags: row.tags,
            message_count: row.message_count,
            unread_count: row.unread_count,
            last_message: row.last_message_at.map(|at| LastMessage { at, preview, direction }),
            last_inbound_at: row.last_inbound_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A message.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Message)]
pub struct ShownMessage {
    /// Which.
    #[schema(value_type = Uuid)]
    id: MessageId,
    /// Which way it goes.
    #[schema(schema_with = crate::openapi::direction)]
    direction: Direction,
    /// Who wrote it.
    sender: ShownSender,
    /// What it says.
    #[schema(schema_with = crate::openapi::content)]
    content: Value,
    /// Its beginning.
    preview: String,
    /// The provider's id, once known.
    external_id: Option<String>,
    /// The message it answers, if that is known here.
    #[schema(value_type = Option<Uuid>)]
    reply_to: Option<MessageId>,
    /// How far it is.
    #[schema(schema_with = crate::openapi::delivery_status)]
    status: DeliveryStatus,
    /// Why it failed, or may have.
    #[schema(value_type = Option<Object>)]
    error: Option<Value>,
    /// When it was written.
    occurred_at: DateTime<Utc>,
    /// When its author changed it.
    edited_at: Option<DateTime<Utc>>,
    /// When its author took it back.
    deleted_at: Option<DateTime<Utc>>,
    /// What the contact shows on it.
    reactions: Vec<ShownReaction>,
    /// Whatever else the channel told: forwarded, referral, referred product.
    #[schema(value_type = Object)]
    metadata: Value,
}

/// Who wrote a message.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownSender {
    /// The contact, a person of the tenant, a rule, or another device of the tenant.
    #[schema(schema_with = crate::openapi::sender_kind)]
    kind: SenderKind,
    /// The person or the rule.
    id: Option<Uuid>,
}

/// A reaction to a message.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownReaction {
    /// Whose.
    #[schema(value_type = Uuid)]
    contact_id: ContactId,
    /// What they show.
    emoji: String,
}

impl From<Shown> for ShownMessage {
    fn from(row: Shown) -> Self {
        let reactions = row.reactions.into_iter();
        Self {
            id: row.id,
            direction: row.direction,
            sender: ShownSender { kind: row.sender_kind, id: row.sender_id },
            content: content(row.direction, row.content),
            preview: row.preview,
            external_id: row.external_id,
            reply_to: row.reply_to,
            status: row.status,
            error: row.error,
            occurred_at: row.occurred_at,
            edited_at: row.edited_at,
            deleted_at: row.deleted_at,
            reactions: reactions.map(|r| ShownReaction { contact_id: r.contact_id, emoji: r.emoji }).collect(),
            metadata: row.metadata,
        }
    }
}

/// What a message says, in one form for both directions: what we send is stored as the plugin is to be told it.
fn content(direction: Direction, stored: Value) -> Value {
    if direction == Direction::Inbound {
        return stored;
    }
    let outbound = serde_json::from_value::<OutboundContent>(stored.clone()).ok();
    outbound.and_then(|content| content.to_content()).map_or(stored, |content| json!(content))
}

/// A conversation that the person may see; anything else does not exist for them.
pub async fn visible(conn: &mut PgConnection, granted: Granted, id: ConversationId) -> Result<Overview, Problem> {
    Ok(detail::load(conn, id, granted.confined_to()).await?.ok_or(Code::NotFound)?)
}

/// Begins a change of a conversation that the person may see, and locks it. One that somebody took between the look
/// and the lock is a conflict.
async fn change(caller: &Caller, id: ConversationId) -> Result<(Transaction, Granted, Overview), Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let overview = visible(change.conn(), granted, id).await?;
    let locked = change.conversation(id).await?;
    if let (Some(user), Some(assignee)) = (granted.confined_to(), locked.assignee_id)
        && user != assignee
    {
        return Err(Problem::new(Code::Conflict).detail("Somebody else has taken the conversation."));
    }
    Ok((change, granted, overview))
}

/// The conversation as it is after a commit. It may have left the person's sight with it.
async fn after(caller: &Caller, id: ConversationId) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let overview = detail::load(&mut tx, id, None).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(overview.into()))
}
