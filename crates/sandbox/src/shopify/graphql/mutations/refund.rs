//! `refundCreate`.

use super::{Outcome, UserError, text};
use crate::shopify::graphql::execute::Call;
use crate::shopify::graphql::render;
use crate::shopify::records::{Order, Records, Refund, RefundLine, Transaction, minor};
use crate::shopify::topics::Change;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub(super) fn run(call: &Call<'_>, arguments: &Value) -> Outcome {
    let input = &arguments["input"];
    let gid = text(input, "orderId").unwrap_or_default();
    let mut records = call.records.borrow_mut();
    let locations: Vec<u64> = records.locations.iter().filter(|it| it.active).map(|it| it.id).collect();
    let order = render::number("Order", gid).and_then(|id| records.order_mut(id));
    let order = order.ok_or_else(|| UserError::new(&["orderId"], "Order does not exist"))?;

    let lines = lines(order, &locations, input)?;
    let shipping = shipping(order, input)?;
    let transactions = transactions(order, input, call.now)?;
    if lines.is_empty() && shipping == 0 && transactions.is_empty() {
        return Err(UserError::new(
            &["refundLineItems"],
            "Refund must have at least one item, shipping or transaction",
        ));
    }
    let refund = Refund {
        id: Records::fresh_id(),
        at: call.now,
        note: text(input, "note").map(str::to_owned),
        lines,
        shipping,
        transactions: transactions.iter().map(|it| it.id).collect(),
    };
    order.transactions.extend(transactions);
    order.refunds.push(refund.clone());
    order.updated_at = Some(call.now);
    call.changes.borrow_mut().extend([
        Change::new("refunds/create", order.id).of_refund(refund.id),
        Change::new("orders/updated", order.id),
    ]);
    Ok(json!({ "refund": render::refund(order, &refund), "order": render::order(order, call.shop) }))
}

/// The lines of the input; `locations` are those that can take something back.
fn lines(order: &Order, locations: &[u64], input: &Value) -> Result<Vec<RefundLine>, UserError> {
    let wanted = input["refundLineItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines: Vec<RefundLine> = Vec::new();
    for (index, item) in wanted.iter().enumerate() {
        let place = |field: &str| ["refundLineItems".to_owned(), index.to_string(), field.to_owned()];
        let refused =
            |field: &str, message: &str| UserError { field: place(field).to_vec(), message: message.to_owned() };
        let line = text(item, "lineItemId").and_then(|gid| order.line(render::number("LineItem", gid)?));
        let line = line.ok_or_else(|| refused("lineItemId", "Line item does not exist"))?;
        let quantity = item["quantity"].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
        let named: u32 = lines.iter().filter(|it| it.line == line.id).map(|it| it.quantity).sum();
        if quantity == 0 {
            return Err(refused("quantity", "Quantity must be greater than 0"));
        }
        if quantity > order.current_quantity(line).saturating_sub(named) {
            return Err(refused("quantity", "Quantity cannot refund more items than were purchased"));
        }
        let location = text(item, "locationId").map(|gid| render::number("Location", gid));
        if location.is_some_and(|id| id.is_none_or(|id| !locations.contains(&id))) {
            return Err(refused("locationId", "Location does not exist or is not active"));
        }
        lines.push(RefundLine {
            id: Records::fresh_id(),
            line: line.id,
            quantity,
            restock_type: text(item, "restockType").unwrap_or("NO_RESTOCK").to_owned(),
        });
    }
    Ok(lines)
}

fn shipping(order: &Order, input: &Value) -> Result<i64, UserError> {
    let shipping = &input["shipping"];
    if shipping["fullRefund"] == true {
        return Ok(order.refundable_shipping());
    }
    if shipping["amount"].is_null() {
        return Ok(0);
    }
    match minor(&shipping["amount"]) {
        Some(amount) if amount <= order.refundable_shipping() => Ok(amount),
        _ => Err(UserError::new(&["shipping", "amount"], "Shipping amount cannot exceed what was paid for shipping")),
    }
}

fn transactions(order: &Order, input: &Value, at: DateTime<Utc>) -> Result<Vec<Transaction>, UserError> {
    let wanted = input["transactions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut transactions: Vec<Transaction> = Vec::new();
    for item in wanted {
        let refused = |message: &str| UserError::new(&["transactions"], message);
        if text(item, "kind") != Some("REFUND") {
            return Err(refused("Transactions must be of the kind REFUND"));
        }
        if text(item, "orderId").and_then(|gid| render::number("Order", gid)) != Some(order.id) {
            return Err(refused("Transactions must belong to the order"));
        }
        let parent = text(item, "parentId").and_then(|gid| order.transaction(render::number("OrderTransaction", gid)?));
        let parent = parent.filter(|it| it.kind == "SALE").ok_or_else(|| refused("Parent transaction is invalid"))?;
        if text(item, "gateway") != Some(parent.gateway.as_str()) {
            return Err(refused("Gateway must be the gateway of the parent transaction"));
        }
        let amount = minor(&item["amount"]).filter(|amount| *amount > 0);
        let amount = amount.ok_or_else(|| refused("Amount must be greater than zero"))?;
        let named: i64 = transactions.iter().filter(|it| it.parent == Some(parent.id)).map(|it| it.amount).sum();
        if amount > order.refundable_of(parent) - named {
            return Err(refused("Refund amount cannot exceed the amount available to refund"));
        }
        let (gateway, parent) = (parent.gateway.clone(), Some(parent.id));
        transactions.push(Transaction { id: Records::fresh_id(), kind: "REFUND", gateway, amount, at, parent });
    }
    Ok(transactions)
}
