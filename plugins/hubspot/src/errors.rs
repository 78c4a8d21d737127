//! What HubSpot's refusals mean.
//!
//! A refusal is `{status, message, correlationId, category}`, in which every member may be missing,
//! as `policyName`, `errors` and `context` are for most
//! (<https://developers.hubspot.com/docs/api-reference/error-handling>).

use plugin_sdk::http::Response;
use plugin_sdk::{ErrorKind, PluginError};
use serde_json::Value;

use crate::json;

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

/// The longest text of HubSpot that is passed on, in characters.
const TEXT_MAX: usize = 300;

/// The error of an answer that is no success.
pub fn refused(response: &Response) -> PluginError {
    let body = response.json().unwrap_or(Value::Null);
    let kind = kind(response.status);
    let mut error = PluginError::new(kind, explanation(kind, response.status, &body))
        .with_code(code(response.status, &body))
        .with_remote_status(response.status);
    if kind.is_retryable() {
        error.retry_after_ms = response.retry_after_ms().or_else(|| wait_ms(response.status, &body));
    }
    error
}

fn kind(status: u16) -> ErrorKind {
    match status {
        400 | 409 | 413..=415 | 422 => ErrorKind::InvalidInput,
        401 => ErrorKind::AuthRequired,
        403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        // Locked while much is synchronized; 477 while the account moves to another region.
        423 | 477 | 500.. => ErrorKind::Transient,
        _ => ErrorKind::Permanent,
    }
}

/// HubSpot's most exact word for what happened.
fn code(status: u16, body: &Value) -> String {
    match status {
        409 => "conflict".to_owned(),
        _ => ["policyName", "category", "errorType"]
            .into_iter()
            .find_map(|member| json::text(body, member))
            .unwrap_or_else(|| format!("http_{status}")),
    }
}

/// How long to wait when HubSpot does not say.
fn wait_ms(status: u16, body: &Value) -> Option<u64> {
    match status {
        // The daily quota comes back at midnight in the account's time zone, which nobody says.
        429 => Some(match json::text(body, "policyName").as_deref() {
            Some("DAILY") => HOUR,
            Some("SECONDLY") => SECOND,
            _ => 10 * SECOND,
        }),
        423 => Some(2 * SECOND),
        477 => Some(HOUR),
        _ => None,
    }
}

/// For people. HubSpot's own text only where it does not repeat the values that were sent, which
/// are somebody's data.
fn explanation(kind: ErrorKind, status: u16, body: &Value) -> String {
    match kind {
        ErrorKind::PermissionDenied => {
            let scopes = missing_scopes(body);
            if scopes.is_empty() {
                told("the access token may not do this", body)
            } else {
                format!("the access token lacks one of the scopes {}", scopes.join(", "))
            }
        }
        ErrorKind::NotFound => "HubSpot has no such record".to_owned(),
        ErrorKind::InvalidInput if status == 409 => "HubSpot has such a record already".to_owned(),
        ErrorKind::InvalidInput => {
            let wrong = wrong_properties(body);
            if wrong.is_empty() {
                format!("HubSpot does not accept the request ({})", code(status, body))
            } else {
                format!("HubSpot does not accept {}", wrong.join(", "))
            }
        }
        ErrorKind::AuthRequired => told("HubSpot does not accept the access token", body),
        _ => told(&format!("HubSpot answered {status}"), body),
    }
}

fn told(what: &str, body: &Value) -> String {
    match json::text(body, "message") {
        Some(message) => format!("{what}: {}", message.chars().take(TEXT_MAX).collect::<String>()),
        None => what.to_owned(),
    }
}

/// The scopes of which one is wanted, wherever they are named.
pub fn missing_scopes(body: &Value) -> Vec<String> {
    let details = body.get("errors").and_then(Value::as_array).into_iter().flatten();
    let contexts = details.chain([body]).filter_map(|detail| detail.get("context"));
    let mut scopes = Vec::new();
    for context in contexts {
        for member in ["requiredGranularScopes", "requiredScopes", "missingScopes"] {
            let named = context.get(member).and_then(Value::as_array).into_iter().flatten();
            for scope in named.filter_map(Value::as_str) {
                if !scopes.iter().any(|known| known == scope) {
                    scopes.push(scope.to_owned());
                }
            }
        }
    }
    scopes
}

