//! Calls of the Graph API and what its answers mean.

use plugin_sdk::http::{Failure, FailureKind, Http, Request, Response};
use plugin_sdk::{ErrorKind, FailureReason, PluginError};
use serde_json::Value;

use crate::{errors, json};

/// The name the manifest gives to the access token.
const ACCESS_TOKEN: &str = "access_token";

/// The address of a path of the API. Path and version are the caller's to check.
pub fn url(api_version: &str, path: &str) -> String {
    format!("https://graph.facebook.com/{api_version}/{path}")
}

/// A request that the host signs with the access token.
pub fn authorized(request: Request) -> Request {
    request.secret(ACCESS_TOKEN)
}

/// Reads something: it changes nothing, so any failure may be tried again.
pub fn get(http: &dyn Http, url: String) -> Result<Value, PluginError> {
    let response = http.send(authorized(Request::get(url))).map_err(|failure| {
        let kind = match failure.kind {
            FailureKind::Timeout => ErrorKind::Timeout,
            _ => ErrorKind::Transient,
        };
        failed(kind, &failure)
    })?;
    if response.is_success() {
        return response
            .json()
            .map_err(|_| PluginError::transient("Meta's answer is not JSON").with_remote_status(response.status));
    }
    Err(refused(&response).unwrap_or_else(|| unexplained(&response)))
}

/// There is no answer, and the request did no harm: `kind`, or the host's own refusal.
pub fn failed(kind: ErrorKind, failure: &Failure) -> PluginError {
    if failure.kind == FailureKind::Denied {
        return PluginError::new(ErrorKind::PermissionDenied, format!("the host does not allow the call: {failure}"))
            .with_reason(FailureReason::Other, "egress");
    }
    PluginError::new(kind, format!("no answer from Meta: {failure}")).with_reason(FailureReason::Service, "http")
}

/// The error that Meta explains; `None` if the answer holds no explanation.
pub fn refused(response: &Response) -> Option<PluginError> {
    let body: Value = response.json().ok()?;
    let error = body.get("error")?;
    let code = error.get("code").and_then(Value::as_i64)?;
    // A parameter is wrong because the object it names is not there, or not for this token.
    let names_nothing = code == 100 && error.get("error_subcode").and_then(Value::as_i64) == Some(33);
    let meaning = errors::meaning(if names_nothing { 33 } else { code });
    let (reason, kind) = meaning.map_or_else(
        || (FailureReason::Other, kind_of_status(response.status)),
        |meaning| (meaning.reason, meaning.kind),
    );
    let mut explained =
        PluginError::new(kind, explanation(code, error)).with_reason(reason, code).with_remote_status(response.status);
    if kind.is_retryable() {
        explained.retry_after_ms = response.retry_after_ms().or_else(|| meaning.and_then(|meaning| meaning.wait_ms));
    }
    Some(explained)
}

/// An answer that refuses without Meta's explanation, as a proxy between would.
pub fn unexplained(response: &Response) -> PluginError {
    let status = response.status;
    let kind = kind_of_status(status);
    let reason = match kind {
        ErrorKind::RateLimited => FailureReason::RateLimited,
        ErrorKind::AuthRequired => FailureReason::Reauthorize,
        ErrorKind::Transient => FailureReason::Service,
        _ => FailureReason::Other,
    };
    let mut error = PluginError::new(kind, format!("Meta answered {status} without saying why"))
        .with_reason(reason, format_args!("http_{status}"))
        .with_remote_status(status);
    if kind.is_retryable() {
        error.retry_after_ms = response.retry_after_ms();
    }
    error
}

fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::AuthRequired,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Transient,
        _ => ErrorKind::Permanent,
    }
}

/// Meta's title and details, which say more than the title.
fn explanation(code: i64, error: &Value) -> String {
    let title = json::text(error, "message").unwrap_or_else(|| format!("error {code}"));
    let details =
        error.get("error_data").and_then(|data| json::text(data, "details")).filter(|details| *details != title);
    match details {
        Some(details) => format!("{title}: {details}"),
        None => title,
    }
}

