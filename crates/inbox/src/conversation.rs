//! What people and rules do to a conversation.

use crate::{Error, Transaction};
use domain::{ConversationId, MessageId, UserId, conversation::Status, event::EventKind, jobs::MarkRead};
use serde_json::json;

impl Transaction {
    /// Moves a conversation. `false`: it stands there already.
    pub async fn set_status(&mut self, id: ConversationId, to: Status) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        let from = conversation.status;
        if from == to {
            return Ok(false);
        }
        if !from.may_become(to) {
            return Err(Error::Transition { from, to });
        }
        conversation.set_status(to, now);
        self.emit(id, EventKind::ConversationStatusChanged, json!({ "from": from, "to": to })).await?;
        Ok(true)
    }

    /// Gives a conversation to somebody, or to nobody. `false`: they have it already.
    pub async fn assign(&mut self, id: ConversationId, assignee: Option<UserId>) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        let from = conversation.assignee_id;
        if from == assignee {
            return Ok(false);
        }
        conversation.assignee_id = assignee;
        conversation.touch(now);
        self.emit(id, EventKind::ConversationAssigned, json!({ "from": from, "to": assignee })).await?;
        Ok(true)
    }

    /// Adds a tag. `false`: the conversation has it already.
    pub async fn add_tag(&mut self, id: ConversationId, tag: &str) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant(), self.now());
        self.conversation(id).await?;
        let added = store::conversations::add_tag(self.conn(), tenant, id, tag, now).await?;
        if added {
            self.emit(id, EventKind::ConversationTagAdded, json!({ "tag": tag })).await?;
        }
        Ok(added)
    }

    /// Removes a tag. `false`: the conversation did not have it.
    pub async fn remove_tag(&mut self, id: ConversationId, tag: &str) -> Result<bool, Error> {
        let tenant = self.tenant();
        self.conversation(id).await?;
        let removed = store::conversations::remove_tag(self.conn(), tenant, id, tag).await?;
        if removed {
            self.emit(id, EventKind::ConversationTagRemoved, json!({ "tag": tag })).await?;
        }
        Ok(removed)
    }

    /// Escalates a conversation. `false`: it is escalated already.
    pub async fn escalate(&mut self, id: ConversationId, reason: &str) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        if conversation.escalated_at.is_some() {
            return Ok(false);
        }
        conversation.escalated_at = Some(now);
        conversation.touch(now);
        self.emit(id, EventKind::ConversationEscalated, json!({ "reason": reason })).await?;
        Ok(true)
    }

    /// Notes that a person has read everything, and has the channel told: `latest` is the newest message of the
    /// contact, if there is one. `false`: nothing was unread.
    pub async fn mark_read(&mut self, id: ConversationId, latest: Option<MessageId>) -> Result<bool, Error> {
        let tenant_id = self.tenant();
        let conversation = self.conversation(id).await?;
        if conversation.unread_count == 0 {
            return Ok(false);
        }
        conversation.unread_count = 0;
        let connection_id = conversation.connection_id;
        if let Some(message_id) = latest {
            self.enqueue(&MarkRead { tenant_id, message_id, connection_id }).await?;
        }
        Ok(true)
    }
}
