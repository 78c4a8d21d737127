//! What is deleted when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long things are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Webhook requests as they came, in days; until then they can be replayed.
    #[schemars(range(min = 1, max = 3650))]
    pub deliveries_days: u32,
    /// The account of plugin calls, in whole days of UTC.
    #[schemars(range(min = 1, max = 14))]
    pub plugin_calls_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { deliveries_days: 30, plugin_calls_days: 7 }
    }
}
