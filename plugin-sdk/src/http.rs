//! HTTP as a plugin sees it: through the host, with secrets by name.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ErrorKind, PluginError};

/// The way out. The host gives a plugin its own; tests give it a scripted one.
pub trait Http {
    /// Sends a request. An answer of any status is a response.
    fn send(&self, request: Request) -> Result<Response, Failure>;
}

/// One header. Values are bytes: HTTP does not promise text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// In any case.
    pub name: String,
    /// As sent.
    pub value: Vec<u8>,
}

/// A request to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// https, to a host that the manifest lists.
    pub url: String,
    /// Without credentials: those are the host's.
    pub headers: Vec<Header>,
    /// Absent is not the same as empty.
    pub body: Option<Vec<u8>>,
    /// Name of a secret that the manifest binds to the host.
    pub secret: Option<String>,
    /// Less than the host's own limit.
    pub timeout_ms: Option<u32>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: None, secret: None, timeout_ms: None }
    }

    /// A GET request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A POST request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// With a JSON body and its content type.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, PluginError> {
        let body = serde_json::to_vec(body).map_err(|error| PluginError::internal(format!("request body: {error}")))?;
        self.body = Some(body);
        Ok(self.header("content-type", "application/json"))
    }

    /// With the secret of that name put in place by the host.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>) -> Self {
        self.secret = Some(name.into());
        self
    }

    /// With a limit of its own.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = Some(timeout_ms);
        self
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// As received.
    pub headers: Vec<Header>,
    /// Decompressed.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name, in any case, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON. A provider that answers with something else does not keep its contract.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| PluginError::internal(format!("the answer: {error}")).with_remote_status(self.status))
    }

    /// `Retry-After` in milliseconds, when it is given in seconds.
    pub fn retry_after_ms(&self) -> Option<u64> {
        self.header("retry-after")?.trim().parse::<u64>().ok()?.checked_mul(1_000)
    }
}

/// The first of `headers` with this name, in any case, if its value is text.
pub fn find_header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(name))
        .and_then(|header| std::str::from_utf8(&header.value).ok())
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The manifest or the operator's policy forbids the request.
    Denied,
    /// No connection was made.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    Interrupted,
    /// The answer exceeds the host's limit.
    TooLarge,
    /// Anything else.
    Other,
}

/// There is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// For people.
    pub message: String,
    /// Bytes of the request may have reached the server: what it did is unknown.
    pub request_sent: bool,
}

impl Failure {
    /// A failure whose request reached nobody.
    pub fn unsent(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), request_sent: false }
    }

    /// A failure whose request may have reached the server.
    pub fn sent(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), request_sent: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// For calls that may be repeated: what forbids itself is for an admin, the rest passes. A send
/// looks at [`Failure::request_sent`] first.
impl From<Failure> for PluginError {
    fn from(failure: Failure) -> Self {
        let kind = match failure.kind {
            FailureKind::Denied => ErrorKind::PermissionDenied,
            FailureKind::Timeout => ErrorKind::Timeout,
            FailureKind::TooLarge => ErrorKind::Permanent,
            FailureKind::Connect | FailureKind::Interrupted | FailureKind::Other => ErrorKind::Transient,
        };
        Self::new(kind, failure.message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, Response};

    #[test]
    fn a_json_request_says_so() {
        let request = Request::post("https://example.com/a").secret("token").json(&[1, 2]).unwrap();
        assert_eq!(request.body.as_deref(), Some(b"[1,2]".as_slice()));
        assert_eq!(request.headers[0].name, "content-type");
        assert_eq!(request.secret.as_deref(), Some("token"));
    }

    #[test]
    fn retry_after_is_read_in_any_case_and_only_as_seconds() {
        for (value, wait) in [("2", Some(2_000)), ("Wed, 21 Oct 2026 07:28:00 GMT", None)] {
            let response = Response {
                status: 429,
                headers: Request::get("x").header("Retry-After", value).headers,
                body: Vec::new(),
            };
            assert_eq!(response.retry_after_ms(), wait);
        }
    }
}
