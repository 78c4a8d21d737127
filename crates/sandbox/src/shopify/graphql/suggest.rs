//! What a refund would amount to, before it is made.

use super::connection::refused;
use super::render;
use crate::shopify::records::{Order, RefundLine, minor};
use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::{JsonMap, JsonValue};
use serde_json::{Value, json};

/// `Order.suggestedRefund`: the named lines, or everything that is left.
pub(super) fn refund(order: &Order, arguments: &JsonMap) -> Result<Value, FieldError> {
    let flag = |name: &str| arguments.get(name).and_then(JsonValue::as_bool).unwrap_or_default();
    let full = flag("suggestFullRefund");
    let lines = if full { all_lines(order) } else { named_lines(order, arguments)? };
    let subtotal: i64 = lines.iter().filter_map(|it| Some(order.line(it.line)?.price * i64::from(it.quantity))).sum();
    let shipping = match arguments.get("shippingAmount").filter(|amount| !amount.is_null()) {
        _ if full || flag("refundShipping") => order.refundable_shipping(),
        Some(amount) => {
            let amount = serde_json::to_value(amount).ok().and_then(|amount| minor(&amount));
            amount.ok_or_else(|| refused("shippingAmount is not an amount"))?.min(order.refundable_shipping())
        }
        None => 0,
    };
    let maximum: i64 = payments(order).map(|payment| order.refundable_of(payment)).sum();
    let amount = (subtotal + shipping).min(maximum);
    Ok(json!({
        "amountSet": render::money_bag(amount),
        "maximumRefundableSet": render::money_bag(maximum),
        "subtotalSet": render::money_bag(subtotal),
        "refundLineItems": lines.iter().filter_map(|it| render::refund_line(order, it)).collect::<Vec<_>>(),
        "shipping": {
            "amountSet": render::money_bag(shipping),
            "maximumRefundableSet": render::money_bag(order.refundable_shipping()),
        },
        "suggestedTransactions": transactions(order, amount),
    }))
}

fn payments(order: &Order) -> impl Iterator<Item = &crate::shopify::records::Transaction> {
    order.transactions.iter().filter(|it| it.kind == "SALE")
}

/// The amount, spread over the payments that brought it.
fn transactions(order: &Order, mut amount: i64) -> Vec<Value> {
    let mut suggested = Vec::new();
    for payment in payments(order) {
        let left = order.refundable_of(payment);
        let part = amount.min(left);
        if part > 0 {
            amount -= part;
            suggested.push(json!({
                "kind": "SUGGESTED_REFUND",
                "gateway": payment.gateway,
                "amountSet": render::money_bag(part),
                "maximumRefundableSet": render::money_bag(left),
                "parentTransaction": render::transaction(order, payment),
            }));
        }
    }
    suggested
}

fn all_lines(order: &Order) -> Vec<RefundLine> {
    let lines = order.lines.iter().map(|line| (line.id, order.current_quantity(line)));
    lines.filter(|(_, quantity)| *quantity > 0).map(|(line, quantity)| suggestion(line, quantity, "RETURN")).collect()
}

fn named_lines(order: &Order, arguments: &JsonMap) -> Result<Vec<RefundLine>, FieldError> {
    let named = arguments.get("refundLineItems").and_then(JsonValue::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut lines = Vec::new();
    for wanted in named {
        let text = |key: &str| wanted.get(key).and_then(JsonValue::as_str);
        let line = text("lineItemId").and_then(|gid| order.line(render::number("LineItem", gid)?));
        let quantity = wanted.get("quantity").and_then(JsonValue::as_u64).and_then(|it| u32::try_from(it).ok());
        match (line, quantity) {
            (Some(line), Some(quantity)) if (1..=order.current_quantity(line)).contains(&quantity) => {
                lines.push(suggestion(line.id, quantity, text("restockType").unwrap_or("NO_RESTOCK")));
            }
            _ => return Err(refused("Refund line items: quantity cannot refund more items than were purchased")),
        }
    }
    Ok(lines)
}

fn suggestion(line: u64, quantity: u32, restock_type: &str) -> RefundLine {
    RefundLine { id: 0, line, quantity, restock_type: restock_type.to_owned() }
}
