//! What became of a stored webhook request.

use crate::conversation::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the processing of a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Stored and answered; a worker will take it.
    Received,
    /// Its events are in the log.
    Processed,
    /// It cannot be understood; trying again without a change would not help.
    Failed,
    /// Its attempts are used up; it waits for a replay.
    Parked,
}
named!(Outcome, "delivery outcome", {
    Received => "received", Processed => "processed", Failed => "failed", Parked => "parked",
});