/// The properties that are wrong and why, as `email (INVALID_EMAIL)`. HubSpot lists them as JSON
/// inside of its message, beside the values.
fn wrong_properties(body: &Value) -> Vec<String> {
    let message = json::text(body, "message").unwrap_or_default();
    let list = message.find('[').and_then(|at| serde_json::from_str::<Value>(&message[at..]).ok());
    let items = list.as_ref().and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let name = json::text(item, "name")?;
            Some(match json::text(item, "error") {
                Some(error) => format!("{name} ({error})"),
                None => name,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use plugin_sdk::http::Header;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &Value, retry_after: Option<&str>) -> Response {
        let headers = retry_after.map(|value| Header { name: "Retry-After".to_owned(), value: value.into() });
        Response { status, headers: headers.into_iter().collect(), body: body.to_string().into_bytes() }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn a_refusal_becomes_what_is_to_be_done_about_it() {
        for (status, body, retry_after, kind, code, wait) in [
            (401, json!({"category": "EXPIRED_AUTHENTICATION"}), None, ErrorKind::AuthRequired, "EXPIRED_AUTHENTICATION", None),
            (401, json!({"category": "INVALID_AUTHENTICATION"}), Some("5"), ErrorKind::AuthRequired, "INVALID_AUTHENTICATION", None),
            (403, json!({"category": "MISSING_SCOPES"}), None, ErrorKind::PermissionDenied, "MISSING_SCOPES", None),
            (404, json!({"category": "OBJECT_NOT_FOUND"}), None, ErrorKind::NotFound, "OBJECT_NOT_FOUND", None),
            (404, json!("<html>"), None, ErrorKind::NotFound, "http_404", None),
            (409, json!({"category": "CONFLICT"}), None, ErrorKind::InvalidInput, "conflict", None),
            (400, json!({"category": "VALIDATION_ERROR"}), None, ErrorKind::InvalidInput, "VALIDATION_ERROR", None),
            (405, json!({}), None, ErrorKind::Permanent, "http_405", None),
            (429, json!({"policyName": "DAILY", "errorType": "RATE_LIMIT"}), None, ErrorKind::RateLimited, "DAILY", Some(3_600_000)),
            (429, json!({"policyName": "TEN_SECONDLY_ROLLING"}), None, ErrorKind::RateLimited, "TEN_SECONDLY_ROLLING", Some(10_000)),
            (429, json!({"policyName": "TEN_SECONDLY_ROLLING"}), Some("3"), ErrorKind::RateLimited, "TEN_SECONDLY_ROLLING", Some(3_000)),
            (429, json!({"policyName": "SECONDLY"}), None, ErrorKind::RateLimited, "SECONDLY", Some(1_000)),
            (429, json!({"category": "RATE_LIMITS"}), None, ErrorKind::RateLimited, "RATE_LIMITS", Some(10_000)),
            (423, json!({}), None, ErrorKind::Transient, "http_423", Some(2_000)),
            (477, json!({}), Some("7200"), ErrorKind::Transient, "http_477", Some(7_200_000)),
            (500, json!({"category": "INTERNAL"}), None, ErrorKind::Transient, "INTERNAL", None),
            (524, json!(null), None, ErrorKind::Transient, "http_524", None),
        ] {
            let error = refused(&answer(status, &body, retry_after));
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)), "{body}");
            assert_eq!((error.retry_after_ms, error.remote_status), (wait, Some(status)), "{body}");
        }
    }

    #[test]
    fn missing_scopes_are_named_once() {
        let body = json!({
            "category": "MISSING_SCOPES",
            "message": "This app hasn't been granted all required scopes to make this call.",
            "errors": [
                {"message": "…", "context": {"requiredGranularScopes": ["tickets", "crm.objects.deals.read"]}},
                {"message": "…", "context": {"requiredScopes": ["tickets"]}},
            ],
        });
        let error = refused(&answer(403, &body, None));
        assert_eq!(error.message, "the access token lacks one of the scopes tickets, crm.objects.deals.read");
        let other = refused(&answer(403, &json!({"message": "You are not allowed."}), None));
        assert_eq!(other.message, "the access token may not do this: You are not allowed.");
    }

    #[test]
    fn somebodys_data_does_not_come_back_in_an_error() {
        let list = json!([
            {"isValid": false, "message": "Email address ann@x is invalid", "error": "INVALID_EMAIL", "name": "email"},
            {"isValid": false, "message": "ann was not one of the allowed options", "name": "lifecyclestage"},
        ]);
        for (body, message) in [
            (
                json!({"category": "VALIDATION_ERROR", "message": format!("Property values were not valid: {list}")}),
                "HubSpot does not accept email (INVALID_EMAIL), lifecyclestage",
            ),
            (
                json!({"category": "VALIDATION_ERROR", "message": "ann@x is [no address"}),
                "HubSpot does not accept the request (VALIDATION_ERROR)",
            ),
        ] {
            assert_eq!(refused(&answer(400, &body, None)).message, message);
        }
    }
}
