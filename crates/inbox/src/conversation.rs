//! What people and rules do to a conversation.

use crate::{Error, Transaction};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, MessageId,
    conversation::{Priority, Status},
    event::EventKind,
    jobs::{AskForRating, MarkRead, WakeConversation},
};
use serde_json::{Map, Value, json};

/// A move of a conversation, with what is told about it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Where to.
    pub to: Status,
    /// Of a snooze: when it ends. Without it the contact's next message ends it.
    pub until: Option<DateTime<Utc>>,
    /// Of a closing: why.
    pub reason: Option<&'a str>,
    /// Whatever else whoever does it wants to be known.
    pub note: Option<&'a str>,
}

impl From<Status> for Step<'_> {
    fn from(to: Status) -> Self {
        Self { to, until: None, reason: None, note: None }
    }
}

/// Fields that people fill in. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// What it is about, by the tenant's own division.
    pub category: Option<Option<String>>,
    /// The subject, or a channel's name.
    pub title: Option<Option<String>>,
    /// What a channel is for.
    pub description: Option<Option<String>>,
    /// What the tenant shows the customer as.
    pub brand: Option<Option<String>>,
    /// Whether a channel is for its members alone.
    pub is_private: Option<bool>,
    /// Fields of the tenant's own making, as they are to be.
    pub custom_attributes: Option<Value>,
}

impl Transaction {
    /// Moves a conversation. `false`: it stands there already.
    pub async fn set_status(&mut self, id: ConversationId, to: Status) -> Result<bool, Error> {
        self.step(id, &Step::from(to)).await
    }

    /// The same with what is told about it. A snooze may get another end; a closing needs a reason that the tenant's
    /// settings allow.
    pub async fn step(&mut self, id: ConversationId, step: &Step<'_>) -> Result<bool, Error> {
        if step.to == Status::Closed && self.conversation(id).await?.status != Status::Closed {
            store::tenant_settings::load(self.conn()).await?.close_reasons.check(step.reason)?;
        }
        self.go(id, step).await
    }

    /// The same for a reason of the product's own.
    pub(crate) async fn go(&mut self, id: ConversationId, step: &Step<'_>) -> Result<bool, Error> {
        let (tenant_id, now) = (self.tenant(), self.now());
        let conversation = self.conversation(id).await?;
        let (kind, from, to) = (conversation.kind, conversation.status, step.to);
        let snoozed_anew = from == to && to == Status::Snoozed && conversation.snoozed_until != step.until;
        if from == to && !snoozed_anew {
            return Ok(false);
        }
        if !snoozed_anew && !kind.allows(from, to) {
            return Err(Error::Transition { kind, from, to });
        }
        conversation.set_status(to, now);
        if to == Status::Snoozed {
            conversation.snoozed_until = step.until;
        }
        if to == Status::Closed {
            conversation.close_reason = step.reason.map(str::to_owned);
        }
        let mut data = Map::from_iter([("from".to_owned(), json!(from)), ("to".to_owned(), json!(to))]);
        let told =
            [("until", step.until.map(|until| json!(until))), ("reason", step.reason.map(|reason| json!(reason)))];
        data.extend(told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        data.extend(step.note.map(|note| ("note".to_owned(), json!(note))));
        self.emit(id, EventKind::ConversationStatusChanged, Value::Object(data)).await?;
        if to == Status::Closed && self.is_to_be_rated(id).await?.is_some() {
            self.enqueue(&AskForRating { tenant_id, conversation_id: id }).await?;
        }
        if let Some(until) = step.until.filter(|_| to == Status::Snoozed) {
            self.enqueue_at(&WakeConversation { tenant_id, conversation_id: id, until }, until).await?;
        }
        Ok(true)
    }

    /// Ends the snooze that was to last until then. `false`: it has ended before, or has another end.
    pub async fn wake(&mut self, id: ConversationId, until: DateTime<Utc>) -> Result<bool, Error> {
        let conversation = self.conversation(id).await?;
        if conversation.status != Status::Snoozed || conversation.snoozed_until != Some(until) {
            return Ok(false);
        }
        self.set_status(id, Status::Open).await
    }

    /// Fills in fields. `false`: they are so already.
    pub async fn fill_in(&mut self, id: ConversationId, fields: &Fields) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        let mut changes = Map::new();
        change(&mut changes, "priority", &mut conversation.priority, fields.priority.as_ref());
        change(&mut changes, "category", &mut conversation.category, fields.category.as_ref());
        change(&mut changes, "title", &mut conversation.title, fields.title.as_ref());
        change(&mut changes, "description", &mut conversation.description, fields.description.as_ref());
        change(&mut changes, "brand", &mut conversation.brand, fields.brand.as_ref());
        change(&mut changes, "is_private", &mut conversation.is_private, fields.is_private.as_ref());
        change(
            &mut changes,
            "custom_attributes",
            &mut conversation.custom_attributes,
            fields.custom_attributes.as_ref(),
        );
        if changes.is_empty() {
            return Ok(false);
        }
        conversation.touch(now);
        self.emit(id, EventKind::ConversationUpdated, json!({ "changes": changes })).await?;
        Ok(true)
    }

    /// Takes a conversation out of the lists, or puts it back. `false`: it is so already.
    pub async fn set_archived(&mut self, id: ConversationId, archived: bool) -> Result<bool, Error> {
        let now = self.now();
        let conversation = self.conversation(id).await?;
        if conversation.archived_at.is_some() == archived {
            return Ok(false);
        }
        conversation.archived_at = archived.then_some(now);
        conversation.queue_up(now);
        conversation.touch(now);
        self.emit(id, EventKind::ConversationArchived, json!({ "archived": archived })).await?;
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
        let connection = conversation.counterpart.as_ref().map(|counterpart| counterpart.connection_id);
        if let Some((message_id, connection_id)) = latest.zip(connection) {
            self.enqueue(&MarkRead { tenant_id, message_id, connection_id }).await?;
        }
        Ok(true)
    }
}

/// Sets a field, and notes the value before and after where they differ.
fn change<T: Clone + PartialEq + serde::Serialize>(
    changes: &mut Map<String, Value>,
    name: &str,
    field: &mut T,
    to: Option<&T>,
) {
    let Some(to) = to.filter(|to| *to != field) else { return };
    changes.insert(name.to_owned(), json!({ "from": field, "to": to }));
    field.clone_from(to);
}
