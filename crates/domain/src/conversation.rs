//! The states of a support conversation and the steps between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($name:ident, $what:literal, { $($variant:ident => $text:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the database and in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::conversation::UnknownName;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::conversation::UnknownName { what: $what, name: s.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use named;

/// A word that is not among the values of an enumeration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{name}` is not a {what}")]
pub struct UnknownName {
    /// What was expected, such as `conversation status`.
    pub what: &'static str,
    /// What was given.
    pub name: String,
}

/// Where a support conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The contact wrote; nobody has looked.
    New,
    /// Waiting in a team's queue.
    Queued,
    /// Somebody works on it.
    Open,
    /// Waiting for the contact.
    Pending,
    /// Put aside until a time.
    Snoozed,
    /// Done, as far as the agent knows; a message of the contact opens it again.
    Resolved,
    /// Over; the contact's next message begins a new conversation.
    Closed,
}
named!(Status, "conversation status", {
    New => "new", Queued => "queued", Open => "open", Pending => "pending",
    Snoozed => "snoozed", Resolved => "resolved", Closed => "closed",
});

impl Status {
    /// Whether a person or a rule may move a conversation from here to `next`.
    ///
    /// Nothing returns to `new`, and a closed conversation is only opened again.
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (from, to) if from == to => false,
            (_, Self::New) => false,
            (Self::Closed, to) => to == Self::Open,
            _ => true,
        }
    }

    /// What a message of the contact makes of it; `None` where it stays.
    pub fn after_inbound(self) -> Option<Self> {
        match self {
            Self::Pending | Self::Snoozed | Self::Resolved => Some(Self::Open),
            Self::New | Self::Queued | Self::Open | Self::Closed => None,
        }
    }

    /// What a person's reply makes of it; `None` where it stays.
    pub fn after_reply(self) -> Option<Self> {
        match self {
            Self::New | Self::Queued => Some(Self::Open),
            _ => None,
        }
    }

    /// The words of queues: new, queued, assigned, snoozed, closed.
    pub const fn queue_state(self, assigned: bool) -> &'static str {
        match self {
            Self::Snoozed => "snoozed",
            Self::Resolved | Self::Closed => "closed",
            _ if assigned => "assigned",
            Self::New => "new",
            Self::Queued | Self::Open | Self::Pending => "queued",
        }
    }
}

/// How urgent a conversation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}
named!(Priority, "priority", { Low => "low", Normal => "normal", High => "high", Urgent => "urgent" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_new_again() {
        assert!(Status::ALL.iter().all(|from| !from.may_become(Status::New)));
    }

    #[test]
    fn a_closed_conversation_is_only_reopened() {
        let next: Vec<_> = Status::ALL.iter().filter(|to| Status::Closed.may_become(**to)).collect();
        assert_eq!(next, [&Status::Open]);
    }

    #[test]
    fn the_contact_wakes_what_waits() {
        assert_eq!(Status::Resolved.after_inbound(), Some(Status::Open));
        assert_eq!(Status::Snoozed.after_inbound(), Some(Status::Open));
        assert_eq!(Status::New.after_inbound(), None);
    }

    #[test]
    fn names_round_trip() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn assigned_is_a_queue_state_not_a_status() {
        assert_eq!(Status::Open.queue_state(true), "assigned");
        assert_eq!(Status::New.queue_state(false), "new");
        assert_eq!(Status::Resolved.queue_state(true), "closed");
    }
}
