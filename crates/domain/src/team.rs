//! How the conversations of a team find somebody.

use crate::conversation::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a conversation in a team's queue finds somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// Somebody takes it, or is given it by a person.
    #[default]
    Manual,
    /// Whoever has waited longest for one.
    RoundRobin,
    /// Whoever works on the fewest.
    LeastBusy,
}
named!(Assignment, "way of assignment", {
    Manual => "manual", RoundRobin => "round_robin", LeastBusy => "least_busy",
});
