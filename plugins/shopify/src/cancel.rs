//! Cancellations, in two steps: [`draft`] says what cancelling an order comes to, [`commit`] cancels
//! it.
//!
//! How it is done once is told in [`drafts`]. `orderCancel` takes no idempotency key, but an order
//! can be cancelled once only, and its refund is part of that. Shopify does it in the background, so
//! a call that comes after a crash or a lost answer looks whether the order is cancelled, gives the
//! first one time, and asks again only if nothing came of it.

use plugin_sdk::{ErrorKind, Host, PluginError};
use serde_json::{Value, json};

use crate::drafts::{self, Commitment, Found};
use crate::graphql::{Client, OUTCOME_UNKNOWN, objections};
use crate::model::{CancelDone, CancelDraft, CancelReason, CancelState, Commit, DraftCancel};
use crate::{gid, json, orders};

/// The kind of its drafts.
const KIND: &str = "cancel";

/// How long a cancellation that nobody heard of may still be under way.
const UNDER_WAY_MS: u64 = 60_000;

const LOOK: &str = "query($id: ID!) {
    order(id: $id) {
        id name cancelledAt displayFulfillmentStatus
        suggestedRefund(suggestFullRefund: true) { amountSet { presentmentMoney { amount currencyCode } } }
    }
}";

const CANCEL: &str = "mutation($id: ID!, $reason: OrderCancelReason!, $method: OrderCancelRefundMethodInput!,
        $restock: Boolean!, $notify: Boolean, $note: String) {
    orderCancel(orderId: $id, reason: $reason, refundMethod: $method, restock: $restock, notifyCustomer: $notify,
            staffNote: $note) {
        job { id } orderCancelUserErrors { field message code }
    }
}";

/// Says what a cancellation comes to and keeps it for [`commit`].
pub fn draft(client: &Client<'_>, host: &dyn Host, wanted: &DraftCancel) -> Result<CancelDraft, PluginError> {
    let order_id = gid::of("Order", &wanted.order_id)?;
    let order = look(client, &order_id)?;
    if is_cancelled(&order) {
        return Err(PluginError::invalid_input("the order is cancelled already").with_code("cancelled_already"));
    }
    let order_name = json::text(&order, "/name").unwrap_or_default();
    let currency = json::currency(&order, "/suggestedRefund/amountSet");
    let amount = if wanted.refund { json::amount(&order, "/suggestedRefund/amountSet") } else { "0.0".to_owned() };
    let summary = summary(&order, wanted, &order_name, &amount, &currency);
    let plan = json!({"order_name": order_name, "variables": variables(&order_id, wanted)});
    let kept = drafts::keep(host, KIND, plan)?;
    Ok(CancelDraft {
        token: kept.token,
        expires_at_ms: kept.expires_at_ms,
        order_id: gid::digits(&order_id).to_owned(),
        order_name,
        currency,
        amount,
        summary,
    })
}

fn look(client: &Client<'_>, order_id: &str) -> Result<Value, PluginError> {
    let mut data = client.query(LOOK, json!({ "id": order_id }))?;
    data.get_mut("order").map(Value::take).filter(Value::is_object).ok_or_else(orders::not_found)
}

fn is_cancelled(order: &Value) -> bool {
    json::str(order, "/cancelledAt").is_some()
}

fn variables(order_id: &str, wanted: &DraftCancel) -> Value {
    json!({
        "id": order_id,
        "reason": in_shopifys_words(wanted.reason),
        "method": {"originalPaymentMethodsRefund": wanted.refund},
        "restock": wanted.restock,
        "notify": wanted.notify,
        "note": wanted.note.as_deref().map(str::trim).filter(|note| !note.is_empty()),
    })
}

fn in_shopifys_words(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Customer => "CUSTOMER",
        CancelReason::Declined => "DECLINED",
        CancelReason::Fraud => "FRAUD",
        CancelReason::Inventory => "INVENTORY",
        CancelReason::Staff => "STAFF",
        CancelReason::Other => "OTHER",
    }
}

fn summary(order: &Value, wanted: &DraftCancel, name: &str, amount: &str, currency: &str) -> String {
    let refund = if wanted.refund { format!("{amount} {currency} go back") } else { "nothing is refunded".to_owned() };
    let stock = if wanted.restock { "items go back to stock" } else { "stock stays as it is" };
    let notice = if wanted.notify { "the customer is told" } else { "the customer is not told" };
    let mut summary = format!("Cancel order {name}: {refund}, {stock}, {notice}.");
    if json::str(order, "/displayFulfillmentStatus").is_some_and(|status| status != "UNFULFILLED") {
        summary.push_str(" Some of it has been sent or is being packed: Shopify may refuse.");
    }
    summary
}

/// Cancels the order of a draft, or gives the answer of when that was done.
pub fn commit(client: &Client<'_>, host: &dyn Host, wanted: &Commit) -> Result<Value, PluginError> {
    let commitment = match drafts::open(host, KIND, &wanted.token)? {
        Found::Done(answer) => return Ok(answer),
        Found::Open(commitment) => commitment,
    };
    let variables = commitment.plan.get("variables").cloned().unwrap_or_default();
    let order_id = json::text(&variables, "/id").unwrap_or_default();
    if let Some(began_ms) = commitment.resumed_since_ms {
        if is_cancelled(&look(client, &order_id)?) {
            return Ok(finish(host, commitment, &order_id, CancelState::Cancelled));
        }
        let waited_ms = host.now_ms().saturating_sub(began_ms);
        if waited_ms < UNDER_WAY_MS {
            return Err(under_way(UNDER_WAY_MS - waited_ms));
        }
    }
    let data = match client.mutate(CANCEL, variables) {
        Ok(data) => data,
        Err(error) => return Err(commitment.failed(host, error)),
    };
    let payload = data.get("orderCancel").unwrap_or(&Value::Null);
    if let Err(refusal) = objections(payload, "/orderCancelUserErrors") {
        return Err(commitment.refused(host, refusal));
    }
    if json::str(payload, "/job/id").is_none() {
        return Err(PluginError::internal("Shopify neither cancels nor says why").with_code(OUTCOME_UNKNOWN));
    }
    Ok(finish(host, commitment, &order_id, CancelState::Cancelling))
}

fn under_way(wait_ms: u64) -> PluginError {
    PluginError::new(ErrorKind::Timeout, "the cancellation may be under way")
        .with_code(OUTCOME_UNKNOWN)
        .with_retry_after_ms(wait_ms)
}

fn finish(host: &dyn Host, commitment: Commitment, order_id: &str, state: CancelState) -> Value {
    let order_name = json::text(&commitment.plan, "/order_name").unwrap_or_default();
    let done = CancelDone { order_id: gid::digits(order_id).to_owned(), order_name, state };
    commitment.done(host, json!(done))
}
