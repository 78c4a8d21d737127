//! `orderCancel`.

use super::text;
use crate::shopify::graphql::execute::Call;
use crate::shopify::graphql::render;
use crate::shopify::records::{Cancellation, Order, Records, Refund, RefundLine, Transaction};
use crate::shopify::topics::Change;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The real one answers with a job that cancels later; here it is done when the answer comes.
pub(super) fn run(call: &Call<'_>, arguments: &Value) -> Value {
    let gid = text(arguments, "orderId").unwrap_or_default();
    let mut records = call.records.borrow_mut();
    let Some(order) = render::number("Order", gid).and_then(|id| records.order_mut(id)) else {
        return refused("NOT_FOUND", "Order does not exist");
    };
    if order.cancelled.is_some() {
        return refused("INVALID", "Order has already been cancelled");
    }
    if !order.fulfillments.is_empty() {
        return refused("INVALID", "Cannot cancel an order that has fulfillments");
    }
    let mut changes = vec![Change::new("orders/cancelled", order.id), Change::new("orders/updated", order.id)];
    if arguments["refundMethod"]["originalPaymentMethodsRefund"] == true
        && let Some(refund) = refund_everything(order, arguments["restock"] == true, call.now)
    {
        changes.insert(0, Change::new("refunds/create", order.id).of_refund(refund));
    }
    let reason = text(arguments, "reason").unwrap_or("OTHER").to_owned();
    order.cancelled = Some(Cancellation { at: call.now, reason });
    order.updated_at = Some(call.now);
    call.changes.borrow_mut().extend(changes);
    let job = format!("gid://shopify/Job/{}", hex::encode(rand::random::<[u8; 16]>()));
    json!({ "job": { "id": job, "done": true }, "orderCancelUserErrors": [], "userErrors": [] })
}

/// Gives everything back that was paid; the refund's id, if anything was.
fn refund_everything(order: &mut Order, restock: bool, at: DateTime<Utc>) -> Option<u64> {
    let payments = order.transactions.iter().filter(|it| it.kind == "SALE");
    let refunds: Vec<Transaction> = payments
        .map(|payment| Transaction {
            id: Records::fresh_id(),
            kind: "REFUND",
            gateway: payment.gateway.clone(),
            amount: order.refundable_of(payment),
            at,
            parent: Some(payment.id),
        })
        .filter(|refund| refund.amount > 0)
        .collect();
    if refunds.is_empty() {
        return None;
    }
    let restock_type = if restock { "CANCEL" } else { "NO_RESTOCK" };
    let lines = order.lines.iter().map(|line| (line.id, order.current_quantity(line)));
    let lines = lines.filter(|(_, quantity)| *quantity > 0).map(|(line, quantity)| RefundLine {
        id: Records::fresh_id(),
        line,
        quantity,
        restock_type: restock_type.to_owned(),
    });
    let refund = Refund {
        id: Records::fresh_id(),
        at,
        note: None,
        lines: lines.collect(),
        shipping: order.refundable_shipping(),
        transactions: refunds.iter().map(|it| it.id).collect(),
    };
    let id = refund.id;
    order.transactions.extend(refunds);
    order.refunds.push(refund);
    Some(id)
}

fn refused(code: &str, message: &str) -> Value {
    let error = json!({ "field": ["orderId"], "message": message, "code": code });
    let plain = json!({ "field": ["orderId"], "message": message });
    json!({ "job": null, "orderCancelUserErrors": [error], "userErrors": [plain] })
}
