//! Messages that leave the house: the row and its send job, together.

use crate::{Error, Say, ServiceWindow, Transaction, WindowClosed};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, MessageId, RuleId, UserId,
    event::EventKind,
    jobs::SendMessage,
    message::{DeliveryStatus, Direction},
};
use serde_json::json;
use store::{
    conversations::{participants, reach},
    messages::NewMessage,
};

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// A person: the first such message is the first response.
    User(UserId),
    /// A rule.
    Rule(RuleId),
    /// The product itself.
    System,
}

/// A message to send.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// What it says. Reactions and read receipts are no messages and have jobs of their own.
    pub content: Say<'a>,
    /// The provider's id of the message it answers.
    pub reply_to: Option<&'a str>,
    /// Who writes.
    pub writer: Writer,
    /// What makes it, such as `rule:event:action`: the same origin sends no second message.
    pub origin_key: Option<&'a str>,
    /// How long after the contact's last message the channel allows this; `None` where it does not matter.
    pub window: Option<ServiceWindow>,
}

/// Why a message is not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Only a template may be sent now.
    #[error(transparent)]
    WindowClosed(#[from] WindowClosed),
    /// The content is not a message.
    #[error("a {0} is not a message")]
    NotAMessage(&'static str),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for SendError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Transaction {
    /// Stores a message and the job that sends it. `None`: its origin has sent one before.
    pub async fn send(&mut self, id: ConversationId, outgoing: &Outgoing<'_>) -> Result<Option<MessageId>, SendError> {
        let preview = outgoing.content.preview().ok_or(SendError::NotAMessage(outgoing.content.type_name()))?;
        let (tenant, now) = (self.tenant(), self.now());
        if let Some(window) = outgoing.window {
            window.check(self.last_heard(id).await?, now)?;
        }
        let conversation = self.conversation(id).await?;
        let counterpart = conversation.counterpart.as_ref().ok_or(Error::NoCustomer)?;
        let connection_id = counterpart.connection_id;
        let message_id = MessageId::new();
        let (sender_kind, sender_id) = outgoing.writer.sender();
        let message = NewMessage {
            id: message_id,
            conversation_id: id,
            connection_id: Some(connection_id),
            direction: Direction::Outbound,
            sender_kind,
            sender_id,
            content_type: outgoing.content.type_name(),
            content: &outgoing.content.stored(),
            preview: &preview,
            external_id: None,
            reply_to: outgoing.reply_to,
            origin_key: outgoing.origin_key,
            status: DeliveryStatus::Queued,
            occurred_at: now,
            delivery_id: None,
            position: 0,
            metadata: &json!({}),
        };
        if !store::messages::insert(self.conn(), tenant, &message, now).await? {
            return Ok(None);
        }
        self.note_outgoing(id, outgoing.writer, &preview).await?;
        let data = json!({ "message_id": message_id, "direction": Direction::Outbound, "sender": sender_kind });
        self.emit(id, EventKind::MessageCreated, data).await?;
        self.enqueue(&SendMessage { tenant_id: tenant, message_id, conversation_id: id, connection_id }).await?;
        Ok(Some(message_id))
    }

    /// Sends a failed or unconfirmed message once more, because a person said so. `false`: it is neither.
    pub async fn retry_message(&mut self, id: ConversationId, message: MessageId) -> Result<bool, Error> {
        let tenant = self.tenant();
        self.conversation(id).await?;
        let Some(connection_id) = store::messages::retry(self.conn(), tenant, message).await? else {
            return Ok(false);
        };
        let data = json!({ "message_id": message, "to": DeliveryStatus::Queued, "by": "retry" });
        self.emit(id, EventKind::MessageStatusChanged, data).await?;
        self.enqueue(&SendMessage { tenant_id: tenant, message_id: message, conversation_id: id, connection_id })
            .await?;
        Ok(true)
    }

    /// When the contact last wrote from the address of the conversation: in it, or else in an earlier one.
    async fn last_heard(&mut self, id: ConversationId) -> Result<Option<DateTime<Utc>>, Error> {
        let tenant = self.tenant();
        let conversation = self.conversation(id).await?;
        if conversation.last_inbound_at.is_some() {
            return Ok(conversation.last_inbound_at);
        }
        let (counterpart, identity) = (conversation.counterpart.clone(), conversation.identity_id);
        let Some((with, identity)) = counterpart.zip(identity) else { return Ok(None) };
        Ok(reach::last_heard(self.conn(), tenant, with.contact_id, with.connection_id, identity).await?)
    }

    async fn note_outgoing(&mut self, id: ConversationId, writer: Writer, preview: &str) -> Result<(), Error> {
        let (tenant, now) = (self.tenant(), self.now());
        let conversation = self.conversation(id).await?;
        conversation.note_message(Direction::Outbound, now, preview, now);
        let Writer::User(user) = writer else { return Ok(()) };
        // What nobody has asked for is no response.
        if conversation.last_inbound_at.is_some() {
            conversation.first_response_at.get_or_insert(now);
        }
        let next = conversation.status.after_reply();
        participants::wrote(self.conn(), tenant, id, user).await?;
        match next {
            Some(status) => self.set_status(id, status).await.map(drop),
            None => Ok(()),
        }
    }
}
