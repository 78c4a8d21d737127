//! A conversation as rules see it.

use chrono::{DateTime, Utc};
use domain::conversation::{Priority, Status};

/// How a conversation stands.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The plugin that speaks for it.
    pub channel: String,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether somebody has it.
    pub assigned: bool,
    /// Messages in all.
    pub message_count: i32,
    /// Its tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Whether its contact has no other conversation.
    pub is_first: bool,
    /// When it began.
    pub created_at: DateTime<Utc>,
}
