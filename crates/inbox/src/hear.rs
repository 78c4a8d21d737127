//! What comes over a channel: which conversation it belongs to, and what it does there.

use crate::{Answered, Asking, Error, Transaction};
use domain::{
    ContactId, ConversationId, IdentityId, conversation::Status, event::EventKind, message::Direction, triage::Said,
};
use plugin_sdk::Content;
use serde_json::json;
use store::{
    conversations::{self, Conversation, NewConversation},
    messages::{self, NewMessage},
    surveys::{self, Way},
};

/// A message that came over a channel, in the conversation that it [belongs to](Transaction::belongs_to).
#[derive(Debug)]
pub struct Heard<'a> {
    /// As it is to be stored.
    pub message: &'a NewMessage<'a>,
    /// What it says.
    pub content: &'a Content,
    /// Who is at the other end.
    pub contact: ContactId,
    /// Whether their channel knows them since just now.
    pub contact_is_new: bool,
    /// The address that it came from.
    pub identity: IdentityId,
    /// Whether the conversation began with it.
    pub begun: bool,
}

/// The id of a button that was pressed, and what was written or stood on it.
pub fn said(content: &Content) -> Said<'_> {
    match content {
        Content::Button { text, payload } => Said { button: payload.as_deref(), text: Some(text) },
        Content::InteractiveReply { id, title, .. } => Said { button: id.as_deref(), text: title.as_deref() },
        other => Said { button: None, text: other.text() },
    }
}

/// The rating in a message that is nothing but a number from 1 to 5.
fn rating(content: &Content) -> Option<i16> {
    let digit = content.text().map(str::trim).filter(|text| text.len() == 1)?.parse().ok();
    digit.filter(|rating| (1..=5).contains(rating))
}

impl Transaction {
    /// The conversation, locked, that a message over a channel belongs to, and whether it begins with it. `inbound`: what
    /// the customer says, if they say it.
    pub async fn belongs_to(
        &mut self,
        new: &NewConversation<'_>,
        inbound: Option<&Content>,
    ) -> Result<(Conversation, bool), Error> {
        if inbound.is_some_and(|content| rating(content).is_some())
            && let Some(closed) = self.rated_after_close(new).await?
        {
            return Ok((closed, false));
        }
        let (tenant, now) = (self.tenant(), self.now());
        Ok(conversations::lock_current(self.conn(), tenant, new, now).await?)
    }

    /// The closed conversation, locked, about which a question waits for an answer, which begins no new one.
    async fn rated_after_close(&mut self, new: &NewConversation<'_>) -> Result<Option<Conversation>, Error> {
        if new.thread.is_some() {
            return Ok(None);
        }
        let (tenant, now) = (self.tenant(), self.now());
        let asked = surveys::open_after_close(self.conn(), tenant, new.contact_id, new.connection_id, now).await?;
        let Some(id) = asked else { return Ok(None) };
        let closed = conversations::lock(self.conn(), tenant, id).await?;
        // Opened again, or answered through the link, while this waited for the lock.
        let Some(closed) = closed.filter(|closed| closed.status == Status::Closed) else { return Ok(None) };
        Ok(surveys::open_of(self.conn(), tenant, id, now).await?.map(|_| closed))
    }

    /// Stores a message that came over a channel, with what follows from it. `false`: it was stored before.
    pub async fn hear(&mut self, heard: &Heard<'_>) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        let &Heard { message, content, contact, contact_is_new, identity, begun } = heard;
        let id = message.conversation_id;
        if !messages::insert(self.conn(), tenant, message, now).await? {
            return Ok(false);
        }
        if begun {
            let data = json!({ "message_id": message.id, "contact_is_new": contact_is_new });
            self.emit(id, EventKind::ConversationCreated, data).await?;
            self.ask_about(contact, Asking::default()).await?;
        }
        let conversation = self.conversation(id).await?;
        conversation.note_message(message.direction, message.occurred_at, message.preview, now);
        if message.direction == Direction::Inbound {
            // Of several addresses the answer goes to this one.
            conversation.identity_id = Some(identity);
            // An answer to "How did we do?" is no new matter.
            if !self.rated(id, content).await? && !self.triaged(id, content, begun).await? {
                self.rouse(id).await?;
            }
        }
        let data = json!({
            "message_id": message.id, "direction": message.direction, "sender": message.sender_kind,
            "contact_is_new": contact_is_new,
        });
        self.emit(id, EventKind::MessageCreated, data).await?;
        Ok(true)
    }

    /// Takes a message that is nothing but a number from 1 to 5 as the answer to a question that waits for one.
    async fn rated(&mut self, id: ConversationId, content: &Content) -> Result<bool, Error> {
        let Some(rating) = rating(content) else { return Ok(false) };
        let (tenant, now) = (self.tenant(), self.now());
        let Some(survey) = surveys::open_of(self.conn(), tenant, id, now).await? else { return Ok(false) };
        Ok(self.rate(survey, rating, None, Way::Channel).await? == Answered::Now)
    }

    /// Takes a message as an answer to what a new conversation is asked before it waits for somebody.
    async fn triaged(&mut self, id: ConversationId, content: &Content, begun: bool) -> Result<bool, Error> {
        if begun { self.begin_triage(id, said(content)).await } else { self.continue_triage(id, said(content)).await }
    }

    /// What a message of the contact does to a conversation that waits, was resolved or put away.
    async fn rouse(&mut self, id: ConversationId) -> Result<(), Error> {
        self.set_archived(id, false).await?;
        let next = self.conversation(id).await?.status.after_inbound();
        match next {
            Some(status) => self.set_status(id, status).await.map(drop),
            None => Ok(()),
        }
    }
}
