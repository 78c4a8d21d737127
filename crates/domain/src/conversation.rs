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

/// What a conversation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationType {
    /// With a customer, over a channel.
    Support,
    /// Among people of the tenant, under a name.
    TeamChannel,
    /// Between two people of the tenant.
    DirectMessage,
    /// What one person asks of another team.
    InternalTicket,
}
named!(ConversationType, "conversation type", {
    Support => "support", TeamChannel => "team_channel", DirectMessage => "direct_message",
    InternalTicket => "internal_ticket",
});

/// Where a conversation stands. Each type has some of these, see [`ConversationType::transitions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The contact wrote; nobody has looked.
    New,
    /// Waiting in a team's queue.
    Queued,
    /// Somebody works on it; of a ticket: nobody works on it yet.
    Open,
    /// A ticket that somebody works on.
    InProgress,
    /// Waiting for the contact.
    Pending,
    /// Put aside until a time.
    Snoozed,
    /// Done, as far as the agent knows; a message of the contact opens it again.
    Resolved,
    /// Over; the contact's next message begins a new conversation.
    Closed,
    /// People talk in it.
    Active,
    /// Kept for reading.
    Archived,
}
named!(Status, "conversation status", {
    New => "new", Queued => "queued", Open => "open", InProgress => "in_progress", Pending => "pending",
    Snoozed => "snoozed", Resolved => "resolved", Closed => "closed", Active => "active", Archived => "archived",
});

/// From where to where conversations of a type are moved by people and rules.
pub type Transitions = &'static [(Status, &'static [Status])];

impl ConversationType {
    /// Its statuses, each with those that may follow. Whatever is not here is refused; the diagrams in the
    /// documentation are drawn from it.
    pub const fn transitions(self) -> Transitions {
        use Status as S;
        match self {
            // Nothing becomes new again, and what is closed is only opened again.
            Self::Support => &[
                (S::New, &[S::Queued, S::Open, S::Pending, S::Snoozed, S::Resolved, S::Closed]),
                (S::Queued, &[S::Open, S::Pending, S::Snoozed, S::Resolved, S::Closed]),
                (S::Open, &[S::Queued, S::Pending, S::Snoozed, S::Resolved, S::Closed]),
                (S::Pending, &[S::Queued, S::Open, S::Snoozed, S::Resolved, S::Closed]),
                (S::Snoozed, &[S::Queued, S::Open, S::Pending, S::Resolved, S::Closed]),
                (S::Resolved, &[S::Queued, S::Open, S::Pending, S::Snoozed, S::Closed]),
                (S::Closed, &[S::Open]),
            ],
            Self::InternalTicket => &[
                (S::Open, &[S::InProgress, S::Resolved, S::Closed]),
                (S::InProgress, &[S::Open, S::Resolved, S::Closed]),
                (S::Resolved, &[S::Open, S::InProgress, S::Closed]),
                (S::Closed, &[S::Open]),
            ],
            Self::TeamChannel | Self::DirectMessage => &[(S::Active, &[S::Archived]), (S::Archived, &[S::Active])],
        }
    }

    /// Whether a conversation of this type may be moved from one status to another.
    pub fn allows(self, from: Status, to: Status) -> bool {
        self.transitions().iter().any(|(status, next)| *status == from && next.contains(&to))
    }

    /// Whether conversations of this type ever stand there.
    pub fn knows(self, status: Status) -> bool {
        self.transitions().iter().any(|(known, _)| *known == status)
    }

    /// Where conversations of this type begin.
    pub const fn initial(self) -> Status {
        self.transitions()[0].0
    }

    /// Whether somebody in particular works on it.
    pub const fn is_assigned(self) -> bool {
        matches!(self, Self::Support | Self::InternalTicket)
    }
}

impl Status {
    /// What a message of the contact makes of it; `None` where it stays.
    pub fn after_inbound(self) -> Option<Self> {
        match self {
            Self::Pending | Self::Snoozed | Self::Resolved => Some(Self::Open),
            _ => None,
        }
    }

    /// What a person's reply makes of it; `None` where it stays.
    pub fn after_reply(self) -> Option<Self> {
        match self {
            Self::New | Self::Queued => Some(Self::Open),
            _ => None,
        }
    }

    /// Whether there is something left to do for somebody.
    pub const fn is_unfinished(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed | Self::Archived)
    }

    /// Whether it waits for somebody to take it, as long as nobody has it.
    pub const fn waits_for_somebody(self) -> bool {
        matches!(self, Self::New | Self::Queued | Self::Open | Self::InProgress)
    }

    /// The words of queues: new, queued, assigned, snoozed, closed.
    pub const fn queue_state(self, assigned: bool) -> &'static str {
        match self {
            Self::Snoozed => "snoozed",
            Self::Resolved | Self::Closed | Self::Archived => "closed",
            _ if assigned => "assigned",
            Self::New => "new",
            _ => "queued",
        }
    }
}

/// What somebody does in a conversation they take part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantRole {
    /// Made it; may do everything with it.
    Owner,
    /// May say who takes part.
    Admin,
    /// Writes.
    Member,
    /// Reads.
    Observer,
}
named!(ParticipantRole, "participant role", {
    Owner => "owner", Admin => "admin", Member => "member", Observer => "observer",
});

/// How a conversation came to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentMethod {
    /// Somebody gave it to them.
    Manual,
    /// They took it.
    Taken,
    /// Their turn had come.
    RoundRobin,
    /// They had the least to do.
    LeastBusy,
    /// A rule said so.
    Rule,
}
named!(AssignmentMethod, "assignment method", {
    Manual => "manual", Taken => "taken", RoundRobin => "round_robin", LeastBusy => "least_busy", Rule => "rule",
});

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
        let transitions = ConversationType::Support.transitions();
        assert!(transitions.iter().all(|(_, next)| !next.contains(&Status::New)));
    }

    #[test]
    fn a_closed_conversation_is_only_reopened() {
        let may_become = |to: &&Status| ConversationType::Support.allows(Status::Closed, **to);
        assert_eq!(Status::ALL.iter().filter(may_become).collect::<Vec<_>>(), [&Status::Open]);
    }

    #[test]
    fn every_step_leads_to_a_status_of_the_type_and_every_status_is_reached() {
        for kind in ConversationType::ALL {
            for (from, next) in kind.transitions() {
                assert!(!next.contains(from), "{kind}: {from} to itself");
                assert!(next.iter().all(|to| kind.knows(*to)), "{kind}: {from} to {next:?}");
                let reached = kind.transitions().iter().any(|(_, next)| next.contains(from));
                assert!(reached || *from == kind.initial(), "{kind}: {from} is never reached");
            }
        }
        assert!(!ConversationType::Support.knows(Status::InProgress));
        assert!(!ConversationType::InternalTicket.allows(Status::Open, Status::Snoozed));
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
        for kind in ConversationType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn assigned_is_a_queue_state_not_a_status() {
        assert_eq!(Status::Open.queue_state(true), "assigned");
        assert_eq!(Status::New.queue_state(false), "new");
        assert_eq!(Status::Resolved.queue_state(true), "closed");
    }
}
