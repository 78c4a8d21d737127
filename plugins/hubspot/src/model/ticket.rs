//! What the ticket actions take and give; `build.rs` makes the schemas out of these types.

use std::collections::BTreeMap;

use plugin_sdk::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};

/// A ticket that is to be made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTicket {
    /// Subject
    #[schemars(length(min = 1, max = 1000))]
    pub subject: String,
    /// Description
    #[schemars(length(max = 65536))]
    pub content: Option<String>,
    /// Priority
    pub priority: Option<Priority>,
    /// HubSpot id of the contact it is for
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub contact_id: Option<String>,
    /// Id of the pipeline, if it is not the one of the settings
    #[schemars(length(min = 1, max = 100))]
    pub pipeline: Option<String>,
    /// Id of the stage, if it is not the one of the settings
    #[schemars(length(min = 1, max = 100))]
    pub stage: Option<String>,
    /// HubSpot id of the owner, if it is not the one of the settings
    #[schemars(length(min = 1, max = 100))]
    pub owner_id: Option<String>,
    /// Any other properties, by their internal names
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

// Variants without doc comments: with them the schema is no plain list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

impl Priority {
    /// HubSpot's value.
    pub const fn as_hubspot(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Urgent => "URGENT",
        }
    }
}

/// A ticket that is to be read.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetTicket {
    /// HubSpot id
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub id: String,
}

/// A ticket of HubSpot.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Ticket {
    /// HubSpot id
    pub id: String,
    /// Subject
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Description
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Priority, as HubSpot names it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Id of the pipeline
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// Name of the pipeline
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_label: Option<String>,
    /// Id of the stage
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Name of the stage
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_label: Option<String>,
    /// Whether the stage is a closed one, if it is known
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<bool>,
    /// HubSpot id of the owner
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// When it was created, as HubSpot writes it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was changed last, as HubSpot writes it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// Where a person sees it
    pub url: String,
}
