//! Messages that stay in the house: notes beside a conversation with a customer, and what people say to each other.

use crate::{Error, Transaction, Writer};
use domain::{
    ConversationId, MessageId, UserId,
    event::EventKind,
    message::{DeliveryStatus, Direction, SenderKind},
};
use serde_json::{Value, json};
use store::{conversations::participants, messages};

/// A message that no channel sees.
#[derive(Clone, Debug)]
pub struct Internal<'a> {
    /// What it says, as `Content` of the SDK.
    pub content: &'a Value,
    /// The content's `type`.
    pub content_type: &'a str,
    /// Its beginning, for lists.
    pub preview: &'a str,
    /// Who says it.
    pub writer: Writer,
    /// The message that it is said under.
    pub thread: Option<MessageId>,
    /// Who is spoken to.
    pub mentions: &'a [UserId],
    /// What makes it, such as `rule:event:action`: the same origin makes no second message.
    pub origin_key: Option<&'a str>,
}

/// Why it was not said.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The message to say it under is not of this conversation, or itself under another.
    #[error("not a message of this conversation that something can be said under")]
    UnknownThread,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for InternalError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

impl Transaction {
    /// Says something in a conversation that its customer, if it has one, never sees. `None`: its origin has said it
    /// before.
    pub async fn say(
        &mut self,
        id: ConversationId,
        internal: &Internal<'_>,
    ) -> Result<Option<MessageId>, InternalError> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        if let Some(thread) = internal.thread
            && !messages::internal::begin_reply(self.conn(), tenant, id, thread).await?
        {
            return Err(InternalError::UnknownThread);
        }
        let message_id = MessageId::new();
        let (sender_kind, sender_id) = internal.writer.sender();
        let message = messages::NewMessage {
            id: message_id,
            conversation_id: id,
            connection_id: None,
            direction: Direction::Internal,
            sender_kind,
            sender_id,
            content_type: internal.content_type,
            content: internal.content,
            preview: internal.preview,
            external_id: None,
            reply_to: None,
            origin_key: internal.origin_key,
            status: DeliveryStatus::Received,
            occurred_at: now,
            delivery_id: None,
            position: 0,
            metadata: &json!({}),
        };
        if !messages::insert(self.conn(), tenant, &message, now).await? {
            return Ok(None);
        }
        if internal.thread.is_some() || !internal.mentions.is_empty() {
            messages::internal::place(self.conn(), tenant, message_id, internal.thread, internal.mentions).await?;
        }
        self.conversation(id).await?.note_message(Direction::Internal, now, internal.preview, now);
        if let Writer::User(user) = internal.writer {
            participants::wrote(self.conn(), tenant, id, user).await?;
        }
        let data = json!({
            "message_id": message_id, "direction": Direction::Internal, "sender": sender_kind,
            "thread_id": internal.thread, "mentions": internal.mentions,
        });
        self.emit(id, EventKind::MessageCreated, data).await?;
        Ok(Some(message_id))
    }

    /// Changes what an internal message says. `false`: there is no such message of this author.
    pub async fn reword(
        &mut self,
        id: ConversationId,
        message: MessageId,
        author: UserId,
        said: &Internal<'_>,
    ) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let new = messages::internal::Wording {
            content: said.content,
            content_type: said.content_type,
            preview: said.preview,
            mentions: said.mentions,
        };
        if !messages::internal::reword(self.conn(), tenant, id, message, author, &new, now).await? {
            return Ok(false);
        }
        let data = json!({ "message_id": message, "mentions": said.mentions });
        self.emit(id, EventKind::MessageEdited, data).await?;
        Ok(true)
    }

    /// Takes an internal message back: what it said is gone, that it was said is not. `author` may be anybody's with
    /// `None`. `false`: there is no such message.
    pub async fn unsay(
        &mut self,
        id: ConversationId,
        message: MessageId,
        author: Option<UserId>,
    ) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        if !messages::internal::unsay(self.conn(), tenant, id, message, author, now).await? {
            return Ok(false);
        }
        self.emit(id, EventKind::MessageRevoked, json!({ "message_id": message })).await?;
        Ok(true)
    }

    /// Sets what a person shows on an internal message, or with `None` takes it back. `false`: it is so already.
    pub async fn react(
        &mut self,
        id: ConversationId,
        message: MessageId,
        user: UserId,
        emoji: Option<&str>,
    ) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let changed = messages::internal::react(self.conn(), tenant, message, user, emoji, now).await?;
        if changed {
            let data = json!({ "message_id": message, "user_id": user, "emoji": emoji });
            self.emit(id, EventKind::MessageReactionChanged, data).await?;
        }
        Ok(changed)
    }

    /// Pins a message for everybody who sees the conversation, or no longer. `None`: there is no such message.
    pub async fn pin(
        &mut self,
        id: ConversationId,
        message: MessageId,
        by: UserId,
        pinned: bool,
    ) -> Result<Option<bool>, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let by = pinned.then_some(by);
        let changed = messages::internal::pin(self.conn(), tenant, id, message, by, now).await?;
        if changed == Some(true) {
            let data = json!({ "message_id": message, "pinned": pinned });
            self.emit(id, EventKind::MessagePinChanged, data).await?;
        }
        Ok(changed)
    }
}

impl Writer {
    /// The two columns that name a writer.
    pub(crate) fn sender(self) -> (SenderKind, Option<uuid::Uuid>) {
        match self {
            Self::User(user) => (SenderKind::User, Some(user.0)),
            Self::Rule(rule) => (SenderKind::Automation, Some(rule.0)),
            Self::System => (SenderKind::System, None),
        }
    }
}