#[cfg(test)]
mod tests {
    use plugin_sdk::ErrorKind;
    use plugin_sdk::http::{Failure, FailureKind, Header, Response};
    use plugin_sdk::testing::MockHost;
    use serde_json::{Value, json};

    use super::{get, refused};

    fn answer(status: u16, body: &Value, retry_after: Option<&str>) -> Response {
        Response {
            status,
            headers: retry_after
                .map(|value| Header { name: "Retry-After".to_owned(), value: value.as_bytes().to_vec() })
                .into_iter()
                .collect(),
            body: body.to_string().into_bytes(),
        }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn an_error_is_decided_on_its_code_not_on_title_or_status() {
        for (status, error, retry_after, kind, code, wait) in [
            (400, json!({"code": 131_047, "message": "x"}), None, ErrorKind::Permanent, "window_closed:131047", None),
            (500, json!({"code": 131_047}), None, ErrorKind::Permanent, "window_closed:131047", None),
            (400, json!({"code": 131_056}), None, ErrorKind::RateLimited, "rate_limited:131056", Some(6_000)),
            (400, json!({"code": 131_056}), Some("20"), ErrorKind::RateLimited, "rate_limited:131056", Some(20_000)),
            (429, json!({"code": 130_429}), Some("soon"), ErrorKind::RateLimited, "rate_limited:130429", Some(1_000)),
            (401, json!({"code": 190, "error_subcode": 463}), Some("5"), ErrorKind::AuthRequired, "reauthorize:190", None),
            (403, json!({"code": 210}), None, ErrorKind::PermissionDenied, "reauthorize:210", None),
            (400, json!({"code": 100, "error_subcode": 33}), None, ErrorKind::InvalidConfig, "account:100", None),
            (400, json!({"code": 100}), None, ErrorKind::InvalidInput, "invalid_request:100", None),
            (500, json!({"code": 131_000}), None, ErrorKind::Transient, "service:131000", None),
            (400, json!({"code": 777_777}), None, ErrorKind::Permanent, "other:777777", None),
            (503, json!({"code": 777_777}), Some("3"), ErrorKind::Transient, "other:777777", Some(3_000)),
        ] {
            let response = answer(status, &json!({ "error": error }), retry_after);
            let refused = refused(&response).unwrap();
            assert_eq!(refused.kind, kind, "{error}");
            assert_eq!(refused.code.as_deref(), Some(code), "{error}");
            assert_eq!(refused.retry_after_ms, wait, "{error}");
            assert_eq!(refused.remote_status, Some(status));
        }
    }

    #[test]
    fn the_message_holds_the_details() {
        let body = json!({"error": {"code": 100, "message": "(#100) Invalid parameter", "error_data": {"details": "Param to is missing"}}});
        let error = refused(&answer(400, &body, None)).unwrap();
        assert_eq!(error.message, "(#100) Invalid parameter: Param to is missing");
    }

    #[test]
    fn an_answer_without_an_error_object_explains_nothing() {
        for body in [json!({}), json!({"error": "x"}), json!({"error": {"code": "x"}}), json!([])] {
            assert_eq!(refused(&answer(500, &body, None)), None, "{body}");
        }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn a_read_that_fails_may_be_tried_again() {
        for (http, kind) in [
            (MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")), ErrorKind::Timeout),
            (MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset")), ErrorKind::Transient),
            (MockHost::new().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied),
            (MockHost::new().respond(Response { status: 200, headers: vec![], body: b"<html>".to_vec(), }), ErrorKind::Transient),
            (MockHost::new().json(502, &json!("bad gateway")), ErrorKind::Transient),
            (MockHost::new().json(401, &json!(null)), ErrorKind::AuthRequired),
        ] {
            let error = get(&http, "https://graph.facebook.com/v26.0/1".to_owned()).unwrap_err();
            assert_eq!(error.kind, kind);
            assert_eq!(http.requests()[0].secret.as_deref(), Some("access_token"));
        }
    }
}
