//! Drafts and commits: money goes back once, whatever happens in between.

use insta::assert_json_snapshot;
use plugin_sdk::ErrorKind;
use plugin_sdk::http::{Failure, FailureKind};
use plugin_sdk::state::{State, Write};
use plugin_sdk::testing::MockHost;
use serde_json::{Value, json};

use crate::support::{act, answer, asked, data, variables};

const ORDER: &str = "5872915423465";
const FIFTEEN_MINUTES: u64 = 15 * 60_000;

fn money(amount: &str) -> Value {
    json!({"presentmentMoney": {"amount": amount, "currencyCode": "EUR"}})
}

fn suggestion() -> Value {
    data(&json!({"order": {"id": format!("gid://shopify/Order/{ORDER}"), "name": "#1001", "suggestedRefund": {
        "amountSet": money("59.90"), "shipping": {"amountSet": money("5.00")},
        "refundLineItems": [
            {"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/466157049001", "title": "Kettle", "unfulfilledQuantity": 0}},
            {"quantity": 2, "lineItem": {"id": "gid://shopify/LineItem/466157049002", "title": "Cup", "unfulfilledQuantity": 2}},
        ],
        "suggestedTransactions": [{"amountSet": money("59.90"), "gateway": "shopify_payments",
            "parentTransaction": {"id": "gid://shopify/OrderTransaction/1"}}],
    }}}))
}

fn refunded() -> Value {
    data(&json!({"refundCreate": {
        "refund": {"id": "gid://shopify/Refund/890088186047892319", "totalRefundedSet": money("59.90")}, "userErrors": [],
    }}))
}

fn refunds(notes: &[&str]) -> Value {
    let refunds: Vec<Value> = notes
        .iter()
        .map(|note| json!({"id": "gid://shopify/Refund/890088186047892319", "note": note, "totalRefundedSet": money("59.90")}))
        .collect();
    data(&json!({"order": {"refunds": refunds}}))
}

fn objection(message: &str) -> Value {
    data(&json!({"refundCreate": {"refund": null, "userErrors": [{"field": ["input"], "message": message}]}}))
}

/// The token of a new draft.
fn drafted(host: &MockHost, action: &str, input: &Value) -> String {
    act(host, action, input).unwrap()["token"].as_str().unwrap().to_owned()
}

fn draft_refund(host: &MockHost) -> String {
    drafted(host, "draft_refund", &json!({"order_id": ORDER, "note": "damaged"}))
}

fn commit(host: &MockHost, token: &str) -> Result<Value, plugin_sdk::PluginError> {
    act(host, "commit_refund", &json!({"token": token}))
}

/// How many of the requests change something.
fn mutations(host: &MockHost) -> usize {
    host.requests().iter().filter(|request| asked(request).0.starts_with("mutation")).count()
}

#[test]
fn a_draft_says_what_a_refund_comes_to_and_changes_nothing() {
    let host = MockHost::new().json(200, &suggestion());
    let draft = act(&host, "draft_refund", &json!({"order_id": ORDER, "restock": true})).unwrap();
    assert_json_snapshot!("refund_draft", draft);
    assert_eq!(mutations(&host), 0);
    assert_eq!(variables(&host, 0), json!({"id": format!("gid://shopify/Order/{ORDER}"), "full": true}));
}

#[test]
fn a_part_of_an_order_is_asked_for_by_its_lines() {
    let host = MockHost::new().json(200, &suggestion());
    let items = json!([{"line_item_id": "466157049001", "quantity": 1}]);
    act(&host, "draft_refund", &json!({"order_id": ORDER, "items": items, "shipping": true})).unwrap();
    assert_eq!(
        variables(&host, 0),
        json!({"id": format!("gid://shopify/Order/{ORDER}"), "full": false, "shipping": true,
            "items": [{"lineItemId": "gid://shopify/LineItem/466157049001", "quantity": 1}]})
    );
}

#[test]
fn a_commit_makes_the_refund_that_was_drafted_with_an_idempotency_key() {
    let host = MockHost::new().json(200, &suggestion()).json(200, &refunded());
    let token =
        drafted(&host, "draft_refund", &json!({"order_id": ORDER, "restock": true, "note": "damaged", "notify": true}));
    let done = commit(&host, &token).unwrap();
    assert_json_snapshot!("refund_done", done);
    let (document, variables) = asked(&host.requests()[1]);
    assert!(document.contains("refundCreate(input: $input) @idempotent(key: $key)"));
    assert_eq!(variables["key"], token.as_str());
    assert_json_snapshot!("refund_input", variables["input"]);
}

