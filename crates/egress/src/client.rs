//! Sending a request through all the gates.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

use crate::coding::Coding;
use crate::config::{Config, InvalidConfig, Mapping, OperatorPolicy};
use crate::exchange::{self, Sent};
use crate::failure::{Cause, Failure, FailureKind};
use crate::policy::Policy;
use crate::resolve::{Resolver, SystemResolver, VettingResolver};
use crate::target::{self, Target};

/// How many redirects are followed at most.
const MAX_REDIRECTS: usize = 3;

/// What to send.
#[derive(Clone)]
pub struct Request {
    /// Checked against the policy, as is the method of each redirect.
    pub method: Method,
    /// Absolute https URL.
    pub url: String,
    /// Without `Host`, `Accept-Encoding` and the headers that frame a message.
    pub headers: HeaderMap,
    /// Empty for none.
    pub body: Bytes,
    /// Time for the whole call; the configured maximum applies as well.
    pub timeout: Option<Duration>,
    /// Largest answer in bytes; the configured maximum applies as well.
    pub max_response: Option<usize>,
    /// Whether redirects are followed. If not, they are answers like any other.
    pub follow_redirects: bool,
}

impl Request {
    /// A request without headers and body, with the configured limits, not following redirects.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: None,
            max_response: None,
            follow_redirects: false,
        }
    }
}

/// What came back, complete and decompressed. Any status is a response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status of the last hop.
    pub status: StatusCode,
    /// Headers of the last hop.
    pub headers: HeaderMap,
    /// Body after decompression.
    pub body: Bytes,
}

/// The way out. Cheap to clone; all clones share one pool of connections.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    operator: Arc<OperatorPolicy>,
    sandbox: Arc<[Mapping]>,
    timeout: Duration,
    max_request: usize,
    max_response: usize,
}

impl Egress {
    /// An egress that resolves names as the operating system does.
    pub fn new(config: Config) -> Result<Self, InvalidConfig> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// An egress with a resolver of its own. Its answers are vetted like any other.
    pub fn with_resolver(config: Config, resolver: Arc<dyn Resolver>) -> Result<Self, InvalidConfig> {
        if let Some(mapping) = config.sandbox.iter().find(|it| !it.to.ip().is_loopback()) {
            return Err(InvalidConfig::SandboxNotLoopback { host: mapping.host.clone(), to: mapping.to });
        }
        let operator = Arc::new(config.operator);
        let resolver = VettingResolver { resolver, operator: Arc::clone(&operator) };
        let client = reqwest::Client::builder()
            .dns_resolver(resolver)
            .connect_timeout(config.connect_timeout)
            .user_agent(config.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            // Undone in `coding`, whichever of these another crate may have switched on.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()
            .map_err(|error| InvalidConfig::Client(error.to_string()))?;
        Ok(Self {
            client,
            operator,
            sandbox: config.sandbox.into(),
            timeout: config.timeout,
            max_request: config.max_request,
            max_response: config.max_response,
        })
    }

    /// Sends `request` if `policy` and the operator allow it.
    pub async fn send(&self, request: Request, policy: &Policy) -> Result<Response, Failure> {
        let sent = Sent::default();
        let limit = request.timeout.unwrap_or(self.timeout).min(self.timeout);
        let outcome = tokio::time::timeout(limit, self.follow(request, policy, &sent)).await;
        let result = outcome.unwrap_or_else(|_| {
            let message = format!("no answer within {} ms", limit.as_millis());
            Err(Cause::new(FailureKind::Timeout, message))
        });
        result.map_err(|cause| {
            let failure = cause.into_failure(sent.get());
            tracing::debug!(
                kind = ?failure.kind,
                request_sent = failure.request_sent,
                "request failed: {failure}"
            );
            failure
        })
    }

    async fn follow(&self, request: Request, policy: &Policy, sent: &Sent) -> Result<Response, Cause> {
        let max_response = request.max_response.unwrap_or(self.max_response).min(self.max_response);
        let url =
            Url::parse(&request.url).map_err(|error| Cause::new(FailureKind::Denied, format!("not a URL: {error}")))?;
        let mut hop = Hop { method: request.method, headers: request.headers, body: request.body };
        let mut target = self.admit(url, &hop, policy)?;
        target::check_headers(&target.host, &hop.headers)?;
        self.check_size(&target.host, &hop.body)?;

        let mut redirects = 0;
        loop {
            let response = exchange::start(&self.client, &target, &hop.method, &hop.headers, &hop.body, sent).await?;
            let Some(location) = redirect_of(&response).filter(|_| request.follow_redirects) else {
                return finish(&target.host, response, max_response).await;
            };
            redirects += 1;
            if redirects > MAX_REDIRECTS {
                let why = format!("more than {MAX_REDIRECTS} redirects");
                return Err(Cause::new(FailureKind::Other, format!("{}: {why}", target.host)));
            }
            let next = target
                .url
                .join(&location)
                .map_err(|_| Cause::denied(&target.host, "the redirect leads to no valid URL"))?;
            hop.redirect(response.status(), &target, &next)?;
            target = self.admit(next, &hop, policy)?;
        }
    }

    fn admit(&self, url: Url, hop: &Hop, policy: &Policy) -> Result<Target, Cause> {
        Target::admit(url, &hop.method, policy, &self.operator, &self.sandbox)
    }

    fn check_size(&self, host: &str, body: &Bytes) -> Result<(), Cause> {
        if body.len() > self.max_request {
            let limit = self.max_request;
            let message = format!("{host}: the request is larger than {limit} bytes");
            return Err(Cause::new(FailureKind::TooLarge, message));
        }
        Ok(())
    }
}

/// What is sent, as redirects change it.
struct Hop {
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl Hop {
    /// Rewrites the request for a redirect as browsers do (Fetch standard, HTTP-redirect fetch),
    /// except that nothing the caller wrote crosses to another origin: neither its headers, any of
    /// which may be a credential, nor a body.
    fn redirect(&mut self, status: StatusCode, from: &Target, to: &Url) -> Result<(), Cause> {
        let becomes_get = match status {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            for name in
                [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION]
            {
                self.headers.remove(name);
            }
        }
        if from.url.origin() != to.origin() {
            if !self.body.is_empty() {
                let why = "the redirect would carry the body to another origin";
                return Err(Cause::denied(&from.host, why));
            }
            self.headers.clear();
        }
        Ok(())
    }
}

/// Where an answer redirects to, if it does.
fn redirect_of(response: &reqwest::Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(header::LOCATION)?;
    redirects.then(|| String::from_utf8_lossy(location.as_bytes()).into_owned())
}

async fn finish(host: &str, response: reqwest::Response, limit: usize) -> Result<Response, Cause> {
    let status = response.status();
    let mut headers = response.headers().clone();
    let coding = Coding::take(host, &mut headers)?;
    let body = exchange::read_body(host, response, coding, limit).await?;
    Ok(Response { status, headers, body })
}
