//! Refunds, in two steps: [`draft`] lets Shopify work out what a refund comes to, [`commit`] makes
//! it.
//!
//! How a refund is made once is told in [`drafts`]. Here it stands on two things: `refundCreate`
//! takes an idempotency key, and the refund's note ends with the same key, by which a later call
//! finds it.

use std::fmt::Write as _;

use plugin_sdk::{ErrorKind, Host, PluginError};
use serde_json::{Value, json};

use crate::drafts::{self, Commitment, Found};
use crate::graphql::{Client, OUTCOME_UNKNOWN, objections};
use crate::model::{Commit, DraftRefund, RefundDone, RefundDraft, RefundItem};
use crate::settings::Settings;
use crate::{gid, json, orders};

/// The kind of its drafts.
const KIND: &str = "refund";

const SUGGEST: &str = "query($id: ID!, $full: Boolean, $items: [RefundLineItemInput!], $shipping: Boolean) {
    order(id: $id) {
        id name
        suggestedRefund(suggestFullRefund: $full, refundLineItems: $items, refundShipping: $shipping) {
            amountSet { presentmentMoney { amount currencyCode } }
            shipping { amountSet { presentmentMoney { amount currencyCode } } }
            refundLineItems { quantity lineItem { id title unfulfilledQuantity } }
            suggestedTransactions {
                amountSet { presentmentMoney { amount currencyCode } } gateway parentTransaction { id }
            }
        }
    }
}";

const CREATE: &str = "mutation($input: RefundInput!, $key: String!) {
    refundCreate(input: $input) @idempotent(key: $key) {
        refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } }
        userErrors { field message }
    }
}";

const MADE: &str = "query($id: ID!) {
    order(id: $id) { refunds { id note totalRefundedSet { presentmentMoney { amount currencyCode } } } }
}";

/// Works out a refund and keeps it for [`commit`].
pub fn draft(
    client: &Client<'_>,
    settings: &Settings,
    host: &dyn Host,
    wanted: &DraftRefund,
) -> Result<RefundDraft, PluginError> {
    let location = restock_location(settings, wanted)?;
    let order_id = gid::of("Order", &wanted.order_id)?;
    let data = client.query(SUGGEST, question(&order_id, wanted)?)?;
    let order = data.get("order").filter(|order| order.is_object()).ok_or_else(orders::not_found)?;
    let suggested = order.get("suggestedRefund").filter(|refund| refund.is_object()).ok_or_else(nothing_left)?;
    let lines = json::list(suggested, "/refundLineItems");
    let (amount, currency) = (json::amount(suggested, "/amountSet"), json::currency(suggested, "/amountSet"));
    if lines.is_empty() && json::is_zero(&amount) {
        return Err(nothing_left());
    }
    let shipping = json::amount(suggested, "/shipping/amountSet");
    let order_name = json::text(order, "/name").unwrap_or_default();
    let summary = summary(&amount, &currency, &order_name, lines, &shipping, location.is_some());
    let items = lines.iter().map(item).collect();
    let input = input(&order_id, wanted, suggested, location.as_deref());
    let kept = drafts::keep(host, KIND, json!({"order_name": order_name, "input": input}))?;
    Ok(RefundDraft {
        token: kept.token,
        expires_at_ms: kept.expires_at_ms,
        order_id: gid::digits(&order_id).to_owned(),
        order_name,
        currency,
        amount,
        shipping,
        items,
        summary,
    })
}

/// Where items go back to stock; `None` if they do not.
fn restock_location(settings: &Settings, wanted: &DraftRefund) -> Result<Option<String>, PluginError> {
    if !wanted.restock {
        return Ok(None);
    }
    let id = settings.restock_location_id().ok_or_else(|| {
        PluginError::invalid_config("a refund that restocks needs the location for returns in the settings")
    })?;
    gid::of("Location", id).map(Some)
}

fn question(order_id: &str, wanted: &DraftRefund) -> Result<Value, PluginError> {
    let Some(items) = &wanted.items else {
        return Ok(json!({"id": order_id, "full": true}));
    };
    let items: Vec<Value> = items
        .iter()
        .map(|item| Ok(json!({"lineItemId": gid::of("LineItem", &item.line_item_id)?, "quantity": item.quantity})))
        .collect::<Result<_, PluginError>>()?;
    Ok(json!({"id": order_id, "full": false, "items": items, "shipping": wanted.shipping}))
}

fn nothing_left() -> PluginError {
    PluginError::invalid_input("nothing of this is left to refund").with_code("nothing_to_refund")
}

fn item(line: &Value) -> RefundItem {
    RefundItem {
        line_item_id: gid::digits(json::str(line, "/lineItem/id").unwrap_or_default()).to_owned(),
        quantity: json::count(line, "/quantity"),
    }
}

/// Shopify's suggestion as the input that makes it so.
fn input(order_id: &str, wanted: &DraftRefund, suggested: &Value, location: Option<&str>) -> Value {
    let lines: Vec<Value> =
        json::list(suggested, "/refundLineItems").iter().map(|line| line_input(line, location)).collect();
    let transactions: Vec<Value> = json::list(suggested, "/suggestedTransactions")
        .iter()
        .filter_map(|paid| transaction_input(order_id, paid))
        .collect();
    let mut input = json!({
        "orderId": order_id,
        "currency": json::currency(suggested, "/amountSet"),
        "note": wanted.note.as_deref().unwrap_or_default().trim(),
        "notify": wanted.notify,
        "refundLineItems": lines,
        "transactions": transactions,
    });
    let shipping = json::amount(suggested, "/shipping/amountSet");
    if !json::is_zero(&shipping) {
        input["shipping"] = json!({ "amount": shipping });
    }
    input
}

