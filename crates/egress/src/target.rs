//! Where one hop of a request goes, after every check that needs no network.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, Method, header};
use url::{Host, Url};

use crate::config::{Mapping, OperatorPolicy};
use crate::failure::{Cause, FailureKind};
use crate::policy::Policy;
use crate::resolve::vet;

/// Headers that decide how a message is framed or where it goes. They are the client's to set: a
/// caller that could set them could smuggle a second request or name another virtual host.
static RESERVED_HEADERS: [HeaderName; 10] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    // The answer must come in a coding that is undone here, or redaction could not read it.
    header::ACCEPT_ENCODING,
];

/// Longest host name in bytes (RFC 1035, section 2.3.4). Longer ones lead nowhere, and would stand in
/// every message about them.
const MAX_HOST: usize = 253;

/// One hop that may be made.
#[derive(Debug)]
pub(crate) struct Target {
    /// What the caller asked for; the base of redirects.
    pub url: Url,
    /// Host of `url`, for messages.
    pub host: String,
    /// Set when a simulator answers in place of the host.
    pub mapped_to: Option<SocketAddr>,
}

impl Target {
    /// Checks `url` against the rules for URLs, the caller's policy and the operator's.
    pub fn admit(
        url: Url,
        method: &Method,
        policy: &Policy,
        operator: &OperatorPolicy,
        sandbox: &[Mapping],
    ) -> Result<Self, Cause> {
        let host = bare_host(&url)
            .filter(|host| host.len() <= MAX_HOST)
            .ok_or_else(|| Cause::new(FailureKind::Denied, "the URL names no host, or none that can be"))?;
        if url.scheme() != "https" {
            return Err(Cause::denied(&host, "only https is allowed"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Cause::denied(&host, "the URL must not hold a user or a password"));
        }
        if matches!(*method, Method::CONNECT | Method::TRACE) {
            return Err(Cause::denied(
                &host,
                format!("the method {method} is nobody's: it opens tunnels or echoes secrets"),
            ));
        }
        policy.check(&url, method).map_err(|why| Cause::denied(&host, why))?;
        if operator.denies(&host) {
            return Err(Cause::denied(&host, "the operator does not allow this host"));
        }
        let mapped_to = sandbox.iter().find(|mapping| mapping.covers(&host)).map(|mapping| mapping.to);
        if mapped_to.is_none()
            && let Some(address) = literal(&url)
        {
            vet(operator, &host, address).map_err(|refused| Cause::denied(&host, refused))?;
        }
        Ok(Self { url, host, mapped_to })
    }

    /// The URL that is really connected to.
    pub fn wire_url(&self) -> Url {
        let mut url = self.url.clone();
        if let Some(to) = self.mapped_to {
            let host = if to.is_ipv6() { format!("[{}]", to.ip()) } else { to.ip().to_string() };
            url.set_scheme("http").expect("https and http are both special schemes");
            url.set_host(Some(&host)).expect("an IP address is a host");
            url.set_port(Some(to.port())).expect("an http URL takes a port");
        }
        url
    }

    /// `Host` header for a simulator, which sees the name of the host it stands in for.
    pub fn mapped_host_header(&self) -> Option<String> {
        self.mapped_to.map(|_| self.url.authority().to_owned())
    }
}

/// Refuses headers that are the client's to set.
pub(crate) fn check_headers(host: &str, headers: &HeaderMap) -> Result<(), Cause> {
    let reserved = headers.keys().find(|name| {
        RESERVED_HEADERS.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection" | "http2-settings")
    });
    match reserved {
        Some(name) => Err(Cause::denied(host, format!("the header `{name}` is set by the host"))),
        None => Ok(()),
    }
}

fn bare_host(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(address) => Some(address.to_string()),
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}
