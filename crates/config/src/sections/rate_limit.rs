//! How often the API may be asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often the API may be asked, by each process for itself; 0 for any number. Webhooks are not
/// counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Requests per minute of one person or API key. As many may come at once after a minute
    /// without any.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub per_caller: u32,
    /// Requests per minute of one IP address that are not signed in, or not successfully.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub per_address: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { per_caller: 1200, per_address: 300 }
    }
}
