//! Whether a connection works.

use crate::conversation::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// It receives and sends.
    Active,
    /// Switched off by a person: what it receives is stored, nothing is sent.
    Disabled,
    /// The provider no longer accepts its credentials: its jobs wait for new ones.
    NeedsReauth,
}
named!(ConnectionStatus, "connection status", {
    Active => "active", Disabled => "disabled", NeedsReauth => "needs_reauth",
});
