//! What the operator decides, once for all callers.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

/// Settings of an [`Egress`](crate::Egress).
#[derive(Debug, Clone)]
pub struct Config {
    /// The operator's word on hosts, above every caller's policy.
    pub operator: OperatorPolicy,
    /// Provider hosts that are answered by a simulator on this machine. Empty in production.
    pub sandbox: Vec<Mapping>,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub connect_timeout: Duration,
    /// How long a whole call may take, redirects and body included; a request may ask for less.
    pub timeout: Duration,
    /// Largest request body, in bytes.
    pub max_request: usize,
    /// Largest answer after decompression, in bytes; a request may ask for less.
    pub max_response: usize,
    /// `User-Agent` of requests that bring none.
    pub user_agent: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            operator: OperatorPolicy::default(),
            sandbox: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            max_request: 8 << 20,
            max_response: 10 << 20,
            user_agent: concat!("Signalbox/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Hosts the operator refuses, and private networks the operator opens.
#[derive(Debug, Clone, Default)]
pub struct OperatorPolicy {
    /// Hosts nobody may reach, exact and in lower case.
    pub denied_hosts: HashSet<String>,
    /// Hosts that may resolve to addresses that are refused otherwise.
    pub exceptions: Vec<Exception>,
}

impl OperatorPolicy {
    pub(crate) fn denies(&self, host: &str) -> bool {
        self.denied_hosts.contains(host)
    }

    /// Whether the operator opened this very address for this very host.
    pub(crate) fn excepts(&self, host: &str, address: IpAddr) -> bool {
        self.exceptions.iter().any(|exception| exception.host == host && exception.network.contains(&address))
    }
}

/// One host of the operator's own network, for example a self-hosted shop.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Exact host, in lower case; a literal IPv6 address without brackets.
    pub host: String,
    /// The network its addresses may lie in, `10.20.0.0/16`.
    pub network: IpNet,
}

/// A provider host that is answered by a simulator on loopback, in plain http.
///
/// It applies after the policies were checked, so a plugin that works in the sandbox asks for the
/// same permissions as in production.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Exact host, in lower case; `*.myshopify.com` for every host with exactly one more label.
    pub host: String,
    /// Where the simulator listens; must be a loopback address.
    pub to: SocketAddr,
}

impl Mapping {
    pub(crate) fn covers(&self, host: &str) -> bool {
        match self.host.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
            None => self.host == host,
        }
    }
}

/// Why an [`Egress`](crate::Egress) cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// A mapping leads off this machine.
    #[error("the sandbox for {host} must listen on a loopback address, not on {to}")]
    SandboxNotLoopback {
        /// The mapped host.
        host: String,
        /// The offending address.
        to: SocketAddr,
    },
    /// The HTTP client cannot be built, for example because no root certificates are found.
    #[error("cannot set up the HTTP client: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        let covers = |pattern: &str, host: &str| {
            Mapping { host: pattern.to_owned(), to: SocketAddr::from(([127, 0, 0, 1], 80)) }.covers(host)
        };
        assert!(covers("graph.facebook.com", "graph.facebook.com"));
        assert!(covers("*.myshopify.com", "lamps.myshopify.com"));
        for host in [
            "myshopify.com",
            ".myshopify.com",
            "a.lamps.myshopify.com",
            "lamps.myshopify.com.evil.example",
            "lampsmyshopify.com",
            "graph.facebook.com",
        ] {
            assert!(!covers("*.myshopify.com", host), "{host}");
        }
        assert!(!covers("graph.facebook.com", "x.graph.facebook.com"));
    }
}
