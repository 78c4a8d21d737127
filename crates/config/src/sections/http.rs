//! The HTTP server.

use crate::values::Cidr;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// The HTTP server: API, webhooks and console.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// The address to listen on; port 0 takes a free one.
    #[serde(deserialize_with = "crate::values::listen")]
    #[schemars(with = "String")]
    pub bind: SocketAddr,
    /// The largest request body, in bytes. Providers send webhooks of up to 3 MiB.
    #[schemars(range(min = 1024, max = 104_857_600))]
    pub body_limit_bytes: usize,
    /// The proxies in front, as addresses or networks: only they are believed when they say in
    /// `X-Forwarded-For` who asks.
    pub trusted_proxies: Vec<Cidr>,
    /// How long a request may take, in milliseconds. What waits for a live job gives up after 30 s
    /// by itself.
    #[schemars(range(min = 1_000, max = 600_000))]
    pub request_timeout_ms: u64,
    /// The most clients that one process tells what happens as it happens: browsers with the
    /// console open, and programs. Each is an open file.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub realtime_connections: usize,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            body_limit_bytes: 3 * 1024 * 1024,
            trusted_proxies: Vec::new(),
            request_timeout_ms: 40_000,
            realtime_connections: 20_000,
        }
    }
}

impl Http {
    /// Whether this address is a proxy whose word on the client's address counts.
    pub fn trusts(&self, proxy: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(proxy))
    }
}
