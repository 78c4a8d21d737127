//! What logging an engagement takes and gives; `build.rs` makes the schemas out of these types.

use plugin_sdk::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};

/// An engagement that is to be logged on at least one record.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEngagement {
    /// What it was
    pub kind: EngagementKind,
    /// What was said, as plain text
    #[schemars(length(min = 1, max = 65536))]
    pub body: String,
    /// Title of a call, subject of an e-mail
    #[schemars(length(min = 1, max = 1000))]
    pub title: Option<String>,
    /// Who called or wrote, of a call or an e-mail
    pub direction: Option<Direction>,
    /// How long a call took, in milliseconds
    pub duration_ms: Option<u32>,
    /// When it happened, in milliseconds since the Unix epoch; now, if it is left out
    #[schemars(range(min = 0, max = 4_102_444_800_000_i64))]
    pub occurred_at_ms: Option<i64>,
    /// HubSpot id of a contact
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub contact_id: Option<String>,
    /// HubSpot id of a ticket
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub ticket_id: Option<String>,
    /// HubSpot id of a deal
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub deal_id: Option<String>,
    /// HubSpot id of the owner, if it is not the one of the settings
    #[schemars(length(min = 1, max = 100))]
    pub owner_id: Option<String>,
}

// Variants without doc comments: with them the schema is no plain list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngagementKind {
    Note,
    Call,
    Email,
}

// From the business's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
}

/// An engagement there is now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LoggedEngagement {
    /// HubSpot id
    pub id: String,
    /// What it is
    pub kind: EngagementKind,
}