/// What was sent out comes back; what was not is not sent.
fn line_input(line: &Value, location: Option<&str>) -> Value {
    let quantity = json::count(line, "/quantity");
    let mut input =
        json!({"lineItemId": line.pointer("/lineItem/id"), "quantity": quantity, "restockType": "NO_RESTOCK"});
    if let Some(location) = location {
        let is_here = quantity <= json::count(line, "/lineItem/unfulfilledQuantity");
        input["restockType"] = if is_here { "CANCEL" } else { "RETURN" }.into();
        input["locationId"] = location.into();
    }
    input
}

fn transaction_input(order_id: &str, paid: &Value) -> Option<Value> {
    let (parent, gateway) = (json::str(paid, "/parentTransaction/id")?, json::str(paid, "/gateway")?);
    let amount = json::amount(paid, "/amountSet");
    Some(json!({"orderId": order_id, "parentId": parent, "gateway": gateway, "kind": "REFUND", "amount": amount}))
}

fn summary(amount: &str, currency: &str, order: &str, lines: &[Value], shipping: &str, restocks: bool) -> String {
    let mut summary = format!("Refund {amount} {currency} of order {order}");
    for (index, line) in lines.iter().enumerate() {
        summary.push_str(if index == 0 { ": " } else { ", " });
        let title = json::str(line, "/lineItem/title").unwrap_or("an item");
        let _ = write!(summary, "{} × {title}", json::count(line, "/quantity"));
    }
    if !json::is_zero(shipping) {
        let _ = write!(summary, "; {shipping} {currency} of it for shipping");
    }
    summary.push_str(if restocks { "; items go back to stock." } else { "." });
    summary
}

/// Makes the refund of a draft, or gives the answer of when it was made.
pub fn commit(client: &Client<'_>, host: &dyn Host, wanted: &Commit) -> Result<Value, PluginError> {
    let commitment = match drafts::open(host, KIND, &wanted.token)? {
        Found::Done(answer) => return Ok(answer),
        Found::Open(commitment) => commitment,
    };
    if commitment.resumed_since_ms.is_some()
        && let Some(refund) = made_before(client, &commitment)?
    {
        return Ok(finish(host, commitment, &refund));
    }
    let variables = json!({"input": input_with_key(&commitment), "key": commitment.token});
    let data = match client.mutate(CREATE, variables) {
        Ok(data) => data,
        Err(error) => return Err(commitment.failed(host, error)),
    };
    let payload = data.get("refundCreate").unwrap_or(&Value::Null);
    if let Err(refusal) = objections(payload, "/userErrors") {
        return Err(if is_under_way(&refusal) { wait(refusal) } else { commitment.refused(host, refusal) });
    }
    match payload.get("refund").filter(|refund| refund.is_object()) {
        Some(refund) => Ok(finish(host, commitment, refund)),
        None => Err(PluginError::internal("Shopify neither made the refund nor said why").with_code(OUTCOME_UNKNOWN)),
    }
}

/// The input with the key at the end of its note.
fn input_with_key(commitment: &Commitment) -> Value {
    let mut input = commitment.plan.get("input").cloned().unwrap_or_default();
    let note = json::str(&input, "/note").unwrap_or_default();
    let separator = if note.is_empty() { "" } else { " " };
    input["note"] = format!("{note}{separator}{}", mark(&commitment.token)).into();
    input
}

fn mark(token: &str) -> String {
    format!("[signalbox {token}]")
}

/// The refund that an earlier call with this key made.
fn made_before(client: &Client<'_>, commitment: &Commitment) -> Result<Option<Value>, PluginError> {
    let data = client.query(MADE, json!({"id": commitment.plan.pointer("/input/orderId")}))?;
    let mark = mark(&commitment.token);
    let is_ours = |refund: &&Value| json::str(refund, "/note").is_some_and(|note| note.ends_with(&mark));
    Ok(json::list(&data, "/order/refunds").iter().find(is_ours).cloned())
}

/// `userErrors` of refunds have no codes, so this is told by Shopify's words. Not to recognise them is
/// no harm, for the draft that another call is committing stays.
fn is_under_way(refusal: &PluginError) -> bool {
    refusal.message.contains("currently in progress")
}

fn wait(refusal: PluginError) -> PluginError {
    PluginError::new(ErrorKind::Timeout, refusal.message).with_code(OUTCOME_UNKNOWN).with_retry_after_ms(2_000)
}

fn finish(host: &dyn Host, commitment: Commitment, refund: &Value) -> Value {
    let done = RefundDone {
        refund_id: gid::digits(json::str(refund, "/id").unwrap_or_default()).to_owned(),
        order_id: gid::digits(json::str(&commitment.plan, "/input/orderId").unwrap_or_default()).to_owned(),
        order_name: json::text(&commitment.plan, "/order_name").unwrap_or_default(),
        currency: json::currency(refund, "/totalRefundedSet"),
        amount: json::amount(refund, "/totalRefundedSet"),
    };
    commitment.done(host, json!(done))
}
