//! Names become addresses here, once per connection, and only public ones get through.
//!
//! The HTTP client connects to exactly the addresses this resolver hands over, so there is no
//! second lookup that a hostile name server could answer differently.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address;
use crate::config::OperatorPolicy;

/// Looks up the addresses of a host name.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of `host`, in the order to try them.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// A name or a literal leads to an address that nobody outside may make us visit.
#[derive(Debug, thiserror::Error)]
#[error("its address is not public ({class})")]
pub(crate) struct AddressRefused {
    class: &'static str,
}

/// Refuses `address` unless it is public or opened by the operator for this host.
pub(crate) fn vet(operator: &OperatorPolicy, host: &str, address: IpAddr) -> Result<(), AddressRefused> {
    match address::refusal(address) {
        Some(class) if !operator.excepts(host, address) => Err(AddressRefused { class }),
        _ => Ok(()),
    }
}

/// Hands the client vetted addresses. One bad address spoils the name: a mix of public and
/// private answers is how rebinding looks.
pub(crate) struct VettingResolver {
    pub resolver: Arc<dyn Resolver>,
    pub operator: Arc<OperatorPolicy>,
}

impl Resolve for VettingResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.resolver);
        let operator = Arc::clone(&self.operator);
        Box::pin(async move {
            let addresses = resolver.resolve(name.as_str()).await?;
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            for address in &addresses {
                vet(&operator, name.as_str(), *address)?;
            }
            // Port 0 is replaced by the port of the URL.
            let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
