//! Conversations that people begin among themselves.

use crate::{Error, Transaction};
use domain::{
    ConversationId, UserId,
    conversation::{ConversationType, ParticipantRole},
    event::EventKind,
};
use serde_json::json;
use store::conversations::{creation::NewInternal, participants};

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
