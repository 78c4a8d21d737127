//! Conversations that people begin: among themselves, and with a customer who has not written.

use crate::{Asking, Error, Outgoing, SendError, Transaction};
use domain::{
    ConnectionId, ContactId, ConversationId, IdentityId, UserId,
    conversation::{AssignmentMethod, ConversationType, ParticipantRole},
    event::EventKind,
};
use serde_json::json;
use store::{
    contacts::{self, Address},
    conversations::{self, NewConversation, creation::NewInternal, participants, reach},
};

/// Whom a person writes to who has not written, and over which account.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// The customer.
    pub contact: ContactId,
    /// The account.
    pub connection: ConnectionId,
    /// The plugin that speaks for it.
    pub channel: &'a str,
    /// Where the channel reaches them if it does not know them yet, the best first.
    pub claims: &'a [Address],
}

/// Why a conversation with a customer does not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The channel knows no address of the customer.
    #[error("the contact has no address on this channel")]
    NoAddress,
    /// The channel knows somebody else under the address.
    #[error("the address is another contact's on this channel")]
    AddressTaken,
    /// There is one with them over this account that is not closed.
    #[error("there is a conversation with the contact over this connection")]
    Exists(ConversationId),
    /// Its first message is not sent.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl From<Error> for BeginError {
    fn from(error: Error) -> Self {
        Self::Send(error.into())
    }
}

impl From<store::Error> for BeginError {
    fn from(error: store::Error) -> Self {
        Self::Send(error.into())
    }
}

impl Transaction {
    /// Begins a conversation among people of the tenant: whoever begins it owns it, and `others` take part.
    pub async fn begin_internal(&mut self, new: &NewInternal<'_>, others: &[UserId]) -> Result<(), Error> {
        let (tenant, now) = (self.tenant(), self.now());
        store::conversations::creation::internal(self.conn(), tenant, new, now).await?;
        let equals = new.kind == ConversationType::DirectMessage;
        let owner = if equals { ParticipantRole::Member } else { ParticipantRole::Owner };
        participants::add(self.conn(), tenant, new.id, new.created_by, owner, now).await?;
        for other in others.iter().filter(|other| **other != new.created_by) {
            participants::add(self.conn(), tenant, new.id, *other, ParticipantRole::Member, now).await?;
        }
        let data = json!({
            "type": new.kind, "ticket_number": new.ticket_number, "linked_conversation_id": new.linked_conversation_id,
        });
        self.emit(new.id, EventKind::ConversationCreated, data).await?;
        if let Some(linked) = new.linked_conversation_id {
            let data = json!({ "ticket_id": new.id, "ticket_number": new.ticket_number });
            self.emit(linked, EventKind::ConversationLinked, data).await?;
        }
        Ok(())
    }

    /// Begins a conversation with a customer by a message to them. Whoever writes it has the conversation.
    ///
    /// What has been changed so far is written with it, so that it can be read in this transaction.
    pub async fn begin_with_customer(
        &mut self,
        to: Addressee<'_>,
        user: UserId,
        first: &Outgoing<'_>,
    ) -> Result<ConversationId, BeginError> {
        let (tenant, now) = (self.tenant(), self.now());
        let address = self.reach(to).await?;
        let new = NewConversation {
            contact_id: to.contact,
            identity_id: Some(address),
            connection_id: to.connection,
            channel: to.channel,
            thread: None,
        };
        let (mut conversation, begun) = conversations::lock_current(self.conn(), tenant, &new, now).await?;
        let id = conversation.id;
        if !begun {
            return Err(BeginError::Exists(id));
        }
        conversations::creation::begun_by(self.conn(), tenant, id, user).await?;
        // Nobody waits for an answer.
        conversation.queued_at = None;
        self.hold(conversation);
        // No rule greets somebody who has not written.
        self.emit(id, EventKind::ConversationCreated, json!({ "contact_is_new": false })).await?;
        self.assign(id, Some(user), AssignmentMethod::Taken).await?;
        self.send(id, first).await?;
        self.ask_about(to.contact, Asking::default()).await?;
        self.flush().await?;
        Ok(id)
    }

    /// The address that somebody is written to at. Whom the channel does not know is known by their best claim from now
    /// on, which nobody has proven.
    async fn reach(&mut self, to: Addressee<'_>) -> Result<IdentityId, BeginError> {
        let (tenant, now) = (self.tenant(), self.now());
        if let Some(known) = reach::address(self.conn(), tenant, to.contact, to.channel).await? {
            return Ok(known);
        }
        let Some(claim) = to.claims.first() else { return Err(BeginError::NoAddress) };
        let claim = std::slice::from_ref(claim);
        if !contacts::attach(self.conn(), tenant, to.channel, to.contact, claim, now).await? {
            return Err(BeginError::AddressTaken);
        }
        reach::address(self.conn(), tenant, to.contact, to.channel).await?.ok_or(BeginError::NoAddress)
    }

    /// Lets somebody take part, or gives them another role. `false`: they do so already.
    pub async fn let_in(&mut self, id: ConversationId, user: UserId, role: ParticipantRole) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let changed = participants::add(self.conn(), tenant, id, user, role, now).await?;
        if changed {
            self.emit(id, EventKind::ParticipantJoined, json!({ "user_id": user, "role": role })).await?;
        }
        Ok(changed)
    }

    /// Lets somebody go. `false`: they do not take part.
    pub async fn let_go(&mut self, id: ConversationId, user: UserId) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let changed = participants::leave(self.conn(), tenant, id, user, now).await?;
        if changed {
            self.emit(id, EventKind::ParticipantLeft, json!({ "user_id": user })).await?;
        }
        Ok(changed)
    }
}
