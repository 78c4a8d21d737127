//! Who is there.

pub mod list;
pub mod put;

use chrono::{DateTime, Utc};
use domain::{ConversationId, UserId, presence::Presence};
use serde::Serialize;
use store::presence::Present;

/// How somebody is there.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownPresence {
    /// Who.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// Whether they can be given something to do.
    #[schema(schema_with = crate::openapi::presence)]
    status: Presence,
    /// What they say about it.
    status_text: Option<String>,
    /// What they look at.
    #[schema(value_type = Option<Uuid>)]
    current_conversation_id: Option<ConversationId>,
    /// When they were last heard of.
    seen_at: DateTime<Utc>,
}

impl From<Present> for ShownPresence {
    fn from(present: Present) -> Self {
        Self {
            user_id: present.user_id,
            status: present.status,
            status_text: present.status_text,
            current_conversation_id: present.current_conversation_id,
            seen_at: present.seen_at,
        }
    }
}
