//! The checks of a URL that need no network, for fuzz targets.

use http::Method;
use url::Url;

use crate::config::OperatorPolicy;
use crate::policy::Policy;
use crate::target::Target;

/// The URL that would be connected to for `url`, or why it is refused. Nobody opened anything, and
/// there are no simulators.
pub fn admit(url: &str, method: &Method, policy: &Policy) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    Target::admit(url, method, policy, &OperatorPolicy::default(), &[])
        .map(|target| target.wire_url())
        .map_err(|cause| cause.message)
}
