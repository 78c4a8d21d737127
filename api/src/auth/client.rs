//! The network address of whoever asks, through proxies that are trusted and no others.

use crate::state::Api;
use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, header, request::Parts};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// The address of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// From where and with what somebody asks, as far as people recognise their sessions by it.
pub struct Client {
    /// The address.
    pub address: IpAddr,
    /// What the browser or program calls itself, cut short.
    pub user_agent: String,
}

impl FromRequestParts<Api> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, api).await?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self { address, user_agent: user_agent.unwrap_or_default().chars().take(255).collect() })
    }
}

impl FromRequestParts<Api> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        // A server that does not tell (a unix socket) has a proxy in front that nobody can bypass.
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        Ok(Self(behind_proxies(peer, &parts.headers, |address| api.http.trusts(address))))
    }
}

/// The last address in `X-Forwarded-For` that is no trusted proxy: what stands before it, the client may have made up.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut client = peer;
    for address in forwarded.into_iter().rev() {
        if !trusted(client) {
            break;
        }
        match address.parse() {
            Ok(address) => client = address,
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxy = IpAddr::from([10, 0, 0, 1]);
        let trusted = |address: IpAddr| matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10);
        let headers = |value: &'static str| {
            HeaderMap::from_iter([(http::HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(value))])
        };
        let stranger = IpAddr::from([203, 0, 113, 9]);
        let forged = headers("1.2.3.4, 203.0.113.9, 10.0.0.2");
        assert_eq!(behind_proxies(proxy, &forged, trusted), stranger);
        assert_eq!(behind_proxies(stranger, &headers("1.2.3.4"), trusted), stranger);
        assert_eq!(behind_proxies(proxy, &headers("nonsense"), trusted), proxy);
        assert_eq!(behind_proxies(proxy, &HeaderMap::new(), trusted), proxy);
    }
}
