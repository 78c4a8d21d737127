//! `POST /api/v1/conversations/{id}/simulate-inbound`

use super::{ShownMessage, visible};
use crate::{
    auth::{Caller, Granted, Record},
    problem::{Code, Problem},
    request::{Creation, Path},
};
use axum::response::Response;
use domain::{
    ConversationId, MessageId,
    message::{DeliveryStatus, Direction, SenderKind},
    role::Permission,
};
use http::StatusCode;
use inbox::{Heard, Transaction};
use plugin_sdk::Content;
use serde::Deserialize;
use serde_json::json;
use store::{
    contacts::list as contacts,
    conversations::{NewConversation, list::Overview, reach},
    messages::{self, NewMessage},
};

/// The longest text, in characters.
const LONGEST: usize = 4096;

/// What the customer is to have written.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulateInbound {
    /// Their words, up to 4,096 characters.
    #[schema(min_length = 1, max_length = 4096)]
    text: String,
}

/// Simulate a message of the customer
///
/// For tests, training and trying out rules: everything happens as if the customer had written this, though nothing came
/// over the channel. Rules and triage act on it, a closed conversation is followed by a new one, and answers to it do
/// leave the house. The message says `simulated_by` in its `metadata`.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/simulate-inbound", tag = "conversations",
    request_body = SimulateInbound, params(("id" = uuid::Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["manage_connections"])),
    responses((status = 201, description = "Stored, in this conversation or a new one", body = ShownMessage),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`wrong_type`: it has no customer; `conflict`: the contact is blocked; `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn simulate(
    caller: Caller,
    Path(id): Path<ConversationId>,
    creation: Creation<SimulateInbound>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageConnections).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let text = creation.body.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Problem::field("/text", "length", "has 1 to 4096 characters"));
    }
    let conversation = visible(change.conn(), &granted, id).await?;
    let (heard_in, message) = hear(&mut change, &granted, conversation, text).await?;
    let shown = messages::list::one(change.conn(), heard_in, message).await?.ok_or(Code::Conflict)?;
    let answer =
        creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &ShownMessage::from(shown)).await?;
    let record = Record::new("conversation.simulated").of(heard_in).after(json!({ "message_id": message }));
    change.commit(record).await?;
    Ok(answer)
}

/// Stores the message where one of this customer over this account would go.
async fn hear(
    change: &mut Transaction,
    granted: &Granted,
    conversation: Overview,
    text: &str,
) -> Result<(ConversationId, MessageId), Problem> {
    let with = conversation.counterpart.ok_or(inbox::Error::NoCustomer)?;
    let (tenant, now) = (change.tenant(), change.now());
    let contact = contacts::visible(change.conn(), with.contact_id, &granted.sight).await?.ok_or(Code::NotFound)?;
    if contact.blocked_at.is_some() {
        return Err(Problem::new(Code::Conflict).detail("The contact is blocked: what they write is left out."));
    }
    let address = reach::address(change.conn(), tenant, with.contact_id, &with.channel).await?;
    let identity = address
        .ok_or_else(|| Problem::new(Code::Conflict).detail("The contact has no address on this channel any more."))?;
    let content = Content::Text { text: text.to_owned() };
    let new = NewConversation {
        contact_id: with.contact_id,
        identity_id: Some(identity),
        connection_id: with.connection_id,
        channel: &with.channel,
        thread: conversation.thread.as_deref(),
    };
    let (found, begun) = change.belongs_to(&new, Some(&content)).await?;
    let id = found.id;
    change.hold(found);
    let message = NewMessage {
        id: MessageId::new(),
        conversation_id: id,
        connection_id: Some(with.connection_id),
        direction: Direction::Inbound,
        sender_kind: SenderKind::Contact,
        sender_id: Some(with.contact_id.0),
        content_type: content.type_name(),
        content: &json!(content),
        preview: &content.preview(),
        external_id: None,
        reply_to: None,
        origin_key: None,
        status: DeliveryStatus::Received,
        occurred_at: now,
        delivery_id: None,
        position: 0,
        metadata: &json!({ "simulated_by": granted.user }),
    };
    let heard = Heard {
        message: &message,
        content: &content,
        contact: with.contact_id,
        contact_is_new: false,
        identity,
        begun,
    };
    change.hear(&heard).await?;
    Ok((id, message.id))
}
