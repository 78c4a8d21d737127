//! Workers and their lanes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The workers that carry out jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    /// Where `signalbox worker` answers `/healthz`, `/readyz` and `/metrics`; left out, nowhere.
    #[serde(deserialize_with = "crate::values::listen_if_set", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub bind: Option<SocketAddr>,
    pub lanes: Lanes,
}

/// How many jobs of each lane one process runs at the same time. A lane's places are its own: bulk
/// work never takes one from live messages. With 0, this process leaves the lane to others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lanes {
    /// Inbound messages, replies, and what a person waits for.
    #[schemars(range(max = 1000))]
    pub live: u32,
    /// Rules and plugin actions.
    #[schemars(range(max = 1000))]
    pub automation: u32,
    /// Email, push and outgoing webhooks.
    #[schemars(range(max = 1000))]
    pub notify: u32,
    /// Due times and schedules.
    #[schemars(range(max = 1000))]
    pub timers: u32,
    /// Imports, deletions and maintenance.
    #[schemars(range(max = 1000))]
    pub bulk: u32,
}

impl Default for Lanes {
    fn default() -> Self {
        Self { live: 32, automation: 16, notify: 8, timers: 4, bulk: 2 }
    }
}
