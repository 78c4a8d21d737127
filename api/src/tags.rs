//! Tags that something is known about: whose they are, how they look.

pub mod delete;
pub mod list;
pub mod put;

use domain::TeamId;
use serde::Serialize;
use store::tags::Tag;

/// A tag.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Tag)]
pub struct ShownTag {
    /// Its name.
    name: String,
    /// The team whose people alone add it; anybody without one.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// How it looks, as `#rrggbb`.
    color: Option<String>,
}

impl From<Tag> for ShownTag {
    fn from(tag: Tag) -> Self {
        Self { name: tag.name, team_id: tag.team_id, color: tag.color }
    }
}
