//! The operator's word on outgoing requests.

use crate::values::{HostName, PrivateHost};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The way out: what the operator says about hosts, above every plugin's manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Egress {
    /// Hosts that nobody may reach, exact names.
    pub denied_hosts: Vec<HostName>,
    /// Hosts of the own network that may be reached although their addresses are private, each with
    /// the network of its addresses: `shop.internal=10.20.0.0/16`.
    pub allowed_private: Vec<PrivateHost>,
}