#[test]
fn a_second_commit_gets_the_answer_of_the_first_and_asks_nobody() {
    let host = MockHost::new().json(200, &suggestion()).json(200, &refunded());
    let token = draft_refund(&host);
    let first = commit(&host, &token).unwrap();
    host.advance_ms(24 * 60 * 60_000);
    assert_eq!(commit(&host, &token).unwrap(), first);
    assert_eq!(mutations(&host), 1);
}

#[test]
fn a_commit_needs_a_draft_that_has_not_expired() {
    let host = MockHost::new().json(200, &suggestion()).json(200, &suggestion());
    let refused = |input: &Value| {
        let error = act(&host, "commit_refund", input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{input}");
    };
    refused(&json!({}));
    refused(&json!({"token": ""}));
    refused(&json!({"token": "0".repeat(36)}));
    refused(&json!({"token": "00000000-0000-4000-8000-000000000000"}));

    let token = draft_refund(&host);
    // A draft of another kind is no draft of this one.
    assert_eq!(act(&host, "commit_cancel", &json!({"token": token})).unwrap_err().kind, ErrorKind::InvalidInput);
    host.advance_ms(FIFTEEN_MINUTES);
    refused(&json!({"token": token}));

    let token = draft_refund(&host);
    host.advance_ms(FIFTEEN_MINUTES - 1);
    let host = host.json(200, &refunded());
    commit(&host, &token).unwrap();
    assert_eq!(mutations(&host), 1);
}

#[test]
fn a_refund_whose_answer_was_lost_is_found_again() {
    let host = MockHost::new().json(200, &suggestion()).fail(Failure::sent(FailureKind::Timeout, "30 s"));
    let token = draft_refund(&host);
    let lost = commit(&host, &token).unwrap_err();
    assert_eq!((lost.kind, lost.code.as_deref()), (ErrorKind::Timeout, Some("outcome_unknown")));

    let ours = format!("damaged [signalbox {token}]");
    let host = host.json(200, &refunds(&["by hand", &ours]));
    let done = commit(&host, &token).unwrap();
    assert_eq!(done["refund_id"], "890088186047892319");
    assert_eq!(mutations(&host), 1);
    assert_eq!(commit(&host, &token).unwrap(), done);
}

#[test]
fn a_refund_that_did_not_happen_is_made_with_the_same_key() {
    for lost in [None, Some(answer(503, "busy", &[]))] {
        let host = MockHost::new().json(200, &suggestion());
        let host = match lost {
            Some(response) => host.respond(response),
            None => host.fail(Failure::sent(FailureKind::Interrupted, "reset")),
        };
        let token = draft_refund(&host);
        commit(&host, &token).unwrap_err();

        let host = host
            .json(200, &refunds(&["damaged [signalbox 00000000-0000-4000-8000-000000000000]"]))
            .json(200, &refunded());
        commit(&host, &token).unwrap();
        let requests = host.requests();
        assert_eq!(asked(&requests[1]), asked(&requests[3]), "key and input are the same");
    }
}

#[test]
fn a_key_is_not_used_after_shopify_has_forgotten_it() {
    let host = MockHost::new().json(200, &suggestion()).fail(Failure::sent(FailureKind::Timeout, "30 s"));
    let token = draft_refund(&host);
    commit(&host, &token).unwrap_err();
    host.advance_ms(23 * 60 * 60_000);
    assert_eq!(commit(&host, &token).unwrap_err().code.as_deref(), Some("no_draft"));
    assert_eq!(mutations(&host), 1);
}

#[test]
fn looking_again_does_not_lengthen_the_time_of_a_key() {
    let host = MockHost::new()
        .json(200, &suggestion())
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .fail(Failure::unsent(FailureKind::Connect, "refused"));
    let token = draft_refund(&host);
    commit(&host, &token).unwrap_err();
    host.advance_ms(22 * 60 * 60_000);
    assert_eq!(commit(&host, &token).unwrap_err().kind, ErrorKind::Transient);
    host.advance_ms(60 * 60_000);
    assert_eq!(commit(&host, &token).unwrap_err().code.as_deref(), Some("no_draft"));
}

#[test]
fn what_shopify_certainly_did_not_do_is_a_draft_again() {
    let throttled = json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]});
    let host = MockHost::new()
        .json(200, &suggestion())
        .json(200, &throttled)
        .fail(Failure::unsent(FailureKind::Connect, "refused"))
        .respond(answer(401, "", &[]))
        .json(200, &refunded());
    let token = draft_refund(&host);
    for kind in [ErrorKind::RateLimited, ErrorKind::Transient, ErrorKind::AuthRequired] {
        assert_eq!(commit(&host, &token).unwrap_err().kind, kind);
    }
    commit(&host, &token).unwrap();
    assert_eq!(host.requests().len(), 5, "nobody looked for a refund that cannot be there");
}

