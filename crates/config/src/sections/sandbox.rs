//! The simulators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The simulators of providers that `signalbox up --sandbox` runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sandbox {
    /// The address to listen on; it must be a loopback address.
    #[serde(deserialize_with = "crate::values::listen")]
    #[schemars(with = "String")]
    pub bind: SocketAddr,
    /// The address where the simulated mail server listens; it must be a loopback address. Unless
    /// `mail.host` is set, `--sandbox` sends e-mails there.
    #[serde(deserialize_with = "crate::values::listen")]
    #[schemars(with = "String")]
    pub smtp_bind: SocketAddr,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { bind: SocketAddr::from(([127, 0, 0, 1], 8090)), smtp_bind: SocketAddr::from(([127, 0, 0, 1], 8025)) }
    }
}
