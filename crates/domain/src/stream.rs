//! Which streams tell an event, beside that of its conversation: the inbox of the tenant, and those of people.

use crate::{UserId, event::EventKind};
use serde_json::Value;

/// Whether lists of conversations may look otherwise after it.
pub const fn changes_lists(kind: EventKind) -> bool {
    use EventKind as K;
    matches!(
        kind,
        K::MessageCreated
            | K::MessageEdited
            | K::MessageRevoked
            | K::ConversationCreated
            | K::ConversationStatusChanged
            | K::ConversationAssigned
            | K::ConversationTransferred
            | K::ConversationUpdated
            | K::ConversationArchived
            | K::ConversationMerged
            | K::ConversationUnmerged
            | K::ConversationDeleted
            | K::ConversationLinked
            | K::ParticipantJoined
            | K::ParticipantLeft
            | K::ConversationImported
            | K::ConversationTriaged
            | K::ConversationRated
            | K::ConversationEscalated
            | K::ConversationTagAdded
            | K::ConversationTagRemoved
    )
}

/// Whether somebody may see the conversation after it who did not before, or no longer.
pub const fn changes_sight(kind: EventKind) -> bool {
    use EventKind as K;
    matches!(
        kind,
        K::ConversationAssigned
            | K::ConversationTransferred
            | K::ConversationUpdated
            | K::ConversationMerged
            | K::ConversationUnmerged
            | K::ConversationDeleted
            | K::ParticipantJoined
            | K::ParticipantLeft
    )
}

/// Whom it concerns: who is given a conversation or loses it, who comes to take part or does no longer, who is spoken to.
pub fn concerned(kind: EventKind, data: &Value) -> Vec<UserId> {
    let person = |value: &Value| value.as_str().and_then(|id| id.parse().ok());
    let mut people: Vec<UserId> = match kind {
        EventKind::ConversationAssigned => [&data["from"], &data["to"]].into_iter().filter_map(person).collect(),
        EventKind::ParticipantJoined | EventKind::ParticipantLeft => person(&data["user_id"]).into_iter().collect(),
        EventKind::MessageCreated => data["mentions"].as_array().into_iter().flatten().filter_map(person).collect(),
        _ => Vec::new(),
    };
    people.sort_unstable();
    people.dedup();
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn people_hear_of_what_concerns_them() {
        let (me, other) = (UserId::new(), UserId::new());
        for (kind, data, people) in [
            (EventKind::ConversationAssigned, json!({ "from": me, "to": other }), vec![me, other]),
            (EventKind::ConversationAssigned, json!({ "from": null, "to": other }), vec![other]),
            (EventKind::ConversationAssigned, json!({ "from": other, "to": other }), vec![other]),
            (EventKind::ParticipantJoined, json!({ "user_id": me, "role": "member" }), vec![me]),
            (EventKind::MessageCreated, json!({ "message_id": other, "mentions": [other, me] }), vec![me, other]),
            (EventKind::MessageCreated, json!({ "message_id": other }), vec![]),
            (EventKind::ConversationTransferred, json!({ "from": me, "to": other }), vec![]),
        ] {
            assert_eq!(concerned(kind, &data), people, "{kind:?} {data}");
        }
    }

    #[test]
    fn whatever_changes_sight_changes_lists() {
        for kind in EventKind::ALL {
            assert!(!changes_sight(*kind) || changes_lists(*kind), "{kind:?}");
        }
    }
}
