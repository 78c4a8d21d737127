//! Conversations: what agents see and do all day.

pub mod archive;
pub mod assign;
pub mod assignments;
mod begin;
pub mod bulk;
mod content;
pub mod create;
pub mod delete;
pub mod escalate;
pub mod events;
pub mod get;
pub mod internal;
pub mod list;
pub mod merge;
pub mod messages;
pub mod participants;
pub mod react;
pub mod read;
pub mod retry;
pub mod reviews;
pub mod send;
pub mod simulate;
pub mod status;
pub mod tags;
pub mod take;
pub mod thread;
pub mod tickets;
pub mod transfer;
pub mod triage;
pub mod update;

use crate::{
    auth::{Caller, Granted, Needs},
    problem::{Code, Problem},
};
use chrono::{DateTime, Utc};
use domain::{
    ConnectionId, ContactId, ConversationId, MessageId, TeamId, UserId,
    conversation::{ConversationType, ParticipantRole, Priority, Status},
    message::{DeliveryStatus, Direction, SenderKind},
    role::Permission,
};
use inbox::Transaction;
use plugin_sdk::OutboundContent;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::{
    conversations::{detail, list::Overview, participants as parts},
    messages::list::{ReactionBy, Shown},
};
use uuid::Uuid;

/// A conversation.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Conversation)]
pub struct ShownConversation {
    /// Which.
    #[schema(value_type = Uuid)]
    id: ConversationId,
    /// What it is for.
    #[serde(rename = "type")]
    #[schema(schema_with = crate::openapi::conversation_type)]
    kind: ConversationType,
    /// With whom, if it is a support conversation.
    contact: Option<ContactSummary>,
    /// Over which account, if it is a support conversation.
    #[schema(value_type = Option<Uuid>)]
    connection_id: Option<ConnectionId>,
    /// The plugin that speaks for it, if it is a support conversation.
    channel: Option<String>,
    /// The provider's thread, such as a group.
    thread: Option<String>,
    /// What the tenant shows the customer as, by its key.
    brand: Option<String>,
    /// Where it stands.
    #[schema(schema_with = crate::openapi::conversation_status)]
    status: Status,
    /// Which queue shows it: new, queued, assigned, snoozed or closed.
    queue_state: &'static str,
    /// How urgent it is.
    #[schema(schema_with = crate::openapi::priority)]
    priority: Priority,
    /// The team whose queue it waits in, or that works on it.
    #[schema(value_type = Option<Uuid>)]
    team_id: Option<TeamId>,
    /// Who has it.
    #[schema(value_type = Option<Uuid>)]
    assignee_id: Option<UserId>,
    /// Since when it waits for somebody to take it.
    queued_at: Option<DateTime<Utc>>,
    /// Until when it is put aside.
    snoozed_until: Option<DateTime<Utc>>,
    /// Since when it is escalated.
    escalated_at: Option<DateTime<Utc>>,
    /// Why it was closed.
    close_reason: Option<String>,
    /// Since when lists leave it out.
    archived_at: Option<DateTime<Utc>>,
    /// The conversation that its messages went to.
    #[schema(value_type = Option<Uuid>)]
    merged_into: Option<ConversationId>,
    /// What it is about, by the tenant's own division.
    category: Option<String>,
    /// The subject, or a channel's name.
    title: Option<String>,
    /// A channel's name in addresses.
    slug: Option<String>,
    /// What a channel is for.
    description: Option<String>,
    /// Whether a channel is for its members alone.
    is_private: bool,
    /// A ticket's number.
    ticket_number: Option<String>,
    /// The other person of a direct message.
    #[schema(value_type = Option<Uuid>)]
    with_user_id: Option<UserId>,
    /// Who asked for a ticket.
    #[schema(value_type = Option<Uuid>)]
    requester_id: Option<UserId>,
    /// The support conversation that a ticket came from.
    #[schema(value_type = Option<Uuid>)]
    linked_conversation_id: Option<ConversationId>,
    /// What the customer thought of it, 1 to 5.
    csat_rating: Option<i16>,
    /// Who began it, where a person did.
    #[schema(value_type = Option<Uuid>)]
    created_by: Option<UserId>,
    /// Its tags, in alphabetical order.
    tags: Vec<String>,
    /// Fields of the tenant's own making.
    #[schema(value_type = Object)]
    custom_attributes: Value,
    /// Whatever else was told when it began.
    #[schema(value_type = Object)]
    metadata: Value,
    /// People of the tenant who take part.
    participant_count: i64,
    /// Messages in all.
    message_count: i32,
    /// What others wrote and you have not read; where you do not take part, inbound messages that nobody has read.
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
    /// Their e-mail address.
    email: Option<String>,
}

/// The latest message, as a list shows it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LastMessage {
    /// When it was written.
    at: DateTime<Utc>,
    /// Its beginning.
    preview: String,
    /// Which way it went.
    #[schema(schema_with = crate::openapi::direction_or_null)]
    direction: Option<Direction>,
}

