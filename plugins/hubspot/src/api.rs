//! Calls of HubSpot's API.

use std::fmt::Write as _;

use plugin_sdk::http::{Failure, Http, Request, Response};
use plugin_sdk::{ErrorKind, PluginError};
use serde_json::Value;

use crate::errors;

/// The API version of every call. Versions are dates and never change; each is served for 18
/// months (<https://developers.hubspot.com/docs/api-reference/latest/overview>).
pub const VERSION: &str = "2026-09";

const BASE: &str = "https://api.hubapi.com";
/// The name the manifest gives to the access token.
const ACCESS_TOKEN: &str = "access_token";

/// The address of an API of this version: `crm/owners` and `?limit=1` become
/// `…/crm/owners/2026-09?limit=1`. What comes from elsewhere is the caller's to [`encode`].
pub fn url(api: &str, rest: &str) -> String {
    format!("{BASE}/{api}/{VERSION}{rest}")
}

/// The address of records.
pub fn objects(rest: &str) -> String {
    url("crm/objects", &format!("/{rest}"))
}

/// A GET request with the access token.
pub fn get(url: String) -> Request {
    Request::get(url).secret(ACCESS_TOKEN)
}

/// A PUT request with the access token, without a body.
pub fn put(url: String) -> Request {
    Request::new("PUT", url).secret(ACCESS_TOKEN)
}

/// A request of another method with the access token and a JSON body.
pub fn with_body(method: &str, url: String, body: &Value) -> Result<Request, PluginError> {
    Request::new(method, url).secret(ACCESS_TOKEN).json(body)
}

/// Makes a call that may be repeated: it reads, or it sets what would be set again.
pub fn call(http: &dyn Http, request: Request) -> Result<Value, PluginError> {
    let response = http.send(request).map_err(unanswered)?;
    if !response.is_success() {
        return Err(errors::refused(&response));
    }
    json(&response)
}

/// The same, where a record that does not exist is no error.
pub fn find(http: &dyn Http, request: Request) -> Result<Option<Value>, PluginError> {
    match call(http, request) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The body of a success. One that is no JSON comes from something between.
pub fn json(response: &Response) -> Result<Value, PluginError> {
    response
        .json()
        .map_err(|_| PluginError::transient("HubSpot's answer is not JSON").with_remote_status(response.status))
}

/// There is no answer to a request that may be repeated.
pub fn unanswered(failure: Failure) -> PluginError {
    let mut error = PluginError::from(failure);
    error.message = format!("no answer from HubSpot: {}", error.message);
    error
}

/// A text as one segment of a path or one value of a query (RFC 3986: only unreserved characters
/// stay).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    // A segment of dots would be a step in the path.
    if matches!(encoded.as_str(), "." | "..") { encoded.replace('.', "%2E") } else { encoded }
}

#[cfg(test)]
mod tests {
    use plugin_sdk::http::{Failure, FailureKind, Response};
    use plugin_sdk::testing::MockHost;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_holds_whatever_it_is_given() {
        assert_eq!(
            objects(&format!("contacts/{}?idProperty=email", encode("ann+é/x@example.com"))),
            "https://api.hubapi.com/crm/objects/2026-09/contacts/ann%2B%C3%A9%2Fx%40example.com?idProperty=email"
        );
        assert_eq!(encode(".."), "%2E%2E");
        assert_eq!(encode("a.b"), "a.b");
    }

    #[test]
    fn a_call_without_a_good_answer_says_what_may_be_done() {
        for (host, kind) in [
            (MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")), ErrorKind::Timeout),
            (MockHost::new().fail(Failure::unsent(FailureKind::Connect, "refused")), ErrorKind::Transient),
            (MockHost::new().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied),
            (
                MockHost::new().respond(Response { status: 200, headers: vec![], body: b"<html>".to_vec() }),
                ErrorKind::Transient,
            ),
            (MockHost::new().json(404, &json!(null)), ErrorKind::NotFound),
        ] {
            assert_eq!(call(&host, get(objects("contacts/7"))).unwrap_err().kind, kind);
            assert_eq!(host.requests()[0].secret.as_deref(), Some("access_token"));
        }
        assert_eq!(find(&MockHost::new().json(404, &json!({})), get(objects("contacts/7"))), Ok(None));
    }
}
