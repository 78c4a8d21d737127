//! What Shopify refuses, and what becomes of calls without an answer.

use plugin_sdk::ErrorKind;
use plugin_sdk::http::{Failure, FailureKind};
use plugin_sdk::testing::MockHost;
use serde_json::{Value, json};

use crate::support::{act, answer};

fn read(host: &MockHost) -> plugin_sdk::PluginError {
    act(host, "get_order", &json!({"id": "1"})).unwrap_err()
}

fn change(host: &MockHost) -> plugin_sdk::PluginError {
    act(host, "tag_customer", &json!({"customer_id": "1", "add": ["vip"]})).unwrap_err()
}

fn throttled(cost: &Value) -> Value {
    json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}})
}

#[test]
fn a_throttled_call_waits_until_the_bucket_holds_it() {
    for (cost, wait) in [
        (
            json!({"requestedQueryCost": 752, "actualQueryCost": null,
            "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 666, "restoreRate": 50.0}}),
            1_720,
        ),
        (json!({"requestedQueryCost": 1000, "throttleStatus": {"currentlyAvailable": 1, "restoreRate": 100.0}}), 9_990),
        // Enough by now: a moment, all the same.
        (json!({"requestedQueryCost": 10, "throttleStatus": {"currentlyAvailable": 90, "restoreRate": 100.0}}), 1_000),
        (json!({"requestedQueryCost": 10, "throttleStatus": {"currentlyAvailable": 0, "restoreRate": 0}}), 1_000),
        (json!(null), 1_000),
    ] {
        for error in
            [read(&MockHost::new().json(200, &throttled(&cost))), change(&MockHost::new().json(200, &throttled(&cost)))]
        {
            assert_eq!(error.kind, ErrorKind::RateLimited, "{cost}");
            assert_eq!(error.retry_after_ms, Some(wait), "{cost}");
            assert_eq!(error.code.as_deref(), Some("throttled"));
        }
    }
}

#[test]
fn an_error_status_says_what_to_do() {
    let (text, list, page) = (r#"{"errors":"Not Found"}"#, r#"{"errors":[{"message":"no"}]}"#, "<html>");
    for (status, body, kind) in [
        (401, r#"{"errors":"[API] Invalid API key or access token"}"#, ErrorKind::AuthRequired),
        (402, text, ErrorKind::Permanent),
        (403, list, ErrorKind::PermissionDenied),
        (404, text, ErrorKind::InvalidConfig),
        (423, page, ErrorKind::PermissionDenied),
        (429, page, ErrorKind::RateLimited),
        (500, list, ErrorKind::Transient),
        (503, page, ErrorKind::Transient),
        (301, page, ErrorKind::Permanent),
    ] {
        let error = read(&MockHost::new().respond(answer(status, body, &[("Retry-After", "2")])));
        assert_eq!((error.kind, error.remote_status), (kind, Some(status)), "{status}");
        if kind.is_retryable() {
            assert_eq!(error.retry_after_ms, Some(2_000), "{status}");
        }
    }
}

#[test]
fn errors_within_a_success_are_told_by_their_code() {
    for (code, kind) in [
        ("ACCESS_DENIED", ErrorKind::PermissionDenied),
        ("SHOP_INACTIVE", ErrorKind::Permanent),
        ("INTERNAL_SERVER_ERROR", ErrorKind::Transient),
        ("undefinedField", ErrorKind::Internal),
        ("MAX_COST_EXCEEDED", ErrorKind::Internal),
    ] {
        let body = json!({"data": null, "errors": [{"message": "Sorry", "extensions": {"code": code}}]});
        assert_eq!(read(&MockHost::new().json(200, &body)).kind, kind, "{code}");
    }
    for body in [json!({}), json!([]), json!({"errors": "no"}), json!({"data": null})] {
        assert_eq!(read(&MockHost::new().json(200, &body)).kind, ErrorKind::Internal, "{body}");
    }
    assert_eq!(read(&MockHost::new().respond(answer(200, "<html>", &[]))).kind, ErrorKind::Transient);
}

#[test]
fn a_change_whose_outcome_nobody_knows_is_never_called_transient() {
    let in_trouble = json!({"errors": [{"message": "Oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]});
    for host in [
        MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")),
        MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset")),
        MockHost::new().fail(Failure::sent(FailureKind::TooLarge, "2 MiB")),
        MockHost::new().respond(answer(502, "bad gateway", &[])),
        MockHost::new().respond(answer(200, "<html>", &[])),
        MockHost::new().json(200, &in_trouble),
    ] {
        let error = change(&host);
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Timeout, Some("outcome_unknown")));
    }
}

#[test]
fn a_call_that_reached_nobody_may_be_made_again() {
    for (failure, kind) in [
        (Failure::unsent(FailureKind::Connect, "refused"), ErrorKind::Transient),
        (Failure::unsent(FailureKind::Denied, "policy"), ErrorKind::PermissionDenied),
    ] {
        assert_eq!(read(&MockHost::new().fail(failure.clone())).kind, kind);
        assert_eq!(change(&MockHost::new().fail(failure)).kind, kind);
    }
    // Reading does nothing, so it may be repeated whatever happened.
    assert_eq!(
        read(&MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset"))).kind,
        ErrorKind::Transient
    );
    assert_eq!(read(&MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s"))).kind, ErrorKind::Timeout);
}

#[test]
fn what_shopify_says_is_passed_on_at_a_bearable_length() {
    let body = json!({"errors": [{"message": "é".repeat(1_000), "extensions": {"code": "ACCESS_DENIED"}}]});
    let message = read(&MockHost::new().json(200, &body)).message;
    assert!(message.starts_with("Shopify says: é") && message.chars().count() < 400);
}
