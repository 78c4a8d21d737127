//! Whether somebody is there.

use crate::conversation::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a word about somebody's presence holds, unless it is repeated.
pub const LEASE: Duration = Duration::from_mins(1);

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// They can be given something to do.
    Online,
    /// They are not to be given anything, and do not look.
    Away,
    /// They are there, and have enough to do.
    Busy,
    /// They are not there.
    Offline,
}
named!(Presence, "presence", { Online => "online", Away => "away", Busy => "busy", Offline => "offline" });