#[test]
fn a_refusal_ends_the_draft() {
    let host =
        MockHost::new().json(200, &suggestion()).json(200, &objection("Refund amount cannot exceed the amount paid"));
    let token = draft_refund(&host);
    let refused = commit(&host, &token).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::InvalidInput);
    assert!(refused.message.contains("cannot exceed"));
    assert_eq!(commit(&host, &token).unwrap_err().code.as_deref(), Some("no_draft"));
}

#[test]
fn a_refusal_does_not_hide_what_an_earlier_call_did() {
    let host = MockHost::new()
        .json(200, &suggestion())
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(200, &refunds(&[]))
        .json(200, &objection("Order is locked"));
    let token = draft_refund(&host);
    commit(&host, &token).unwrap_err();
    assert_eq!(commit(&host, &token).unwrap_err().kind, ErrorKind::InvalidInput);
    let host = host.json(200, &refunds(&[&format!("damaged [signalbox {token}]")]));
    assert_eq!(commit(&host, &token).unwrap()["refund_id"], "890088186047892319");
}

#[test]
fn a_refund_under_way_is_waited_for() {
    let by_message = objection("This request is currently in progress, please try again.");
    let by_code = json!({"errors": [{"message": "busy", "extensions": {"code": "IDEMPOTENCY_CONCURRENT_REQUEST"}}]});
    for under_way in [by_message, by_code] {
        let host = MockHost::new().json(200, &suggestion()).json(200, &under_way);
        let token = draft_refund(&host);
        let waiting = commit(&host, &token).unwrap_err();
        assert_eq!((waiting.kind, waiting.retry_after_ms), (ErrorKind::Timeout, Some(2_000)));
        let host = host.json(200, &refunds(&[&format!("damaged [signalbox {token}]")]));
        assert_eq!(commit(&host, &token).unwrap()["amount"], "59.90");
        assert_eq!(mutations(&host), 1);
    }
}

#[test]
fn a_call_beside_the_first_does_not_give_the_draft_back() {
    let host = MockHost::new().json(200, &suggestion()).fail(Failure::sent(FailureKind::Timeout, "30 s"));
    let token = draft_refund(&host);
    commit(&host, &token).unwrap_err();
    // The second call is refused before it does anything; the first may have been luckier.
    let host = host.json(200, &refunds(&[])).fail(Failure::unsent(FailureKind::Connect, "refused"));
    commit(&host, &token).unwrap_err();
    let host = host.json(200, &refunds(&[&format!("damaged [signalbox {token}]")]));
    commit(&host, &token).unwrap();
    assert_eq!(mutations(&host), 2);
}

#[test]
fn nothing_is_not_refunded() {
    let nothing = data(
        &json!({"order": {"name": "#1001", "suggestedRefund": {"amountSet": money("0.0"), "refundLineItems": []}}}),
    );
    let host = MockHost::new().json(200, &nothing);
    let error = act(&host, "draft_refund", &json!({"order_id": ORDER})).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::InvalidInput, Some("nothing_to_refund")));
    let gone = MockHost::new().json(200, &data(&json!({"order": null})));
    assert_eq!(act(&gone, "draft_refund", &json!({"order_id": ORDER})).unwrap_err().kind, ErrorKind::NotFound);
}

#[test]
fn a_draft_that_cannot_be_read_is_not_committed() {
    let host = MockHost::new();
    let token = "00000000-0000-4000-8000-000000000000";
    host.put(&format!("draft:refund:{token}"), b"{}", Write::default()).unwrap();
    assert_eq!(commit(&host, token).unwrap_err().kind, ErrorKind::Internal);
}