impl From<Overview> for ShownConversation {
    fn from(row: Overview) -> Self {
        let preview = row.last_message_preview.unwrap_or_default();
        let direction = row.last_direction;
        let (contact, connection_id, channel) = match row.counterpart {
            Some(with) => {
                let (name, phone, email) = (row.contact_name, row.contact_phone, row.contact_email);
                let contact = ContactSummary { id: with.contact_id, name, phone, email };
                (Some(contact), Some(with.connection_id), Some(with.channel))
            }
            None => (None, None, None),
        };
        Self {
            id: row.id,
            kind: row.kind,
            contact,
            connection_id,
            channel,
            thread: row.thread,
            brand: row.brand,
            status: row.status,
            queue_state: row.status.queue_state(row.assignee_id.is_some()),
            priority: row.priority,
            team_id: row.team_id,
            assignee_id: row.assignee_id,
            queued_at: row.queued_at,
            snoozed_until: row.snoozed_until,
            escalated_at: row.escalated_at,
            close_reason: row.close_reason,
            archived_at: row.archived_at,
            merged_into: row.merged_into,
            category: row.category,
            title: row.title,
            slug: row.slug,
            description: row.description,
            is_private: row.is_private,
            ticket_number: row.ticket_number,
            with_user_id: row.with_user_id,
            requester_id: row.requester_id,
            linked_conversation_id: row.linked_conversation_id,
            csat_rating: row.csat_rating,
            created_by: row.created_by,
            tags: row.tags,
            custom_attributes: row.custom_attributes,
            metadata: row.metadata,
            participant_count: row.participant_count,
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
    /// What it says. A type that is not known to you can be shown by the message's preview.
    #[schema(schema_with = crate::openapi::shown_content)]
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
    /// The message that it is said under.
    #[schema(value_type = Option<Uuid>)]
    thread_id: Option<MessageId>,
    /// How many are said under it.
    reply_count: i32,
    /// Who is spoken to.
    #[schema(value_type = Vec<Uuid>)]
    mentions: Vec<UserId>,
    /// Since when it is pinned.
    pinned_at: Option<DateTime<Utc>>,
    /// What the contact shows on it, and people of the tenant among themselves.
    reactions: Vec<ShownReaction>,
    /// Whatever else the channel told: forwarded, referral, referred product; and `answer`, the choice that it means
    /// where choices were on offer: its `id` and `title`, and the `message_id` of what offered it.
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

/// A reaction to a message: of a contact, or of a person of the tenant.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownReaction {
    /// The contact who shows it.
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// The person who shows it.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// What they show.
    emoji: String,
}

impl From<store::messages::list::Reaction> for ShownReaction {
    fn from(reaction: store::messages::list::Reaction) -> Self {
        let (contact_id, user_id) = match reaction.by {
            ReactionBy::Contact(contact) => (Some(contact), None),
            ReactionBy::User(user) => (None, Some(user)),
        };
        Self { contact_id, user_id, emoji: reaction.emoji }
    }
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
            thread_id: row.thread_id,
            reply_count: row.reply_count,
            mentions: row.mentions,
            pinned_at: row.pinned_at,
            reactions: reactions.map(Into::into).collect(),
            metadata: row.metadata,
        }
    }
}

/// What a message says, in one form for both directions: what we send is stored as the plugin is to be told it.
fn content(direction: Direction, stored: Value) -> Value {
    if direction != Direction::Outbound {
        return stored;
    }
    let outbound = serde_json::from_value::<OutboundContent>(stored.clone()).ok();
    outbound.and_then(|content| content.to_content()).map_or(stored, |content| json!(content))
}

/// A conversation that the person may see; anything else does not exist for them.
pub async fn visible(conn: &mut PgConnection, granted: &Granted, id: ConversationId) -> Result<Overview, Problem> {
    Ok(detail::load(conn, id, &granted.sight).await?.ok_or(Code::NotFound)?)
}

/// Begins a change of a conversation that the person may see, and locks it. One that left their sight between the look
/// and the lock, because somebody took it, is a conflict.
pub async fn change(caller: &Caller, id: ConversationId) -> Result<(Transaction, Granted, Overview), Problem> {
    change_with(caller, Permission::WorkConversations, id).await
}

/// The same for what takes another permission.
pub async fn change_with(
    caller: &Caller,
    permission: Permission,
    id: ConversationId,
) -> Result<(Transaction, Granted, Overview), Problem> {
    let (mut change, granted) = caller.change(permission).await?;
    let overview = visible(change.conn(), &granted, id).await?;
    let locked = change.conversation(id).await?;
    let moved = locked.assignee_id != overview.assignee_id || locked.team_id != overview.team_id;
    if moved && detail::load(change.conn(), id, &granted.sight).await?.is_none() {
        return Err(Problem::new(Code::Conflict).detail("Somebody else has taken the conversation."));
    }
    Ok((change, granted, overview))
}

/// The same for a conversation in which the person may write: an observer of it may not, and nobody in an archived
/// channel.
pub async fn change_by_writer(
    caller: &Caller,
    id: ConversationId,
) -> Result<(Transaction, Granted, Overview), Problem> {
    let (mut change, granted, overview) = change(caller, id).await?;
    if overview.status == Status::Archived || overview.merged_into.is_some() {
        return Err(Code::Conflict.into());
    }
    let role = parts::role_of(change.conn(), id, granted.user).await?;
    if role == Some(ParticipantRole::Observer) {
        return Err(Code::Forbidden.into());
    }
    Ok((change, granted, overview))
}

/// The conversation as it is after a commit, for whoever was allowed to make it. It may have left the person's sight with
/// it.
async fn after(caller: &Caller, id: ConversationId) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut tx, granted) = caller.begin(Needs::SignedIn).await?;
    let overview = detail::load_after(&mut tx, id, &granted.sight).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(overview.into()))
}
