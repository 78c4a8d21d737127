//! How people sign in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a person stays signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// How long an access token is good, in minutes; a withdrawn right lives on for so long.
    #[schemars(range(min = 1, max = 1440))]
    pub access_token_minutes: u32,
    /// How long a session lasts without being used, in days.
    #[schemars(range(min = 1, max = 365))]
    pub refresh_token_days: u32,
}

impl Default for Auth {
    fn default() -> Self {
        Self { access_token_minutes: 15, refresh_token_days: 30 }
    }
}