fn order_to_cancel(cancelled_at: Option<&str>) -> Value {
    data(&json!({"order": {"id": format!("gid://shopify/Order/{ORDER}"), "name": "#1001", "cancelledAt": cancelled_at,
        "displayFulfillmentStatus": "UNFULFILLED", "suggestedRefund": {"amountSet": money("59.90")}}}))
}

fn cancelling() -> Value {
    data(&json!({"orderCancel": {"job": {"id": "gid://shopify/Job/1"}, "orderCancelUserErrors": []}}))
}

fn draft_cancel(host: &MockHost) -> String {
    drafted(host, "draft_cancel", &json!({"order_id": ORDER, "reason": "customer", "note": " changed their mind "}))
}

fn commit_cancel(host: &MockHost, token: &str) -> Result<Value, plugin_sdk::PluginError> {
    act(host, "commit_cancel", &json!({"token": token}))
}

#[test]
fn an_order_is_cancelled_once() {
    let host = MockHost::new().json(200, &order_to_cancel(None)).json(200, &cancelling());
    let draft =
        act(&host, "draft_cancel", &json!({"order_id": ORDER, "reason": "customer", "restock": false})).unwrap();
    assert_json_snapshot!("cancel_draft", draft);
    assert_eq!(mutations(&host), 0);
    let token = draft["token"].as_str().unwrap();
    let done = commit_cancel(&host, token).unwrap();
    assert_eq!(done, json!({"order_id": ORDER, "order_name": "#1001", "state": "cancelling"}));
    assert_json_snapshot!("cancel_variables", variables(&host, 1));
    assert_eq!(commit_cancel(&host, token).unwrap(), done);
    assert_eq!(mutations(&host), 1);
}

#[test]
fn a_cancelled_order_is_not_cancelled() {
    let host = MockHost::new().json(200, &order_to_cancel(Some("2026-05-28T20:00:00Z")));
    let error = act(&host, "draft_cancel", &json!({"order_id": ORDER, "reason": "fraud"})).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::InvalidInput, Some("cancelled_already")));
    let error = act(&host, "draft_cancel", &json!({"order_id": ORDER, "reason": "boredom"})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
}

#[test]
fn a_cancellation_whose_answer_was_lost_is_looked_for_and_given_time() {
    let host = MockHost::new().json(200, &order_to_cancel(None)).fail(Failure::sent(FailureKind::Timeout, "30 s"));
    let token = draft_cancel(&host);
    assert_eq!(commit_cancel(&host, &token).unwrap_err().code.as_deref(), Some("outcome_unknown"));

    // Shopify may still be at it.
    host.advance_ms(20_000);
    let host = host.json(200, &order_to_cancel(None));
    let waiting = commit_cancel(&host, &token).unwrap_err();
    assert_eq!((waiting.kind, waiting.retry_after_ms), (ErrorKind::Timeout, Some(40_000)));

    host.advance_ms(40_000);
    let host = host.json(200, &order_to_cancel(Some("2026-05-28T20:26:41Z")));
    assert_eq!(commit_cancel(&host, &token).unwrap()["state"], "cancelled");
    assert_eq!(mutations(&host), 1);
}

#[test]
fn a_cancellation_that_did_not_happen_is_asked_for_again() {
    let host = MockHost::new().json(200, &order_to_cancel(None)).fail(Failure::sent(FailureKind::Interrupted, "reset"));
    let token = draft_cancel(&host);
    commit_cancel(&host, &token).unwrap_err();
    host.advance_ms(60_000);
    let host = host.json(200, &order_to_cancel(None)).json(200, &cancelling());
    assert_eq!(commit_cancel(&host, &token).unwrap()["state"], "cancelling");
    assert_eq!(mutations(&host), 2);
}

#[test]
fn a_refused_cancellation_needs_a_new_draft() {
    let refused = data(&json!({"orderCancel": {"job": null, "orderCancelUserErrors": [
        {"field": ["orderId"], "message": "Cannot cancel a fulfilled order", "code": "INVALID"}]}}));
    let host = MockHost::new().json(200, &order_to_cancel(None)).json(200, &refused);
    let token = draft_cancel(&host);
    let error = commit_cancel(&host, &token).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::InvalidInput, Some("invalid")));
    assert_eq!(commit_cancel(&host, &token).unwrap_err().code.as_deref(), Some("no_draft"));
}

#[test]
fn two_drafts_have_two_tokens() {
    let host = MockHost::new().json(200, &suggestion()).json(200, &suggestion());
    assert_ne!(draft_refund(&host), draft_refund(&host));
}
