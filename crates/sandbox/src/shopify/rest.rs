//! Records as webhooks carry them: the bodies of the REST Admin API.
//!
//! Ids are numbers here, beyond 2^53 too; money is a string with two places.

use super::Shop;
use super::graphql::render::gid;
use super::records::{Address, Checkout, Customer, Fulfillment, Line, Order, Records, Refund, Transaction, fixed};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Value, json};

/// A date in the shop's zone, as Rails writes it.
fn date(at: DateTime<Utc>) -> String {
    let zone = FixedOffset::east_opt(3600).expect("an hour is less than a day");
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

fn money_set(minor: i64) -> Value {
    let money = json!({ "amount": fixed(minor), "currency_code": Shop::CURRENCY });
    json!({ "shop_money": money, "presentment_money": money })
}

fn lower(status: &str) -> String {
    status.to_lowercase()
}

pub(super) fn customer(customer: &Customer) -> Value {
    json!({
        "id": customer.id,
        "admin_graphql_api_id": gid("Customer", customer.id),
        "email": customer.email,
        "phone": customer.phone,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "note": customer.note,
        "tags": customer.tags.join(", "),
        "state": "disabled",
        "verified_email": customer.email.is_some(),
        "currency": Shop::CURRENCY,
        "default_address": customer.address.as_ref().map(address),
        "created_at": date(customer.created_at),
        "updated_at": date(customer.updated_at()),
    })
}

fn address(address: &Address) -> Value {
    json!({
        "address1": address.address1,
        "city": address.city,
        "zip": address.zip,
        "country": address.country,
        "country_code": address.country_code,
    })
}

fn line(line: &Line) -> Value {
    json!({
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "product_id": line.product,
        "variant_id": line.variant,
        "title": line.title,
        "variant_title": line.variant_title,
        "name": line.name(),
        "sku": line.sku,
        "quantity": line.quantity,
        "price": fixed(line.price),
        "price_set": money_set(line.price),
        "total_discount": "0.00",
    })
}

pub(super) fn order(order: &Order, records: &Records, shop: &Shop) -> Value {
    let buyer = order.customer.and_then(|id| records.customer(id));
    let fulfillment_status = match order.fulfillment_status() {
        "FULFILLED" => Some("fulfilled"),
        "PARTIALLY_FULFILLED" => Some("partial"),
        _ => None,
    };
    json!({
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": order.name(),
        "number": order.number.saturating_sub(1000),
        "order_number": order.number,
        "email": order.email,
        "contact_email": order.email,
        "phone": order.phone,
        "note": order.note,
        "tags": order.tags.join(", "),
        "test": false,
        "confirmed": true,
        "source_name": "web",
        "currency": Shop::CURRENCY,
        "presentment_currency": Shop::CURRENCY,
        "financial_status": lower(order.financial_status()),
        "fulfillment_status": fulfillment_status,
        "subtotal_price": fixed(order.subtotal()),
        "total_price": fixed(order.total()),
        "total_price_set": money_set(order.total()),
        "current_total_price": fixed(order.current_total()),
        "current_total_price_set": money_set(order.current_total()),
        "total_shipping_price_set": money_set(order.shipping),
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "original_total_duties_set": null,
        "order_status_url": format!("https://{}/orders/{}/status", shop.domain, order.id),
        "created_at": date(order.created_at),
        "processed_at": date(order.created_at),
        "updated_at": date(order.updated_at()),
        "cancelled_at": order.cancelled.as_ref().map(|it| date(it.at)),
        "cancel_reason": order.cancelled.as_ref().map(|it| lower(&it.reason)),
        "customer": buyer.map(customer),
        "shipping_address": order.shipping_address.as_ref().map(address),
        "line_items": order.lines.iter().map(line).collect::<Vec<_>>(),
        "fulfillments": order.fulfillments.iter().map(|it| fulfillment(order, it)).collect::<Vec<_>>(),
        "refunds": order.refunds.iter().map(|it| refund(order, it)).collect::<Vec<_>>(),
    })
}

fn fulfillment(order: &Order, parcel: &Fulfillment) -> Value {
    let sent = parcel.lines.iter().filter_map(|it| order.line(it.line));
    json!({
        "id": parcel.id,
        "admin_graphql_api_id": gid("Fulfillment", parcel.id),
        "order_id": order.id,
        "status": "success",
        "tracking_company": parcel.company,
        "tracking_number": parcel.number,
        "tracking_url": parcel.url,
        "line_items": sent.map(line).collect::<Vec<_>>(),
        "created_at": date(parcel.created_at),
        "updated_at": date(parcel.created_at),
    })
}

pub(super) fn refund(order: &Order, refund: &Refund) -> Value {
    let transactions = refund.transactions.iter().filter_map(|id| order.transaction(*id));
    let lines = refund.lines.iter().filter_map(|taken| {
        let found = order.line(taken.line)?;
        Some(json!({
            "id": taken.id,
            "line_item_id": taken.line,
            "line_item": line(found),
            "quantity": taken.quantity,
            "restock_type": lower(&taken.restock_type),
            "subtotal": fixed(found.price * i64::from(taken.quantity)),
        }))
    });
    json!({
        "id": refund.id,
        "admin_graphql_api_id": gid("Refund", refund.id),
        "order_id": order.id,
        "note": refund.note,
        "created_at": date(refund.at),
        "processed_at": date(refund.at),
        "refund_line_items": lines.collect::<Vec<_>>(),
        "transactions": transactions.map(|it| transaction(order, it)).collect::<Vec<_>>(),
    })
}

fn transaction(order: &Order, payment: &Transaction) -> Value {
    json!({
        "id": payment.id,
        "admin_graphql_api_id": gid("OrderTransaction", payment.id),
        "order_id": order.id,
        "parent_id": payment.parent,
        "kind": lower(payment.kind),
        "gateway": payment.gateway,
        "status": "success",
        "amount": fixed(payment.amount),
        "currency": Shop::CURRENCY,
        "created_at": date(payment.at),
    })
}

pub(super) fn checkout(checkout: &Checkout, records: &Records, shop: &Shop) -> Value {
    let total = fixed(checkout.lines.iter().map(Line::total).sum());
    json!({
        "id": checkout.id,
        "token": checkout.token,
        "cart_token": cart_token(checkout),
        "email": checkout.email,
        "phone": checkout.phone,
        "currency": Shop::CURRENCY,
        "subtotal_price": total,
        "total_price": total,
        "total_tax": "0.00",
        "completed_at": null,
        "abandoned_checkout_url": format!("https://{}/checkouts/ac/{}/recover", shop.domain, checkout.token),
        "customer": checkout.customer.and_then(|id| records.customer(id)).map(customer),
        "line_items": checkout.lines.iter().map(line).collect::<Vec<_>>(),
        "created_at": date(checkout.created_at),
        "updated_at": date(checkout.created_at),
    })
}

/// The cart that a checkout began as; a cart knows nobody's name.
pub(super) fn cart(checkout: &Checkout) -> Value {
    let token = cart_token(checkout);
    json!({
        "id": token,
        "token": token,
        "note": null,
        "line_items": checkout.lines.iter().map(line).collect::<Vec<_>>(),
        "created_at": date(checkout.created_at),
        "updated_at": date(checkout.created_at),
    })
}

fn cart_token(checkout: &Checkout) -> String {
    format!("hWN{}", checkout.token.replace('-', ""))
}
