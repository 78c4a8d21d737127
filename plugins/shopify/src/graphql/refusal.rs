//! Answers that refuse, by status and by the codes of GraphQL errors
//! (<https://shopify.dev/docs/api/admin-graphql#status-and-error-codes>).

use plugin_sdk::http::Response;
use plugin_sdk::{ErrorKind, PluginError};
use serde_json::Value;

use crate::json;

/// Longest text of Shopify's that is passed on.
const SAID_MAX: usize = 300;

/// How long to wait when Shopify does not say.
const WAIT_MS: u64 = 1_000;

/// The error of an answer whose status is no success.
pub(super) fn of_status(response: &Response) -> PluginError {
    let (kind, meaning) = match response.status {
        401 => (ErrorKind::AuthRequired, "Shopify does not accept the access token"),
        402 => (ErrorKind::Permanent, "the shop is frozen: its owner has to settle the bill"),
        403 => (ErrorKind::PermissionDenied, "Shopify forbids the call"),
        404 => (ErrorKind::InvalidConfig, "there is no such shop, or no such version of the API"),
        423 => (ErrorKind::PermissionDenied, "the shop is locked"),
        429 => (ErrorKind::RateLimited, "too many calls"),
        400 | 406 | 413 | 415 | 422 => (ErrorKind::Internal, "Shopify cannot read the call"),
        408 | 500.. => (ErrorKind::Transient, "Shopify is out of order"),
        _ => (ErrorKind::Permanent, "Shopify refused the call"),
    };
    // What a body says beside an error status is a text, an object or a proxy's page.
    let explanation = response.json::<Value>().ok().and_then(|body| explanation(&body));
    let message = match explanation {
        Some(explanation) => format!("{meaning}: {explanation}"),
        None => format!("{meaning} ({})", response.status),
    };
    let error = PluginError::new(kind, message).with_remote_status(response.status);
    match kind {
        ErrorKind::RateLimited => error.with_retry_after_ms(response.retry_after_ms().unwrap_or(WAIT_MS)),
        _ => PluginError { retry_after_ms: response.retry_after_ms(), ..error },
    }
}

/// The error of an answer with status 200 that has errors all the same.
pub(super) fn of_body(body: &Value, status: u16) -> Option<PluginError> {
    let errors = json::list(body, "/errors");
    let first = match errors.first() {
        Some(first) => first,
        // A text, or something unheard of: without data there was no success.
        None if body.get("data").is_some_and(Value::is_object) => return None,
        None => body,
    };
    let code = json::str(first, "/extensions/code").unwrap_or_default();
    let message = explanation(body).unwrap_or_else(|| "Shopify's answer holds no data".to_owned());
    let error = PluginError::new(kind_of(code), message).with_remote_status(status);
    let error = if code.is_empty() { error } else { error.with_code(code.to_ascii_lowercase()) };
    Some(match code {
        "THROTTLED" => error.with_retry_after_ms(throttled_for_ms(body)),
        // The first request with this key is still being worked on.
        "IDEMPOTENCY_CONCURRENT_REQUEST" => error.with_retry_after_ms(2 * WAIT_MS),
        _ => error,
    })
}

fn kind_of(code: &str) -> ErrorKind {
    match code {
        "THROTTLED" => ErrorKind::RateLimited,
        "ACCESS_DENIED" => ErrorKind::PermissionDenied,
        "SHOP_INACTIVE" => ErrorKind::Permanent,
        "INTERNAL_SERVER_ERROR" | "TIMEOUT" | "IDEMPOTENCY_CONCURRENT_REQUEST" => ErrorKind::Transient,
        // Our document does not fit the version of the API, or costs too much.
        _ => ErrorKind::Internal,
    }
}

/// How long until the bucket holds what the call costs
/// (<https://shopify.dev/docs/api/usage/limits#rate-limits>).
fn throttled_for_ms(body: &Value) -> u64 {
    let number = |pointer: &str| body.pointer(pointer).and_then(Value::as_f64);
    let wait = (|| {
        let wanted = number("/extensions/cost/requestedQueryCost")?;
        let available = number("/extensions/cost/throttleStatus/currentlyAvailable")?;
        let per_second = number("/extensions/cost/throttleStatus/restoreRate")?;
        Some((wanted - available) / per_second * 1_000.0)
    })();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    let wait = wait.filter(|ms| ms.is_finite()).map(|ms| ms.ceil().clamp(0.0, 3_600_000.0) as u64);
    wait.unwrap_or(WAIT_MS).max(WAIT_MS)
}

/// What the errors of an answer say.
fn explanation(body: &Value) -> Option<String> {
    if let Some(text) = json::str(body, "/errors") {
        return Some(said(text));
    }
    let messages: Vec<&str> =
        json::list(body, "/errors").iter().filter_map(|error| json::str(error, "/message")).collect();
    (!messages.is_empty()).then(|| said(&messages.join("; ")))
}

/// Shopify's own words, at a bearable length.
pub(super) fn said(text: &str) -> String {
    match text.char_indices().nth(SAID_MAX) {
        Some((end, _)) => format!("Shopify says: {}…", &text[..end]),
        None => format!("Shopify says: {text}"),
    }
}
