//! Places in a stream, from which a client goes on.

use domain::{ConversationId, UserId};
use serde::{Deserialize, Serialize};

/// What numbers events: a conversation numbers its own without gaps, a tenant those of all its lists and people in one
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// A conversation.
    Conversation(ConversationId),
    /// The tenant.
    Tenant,
}

/// Where a stream is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The stream.
    pub stream: String,
    /// Which telling of it: numbers of different epochs have nothing to do with each other.
    pub epoch: String,
    /// The number of its last event.
    pub seq: i64,
}

/// Where a client was.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resume {
    /// In which telling.
    pub epoch: String,
    /// The number of the last event that it has.
    pub seq: i64,
}

/// Why what was missed cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// The log was replaced since, as by an older copy of the database.
    OtherEpoch,
    /// It is forgotten.
    TooOld,
    /// It is more than is told at once.
    TooMany,
    /// The client has a number that there has never been.
    Ahead,
}

/// Whoever hears a channel in the name of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Who {
    /// The person; of a machine, who made its key.
    pub user: UserId,
    /// How they have shown it.
    pub by: Proof,
}

/// How somebody has shown who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By a session.
    Session(domain::SessionId),
    /// By an API key.
    ApiKey(domain::ApiKeyId),
}
