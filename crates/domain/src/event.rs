//! The catalogue of the event log: every change of the domain is one of these.

use crate::{ApiKeyId, RuleId, UserId, conversation::named};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum EventKind {
    /// A message was stored, inbound or outbound.
    #[serde(rename = "message.created")]
    MessageCreated,
    /// Its author changed it.
    #[serde(rename = "message.edited")]
    MessageEdited,
    /// Its author took it back.
    #[serde(rename = "message.revoked")]
    MessageRevoked,
    /// It came a step further on its way, or failed.
    #[serde(rename = "message.status_changed")]
    MessageStatusChanged,
    /// A reaction was set, changed or removed.
    #[serde(rename = "message.reaction_changed")]
    MessageReactionChanged,
    /// It was pinned, or is no longer.
    #[serde(rename = "message.pin_changed")]
    MessagePinChanged,
    /// A conversation began.
    #[serde(rename = "conversation.created")]
    ConversationCreated,
    /// It moved from one status to another.
    #[serde(rename = "conversation.status_changed")]
    ConversationStatusChanged,
    /// It was given to somebody, or to nobody.
    #[serde(rename = "conversation.assigned")]
    ConversationAssigned,
    /// It went to another team, or to none.
    #[serde(rename = "conversation.transferred")]
    ConversationTransferred,
    /// Its priority, category, title or another field changed.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated,
    /// It left the lists, or came back.
    #[serde(rename = "conversation.archived")]
    ConversationArchived,
    /// Another conversation became part of it, or it of another.
    #[serde(rename = "conversation.merged")]
    ConversationMerged,
    /// A merge was taken back.
    #[serde(rename = "conversation.unmerged")]
    ConversationUnmerged,
    /// It was deleted for good.
    #[serde(rename = "conversation.deleted")]
    ConversationDeleted,
    /// A support conversation and a ticket belong together, or no longer.
    #[serde(rename = "conversation.linked")]
    ConversationLinked,
    /// Somebody takes part in it, or has another role.
    #[serde(rename = "conversation.participant_joined")]
    ParticipantJoined,
    /// Somebody takes part no longer.
    #[serde(rename = "conversation.participant_left")]
    ParticipantLeft,
    /// It was brought over from another system with everything that was said in it, or brought up to date from there.
    #[serde(rename = "conversation.imported")]
    ConversationImported,
    /// Its customer was asked whose matter it is; the reason says why it went to the team it went to.
    #[serde(rename = "conversation.triaged")]
    ConversationTriaged,
    /// A macro was run on it.
    #[serde(rename = "conversation.macro_run")]
    MacroRun,
    /// Its customer said what they think of it.
    #[serde(rename = "conversation.rated")]
    ConversationRated,
    /// Its customer was to be asked what they think of it, and was not; the reason says why.
    #[serde(rename = "conversation.rating_skipped")]
    RatingSkipped,
    /// A lead wrote down what was done well or badly in it.
    #[serde(rename = "conversation.reviewed")]
    ConversationReviewed,
    /// It was escalated.
    #[serde(rename = "conversation.escalated")]
    ConversationEscalated,
    /// A tag was added.
    #[serde(rename = "conversation.tag_added")]
    ConversationTagAdded,
    /// A tag was removed.
    #[serde(rename = "conversation.tag_removed")]
    ConversationTagRemoved,
    /// A contact appeared.
    #[serde(rename = "contact.created")]
    ContactCreated,
    /// A contact was brought over from another system, or what that system knows was added to it.
    #[serde(rename = "contact.imported")]
    ContactImported,
    /// A contact's data changed.
    #[serde(rename = "contact.updated")]
    ContactUpdated,
    /// A contact is reached under another address than before.
    #[serde(rename = "contact.identity_changed")]
    ContactIdentityChanged,
    /// A contact was blocked, or is no longer.
    #[serde(rename = "contact.blocked")]
    ContactBlocked,
    /// Another contact became part of it, or it of another.
    #[serde(rename = "contact.merged")]
    ContactMerged,
    /// A merge of contacts was taken back.
    #[serde(rename = "contact.unmerged")]
    ContactUnmerged,
    /// A company was entered.
    #[serde(rename = "company.created")]
    CompanyCreated,
    /// A company was brought over from another system, or what that system knows was added to it.
    #[serde(rename = "company.imported")]
    CompanyImported,
    /// A company's name, domains or attributes changed.
    #[serde(rename = "company.updated")]
    CompanyUpdated,
    /// A company was deleted; its contacts are of none.
    #[serde(rename = "company.deleted")]
    CompanyDeleted,
    /// A connection works, needs a new authorization, or was switched off.
    #[serde(rename = "connection.status_changed")]
    ConnectionStatusChanged,
    /// Another version of its plugin speaks for a connection.
    #[serde(rename = "connection.version_changed")]
    ConnectionVersionChanged,
    /// Somebody stepped into the queue: a job was cancelled, retried, replayed, edited or discarded, or work was paused
    /// or resumed.
    #[serde(rename = "queue.changed")]
    QueueChanged,
    /// Something that only the plugin knows the meaning of.
    #[serde(rename = "plugin.event")]
    PluginEvent,
    /// An action of a plugin that a rule or a person asked for was done, or failed.
    #[serde(rename = "plugin.action_done")]
    PluginActionDone,
}
named!(EventKind, "event kind", {
    MessageCreated => "message.created",
    MessageEdited => "message.edited",
    MessageRevoked => "message.revoked",
    MessageStatusChanged => "message.status_changed",
    MessageReactionChanged => "message.reaction_changed",
    MessagePinChanged => "message.pin_changed",
    ConversationCreated => "conversation.created",
    ConversationStatusChanged => "conversation.status_changed",
    ConversationAssigned => "conversation.assigned",
    ConversationTransferred => "conversation.transferred",
    ConversationUpdated => "conversation.updated",
    ConversationArchived => "conversation.archived",
    ConversationMerged => "conversation.merged",
    ConversationUnmerged => "conversation.unmerged",
    ConversationDeleted => "conversation.deleted",
    ConversationLinked => "conversation.linked",
    ParticipantJoined => "conversation.participant_joined",
    ParticipantLeft => "conversation.participant_left",
    ConversationImported => "conversation.imported",
    ConversationTriaged => "conversation.triaged",
    MacroRun => "conversation.macro_run",
    ConversationRated => "conversation.rated",
    RatingSkipped => "conversation.rating_skipped",
    ConversationReviewed => "conversation.reviewed",
    ConversationEscalated => "conversation.escalated",
    ConversationTagAdded => "conversation.tag_added",
    ConversationTagRemoved => "conversation.tag_removed",
    ContactCreated => "contact.created",
    ContactImported => "contact.imported",
    ContactUpdated => "contact.updated",
    ContactIdentityChanged => "contact.identity_changed",
    ContactBlocked => "contact.blocked",
    ContactMerged => "contact.merged",
    ContactUnmerged => "contact.unmerged",
    CompanyCreated => "company.created",
    CompanyImported => "company.imported",
    CompanyUpdated => "company.updated",
    CompanyDeleted => "company.deleted",
    ConnectionStatusChanged => "connection.status_changed",
    ConnectionVersionChanged => "connection.version_changed",
    QueueChanged => "queue.changed",
    PluginEvent => "plugin.event",
    PluginActionDone => "plugin.action_done",
});

/// Who made it happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// The contact, through its channel.
    Contact,
    /// A person of the tenant.
    User {
        /// Who.
        id: UserId,
    },
    /// A machine, by a key that a person of the tenant made for it.
    ApiKey {
        /// Which.
        id: ApiKeyId,
        /// Who made it.
        user_id: UserId,
    },
    /// A rule.
    Rule {
        /// Which.
        id: RuleId,
    },
    /// The channel: status reports, changed addresses.
    Channel,
    /// The product itself.
    System,
}

/// The longest chain of events that cause each other through rules.
pub const MAX_CAUSATION_DEPTH: i16 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_spellings_of_a_kind_agree() {
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
