//! Two conversations that become one.

use crate::{Error, Transaction};
use chrono::{DateTime, Utc};
use domain::{ConversationId, conversation::Status, event::EventKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::conversations::{
    Conversation,
    merging::{self, Merge},
};
use uuid::Uuid;

/// Why two conversations do not become one, or one not two again.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A conversation cannot go into itself.
    #[error("a conversation cannot be merged into itself")]
    Same,
    /// One of them is not with a customer.
    #[error("only conversations with customers are merged")]
    NotSupport,
    /// They are with different people: those are to be made one first.
    #[error("the conversations are with different contacts")]
    OtherContact,
    /// One of them has gone into another already.
    #[error("one of the conversations has been merged already")]
    AlreadyMerged,
    /// There is no merge to take back.
    #[error("the conversation has not been merged")]
    NotMerged,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<store::Error> for MergeError {
    fn from(error: store::Error) -> Self {
        Self::Other(error.into())
    }
}

/// How a conversation stood before a merge, as far as the merge changes it.
#[derive(Debug, Serialize, Deserialize)]
struct Standing {
    status: Status,
    archived_at: Option<DateTime<Utc>>,
    message_count: i32,
    outbound_count: i32,
    unread_count: i32,
    last_message_at: Option<DateTime<Utc>>,
    last_inbound_at: Option<DateTime<Utc>>,
    /// Tags that the target did not have.
    tags: Vec<String>,
}

impl Standing {
    fn of(conversation: &Conversation, tags: Vec<String>) -> Self {
        Self {
            status: conversation.status,
            archived_at: conversation.archived_at,
            message_count: conversation.message_count,
            outbound_count: conversation.outbound_count,
            unread_count: conversation.unread_count,
            last_message_at: conversation.last_message_at,
            last_inbound_at: conversation.last_inbound_at,
            tags,
        }
    }
}

impl Transaction {
    /// Makes a conversation part of another: its messages go there in their order of time, its tags, too, and it is
    /// closed. Both must be with the same contact. Says how many messages went.
    pub async fn merge(&mut self, source: ConversationId, target: ConversationId) -> Result<u64, MergeError> {
        if source == target {
            return Err(MergeError::Same);
        }
        let (tenant, now, by) = (self.tenant(), self.now(), self.cause().actor);
        let (from, into) = self.both(source, target).await?;
        let (Some(theirs), Some(ours)) = (from.contact_id(), into.contact_id()) else {
            return Err(MergeError::NotSupport);
        };
        if from.merged_into.is_some() || into.merged_into.is_some() {
            return Err(MergeError::AlreadyMerged);
        }
        if theirs != ours {
            return Err(MergeError::OtherContact);
        }
        let mut added = Vec::new();
        for tag in store::conversations::tags(self.conn(), tenant, source).await? {
            if self.add_tag(target, &tag).await? {
                added.push(tag);
            }
        }
        let before = json!(Standing::of(&from, added));
        let id = Uuid::now_v7();
        let merge = Merge { id, source_id: source, target_id: target, before, merged_at: now };
        let moved = merging::merge(self.conn(), tenant, &merge, by).await?;

        let into = self.conversation(target).await?;
        into.touch(now);
        into.message_count += from.message_count;
        into.outbound_count += from.outbound_count;
        into.unread_count += from.unread_count;
        into.last_inbound_at = into.last_inbound_at.max(from.last_inbound_at);
        if into.last_message_at < from.last_message_at {
            into.last_message_at = from.last_message_at;
            into.last_message_preview.clone_from(&from.last_message_preview);
            into.last_direction = from.last_direction;
        }
        let gone = self.conversation(source).await?;
        gone.merged_into = Some(target);
        (gone.message_count, gone.outbound_count, gone.unread_count) = (0, 0, 0);
        self.close_merged(source).await?;
        let data = json!({ "merge_id": id, "source_id": source, "target_id": target, "messages": moved });
        self.emit(source, EventKind::ConversationMerged, data.clone()).await?;
        self.emit(target, EventKind::ConversationMerged, data).await?;
        Ok(moved)
    }

    /// Takes a merge back: the messages that went come back, and the conversation stands where it stood, unless the
    /// contact has begun another one meanwhile; then it stays closed. What was written to the other since stays there.
    pub async fn unmerge(&mut self, source: ConversationId) -> Result<u64, MergeError> {
        let (tenant, now) = (self.tenant(), self.now());
        let target = self.conversation(source).await?.merged_into.ok_or(MergeError::NotMerged)?;
        self.both(source, target).await?;
        let merge = merging::of_source(self.conn(), tenant, source).await?.ok_or(MergeError::NotMerged)?;
        let before: Standing = serde_json::from_value(merge.before.clone())
            .map_err(|error| store::Error::corrupt("conversation_merges.before", error))?;
        let moved = merging::undo(self.conn(), tenant, &merge, now).await?;
        for tag in &before.tags {
            self.remove_tag(target, tag).await?;
        }
        let into = self.conversation(target).await?;
        into.touch(now);
        into.message_count = (into.message_count - before.message_count).max(0);
        into.outbound_count = (into.outbound_count - before.outbound_count).max(0);
        into.unread_count = (into.unread_count - before.unread_count).max(0);
        self.show_latest(target).await?;
        let elsewhere =
            before.status != Status::Closed && store::conversations::has_successor(self.conn(), tenant, source).await?;
        let back = self.conversation(source).await?;
        back.merged_into = None;
        back.archived_at = before.archived_at;
        back.message_count = before.message_count;
        back.outbound_count = before.outbound_count;
        back.unread_count = before.unread_count;
        back.set_status(if elsewhere { Status::Closed } else { before.status }, now);
        let data = json!({ "merge_id": merge.id, "source_id": source, "target_id": target, "messages": moved });
        self.emit(source, EventKind::ConversationUnmerged, data.clone()).await?;
        self.emit(target, EventKind::ConversationUnmerged, data).await?;
        Ok(moved)
    }

    /// Has lists show the latest message that there is now.
    async fn show_latest(&mut self, id: ConversationId) -> Result<(), Error> {
        let latest = store::messages::list::latest_line(self.conn(), id).await?;
        let conversation = self.conversation(id).await?;
        conversation.last_message_at = latest.as_ref().map(|(at, _, _)| *at);
        conversation.last_direction = latest.as_ref().map(|(_, _, direction)| *direction);
        conversation.last_message_preview = latest.map(|(_, preview, _)| preview);
        Ok(())
    }

    /// Locks both, in the order of their ids: two merges the opposite way would otherwise wait for each other.
    async fn both(
        &mut self,
        one: ConversationId,
        other: ConversationId,
    ) -> Result<(Conversation, Conversation), Error> {
        self.conversation(one.min(other)).await?;
        let second = self.conversation(other).await?.clone();
        Ok((self.conversation(one).await?.clone(), second))
    }

    async fn close_merged(&mut self, id: ConversationId) -> Result<(), Error> {
        if self.conversation(id).await?.status != Status::Closed {
            self.go(id, &crate::Step { reason: Some("merged"), ..Status::Closed.into() }).await?;
        }
        Ok(())
    }
}
