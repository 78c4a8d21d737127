//! What associating takes and gives; `build.rs` makes the schemas out of these types.

use plugin_sdk::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};

/// Two records that are to be associated.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Associate {
    /// Kind of the first record
    pub from_type: RecordType,
    /// HubSpot id of the first record
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub from_id: String,
    /// Kind of the second record
    pub to_type: RecordType,
    /// HubSpot id of the second record
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub to_id: String,
}

// Variants without doc comments: with them the schema is no plain list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordType {
    Contact,
    Company,
    Deal,
    Ticket,
    Note,
    Call,
    Email,
}

/// Two records that are associated now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Associated {
    /// Kind of the first record
    pub from_type: RecordType,
    /// HubSpot id of the first record
    pub from_id: String,
    /// Kind of the second record
    pub to_type: RecordType,
    /// HubSpot id of the second record
    pub to_id: String,
}
