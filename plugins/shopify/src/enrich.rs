//! What the shop knows about a customer: who they are to it, and their latest orders.

use std::fmt::Write as _;

use plugin_sdk::sender::find;
use plugin_sdk::{Fact, PluginError, SenderId, Subject};
use serde_json::{Value, json};

use crate::graphql::{Client, search};
use crate::model::Order;
use crate::orders::{self, LINES_OF_MANY, ORDER_FIELDS};
use crate::parse::{EMAIL, SHOPIFY_CUSTOMER, email, phone, time};
use crate::{gid, json};

const CUSTOMER_FIELDS: &str = " fragment CustomerFields on Customer {
    id displayName createdAt updatedAt tags numberOfOrders amountSpent { amount currencyCode }
    orders(first: 5, sortKey: CREATED_AT, reverse: true) { nodes { ...OrderFields } }
}";

const BY_ID: &str = "query($id: ID!, $lines: Int!) { customer(id: $id) { ...CustomerFields } }";

const BY_SEARCH: &str = "query($query: String!, $lines: Int!) {
    customers(first: 1, query: $query, sortKey: UPDATED_AT, reverse: true) { nodes { ...CustomerFields } }
}";

/// Facts about a customer; none about somebody the shop does not know.
pub fn facts(client: &Client<'_>, shop: &str, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
    let Some(customer) = customer(client, subject)? else {
        return Ok(Vec::new());
    };
    let orders: Vec<Order> = json::list(&customer, "/orders/nodes").iter().map(orders::read).collect();
    let about_orders = orders.iter().map(|order| order_fact(shop, order));
    Ok(std::iter::once(customer_fact(shop, &customer)).chain(about_orders).collect())
}

/// By the surest of what is known: Shopify's own id, then e-mail address, then telephone number.
fn customer(client: &Client<'_>, subject: &Subject) -> Result<Option<Value>, PluginError> {
    if let Some(id) = find(&subject.ids, SHOPIFY_CUSTOMER).and_then(|id| gid::of("Customer", id).ok()) {
        let variables = json!({"id": id, "lines": LINES_OF_MANY});
        let mut data = client.query(&[BY_ID, CUSTOMER_FIELDS, ORDER_FIELDS].concat(), variables)?;
        if let Some(customer) = data.get_mut("customer").map(Value::take).filter(Value::is_object) {
            return Ok(Some(customer));
        }
    }
    let address = find(&subject.ids, EMAIL).or(subject.email.as_deref()).and_then(email);
    let number = find(&subject.ids, SenderId::PHONE).or(subject.phone.as_deref()).and_then(phone);
    for (field, value) in [("email", address), ("phone", number)] {
        let Some(value) = value else { continue };
        let variables = json!({"query": search::term(field, &value), "lines": LINES_OF_MANY});
        let mut data = client.query(&[BY_SEARCH, CUSTOMER_FIELDS, ORDER_FIELDS].concat(), variables)?;
        if let Some(customer) = data.pointer_mut("/customers/nodes/0").map(Value::take).filter(Value::is_object) {
            return Ok(Some(customer));
        }
    }
    Ok(None)
}

fn customer_fact(shop: &str, customer: &Value) -> Fact {
    let text = |pointer: &str| json::str(customer, pointer).unwrap_or_default();
    let id = gid::digits(text("/id"));
    // A number of 64 bits, so Shopify writes it as text; nobody orders as often.
    let orders: u64 = text("/numberOfOrders").parse().unwrap_or(0);
    let noun = if orders == 1 { "order" } else { "orders" };
    let (spent, currency) = (text("/amountSpent/amount"), text("/amountSpent/currencyCode"));
    let name = text("/displayName");
    let mut line = format!("{name}: {orders} {noun}, {spent} {currency} in total");
    if let Some(day) = day(text("/createdAt")) {
        let _ = write!(line, ", customer since {day}");
    }
    line.push('.');
    Fact {
        url: Some(admin_url(shop, "customers", id)),
        as_of_ms: time::read(text("/updatedAt")),
        data: json!({
            "id": id, "ids": { SHOPIFY_CUSTOMER: id }, "name": name, "orders": orders, "spent": spent, "currency": currency,
            "tags": json::texts(customer, "/tags"), "created_at": text("/createdAt"),
        }),
        ..Fact::new("shopify.customer", "Shopify customer", line)
    }
}

fn order_fact(shop: &str, order: &Order) -> Fact {
    let mut line = String::new();
    if let Some(day) = day(&order.created_at) {
        let _ = write!(line, "{day}, ");
    }
    let _ = write!(line, "{} {}", order.total, order.currency);
    let states = [order.financial_status.as_deref(), Some(order.fulfillment_status.as_str())];
    let cancelled = order.cancelled_at.as_ref().map(|_| "cancelled");
    for state in states.into_iter().flatten().chain(cancelled) {
        let _ = write!(line, ", {}", state.replace('_', " "));
    }
    for (index, item) in order.items.iter().enumerate() {
        line.push_str(if index == 0 { ": " } else { ", " });
        let _ = write!(line, "{} × {}", item.quantity, item.title);
    }
    Fact {
        url: Some(admin_url(shop, "orders", &order.id)),
        as_of_ms: time::read(&order.updated_at),
        data: json!(order),
        ..Fact::new("shopify.order", format!("Order {}", order.name), line)
    }
}

fn day(time: &str) -> Option<&str> {
    time.get(..10)
}

fn admin_url(shop: &str, kind: &str, id: &str) -> String {
    format!("https://admin.shopify.com/store/{shop}/{kind}/{id}")
}
