//! Finding things by what people type.

pub mod everything;
pub mod messages;

use crate::{
    openapi::{conversation_type, direction, sender_kind},
    problem::{Code, Problem},
};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, MessageId,
    conversation::ConversationType,
    message::{Direction, SenderKind},
};
use serde::{Deserialize, Serialize};
use store::search::{Fragment, messages::Hit};
use uuid::Uuid;

/// What somebody typed: not empty, and not a text of its own.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Typed(String);

impl TryFrom<String> for Typed {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let is_fine = !text.trim().is_empty() && text.chars().count() <= 200;
        if is_fine { Ok(Self(text)) } else { Err("q must have 1 to 200 characters that are not blank") }
    }
}

/// A message that was found.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FoundMessage)]
pub struct FoundMessage {
    /// Which.
    #[schema(value_type = Uuid)]
    id: MessageId,
    /// Where it was written.
    conversation: Place,
    /// Which way it went.
    #[schema(schema_with = direction)]
    direction: Direction,
    /// Who wrote it.
    #[schema(schema_with = sender_kind)]
    sender_kind: SenderKind,
    /// The user or rule that wrote it.
    sender_id: Option<Uuid>,
    /// The part with what was looked for: put together, the pieces are one line of text.
    snippet: Vec<Piece>,
    /// When it was written.
    occurred_at: DateTime<Utc>,
}

/// The conversation of a message that was found.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PlaceOfMessage)]
struct Place {
    /// Which.
    #[schema(value_type = Uuid)]
    id: ConversationId,
    /// What it is for.
    #[serde(rename = "type")]
    #[schema(schema_with = conversation_type)]
    kind: ConversationType,
    /// The subject, or a channel's name.
    title: Option<String>,
    /// The contact.
    #[schema(value_type = Option<Uuid>)]
    contact_id: Option<ContactId>,
    /// The contact's name.
    contact_name: Option<String>,
}

/// A piece of a snippet.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SnippetPiece)]
struct Piece {
    /// What it says.
    text: String,
    /// Whether it is a word that was looked for.
    is_match: bool,
}

impl From<Fragment> for Piece {
    fn from(Fragment { text, is_match }: Fragment) -> Self {
        Self { text, is_match }
    }
}

impl From<Hit> for FoundMessage {
    fn from(hit: Hit) -> Self {
        Self {
            id: hit.id,
            conversation: Place {
                id: hit.conversation_id,
                kind: hit.kind,
                title: hit.title,
                contact_id: hit.contact_id,
                contact_name: hit.contact_name,
            },
            direction: hit.direction,
            sender_kind: hit.sender_kind,
            sender_id: hit.sender_id,
            snippet: hit.snippet.into_iter().map(Piece::from).collect(),
            occurred_at: hit.occurred_at,
        }
    }
}

/// Waits until few enough are searching, before a connection is taken: what else goes on needs those, too.
async fn turn(api: &crate::state::Api) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
    api.searches.acquire().await.map_err(|_| Problem::new(Code::Unavailable))
}
