//! From one webhook to events: what happened, kept as Shopify sent it, and the person it is about.
//!
//! | topics | events |
//! |---|---|
//! | `orders/create`, `updated`, `paid`, `fulfilled`, `cancelled`, … | `shopify.order_created`, … |
//! | `refunds/create` | `shopify.order_refunded` |
//! | `checkouts/create`, `update` | `shopify.checkout_created`, `shopify.checkout_updated` |
//! | `carts/create`, `update` | `shopify.cart_created`, `shopify.cart_updated` |
//! | `customers/create`, `update` | a change of the contact, and `shopify.customer_created`, … |
//! | `customers/data_request`, `customers/redact`, `shop/redact` | `shopify.customers_data_request`, … |
//! | any other | `shopify.` and the topic with underscores |
//!
//! The data of an event is the webhook's body, in which ids are texts, with one member more,
//! `signalbox`: the `topic`, the `shop` and the `event_id` (the same for every subscription that one
//! occurrence meets). Events about a customer name them, unless Shopify asks to forget them.

mod delivery;
mod exact;
mod person;
pub use person::{EMAIL, SHOPIFY_CUSTOMER, email, phone};
pub mod time;
mod topic;

use plugin_sdk::event::{ContactChange, Custom};
use plugin_sdk::{Event, InboundRequest, PluginError};
use serde_json::{Map, Value};

use crate::json;
use delivery::Delivery;

/// The events of a webhook. `now_ms` stands in where Shopify gives no time.
pub fn webhook(now_ms: i64, request: &InboundRequest) -> Result<Vec<Event>, PluginError> {
    let delivery = Delivery::of(request);
    let body = exact::read(&request.body)
        .map_err(|error| PluginError::invalid_input(format!("the body is not JSON: {error}")))?;
    let occurred_at_ms = occurred_at(&delivery, &body).unwrap_or(now_ms);
    let sender = person::of(delivery.topic, &body);

    let mut events = Vec::new();
    if let (Some(sender), true) = (&sender, topic::changes_customer(delivery.topic)) {
        let (changes, profile) = (changes(&body), person::profile(&body));
        events.push(Event::Contact(ContactChange { sender: sender.clone(), occurred_at_ms, changes, profile }));
    }
    events.push(Event::Custom(Custom {
        name: topic::event_name(delivery.topic, delivery.action),
        occurred_at_ms,
        external_id: delivery.webhook_id.map(str::to_owned),
        sender,
        data: data(&delivery, body),
    }));
    Ok(events)
}

/// Webhooks overtake each other; what they tell happened in the order of these times.
fn occurred_at(delivery: &Delivery<'_>, body: &Value) -> Option<i64> {
    let in_body = ["/updated_at", "/created_at"].into_iter().filter_map(|pointer| json::str(body, pointer));
    delivery.triggered_at.into_iter().chain(in_body).find_map(time::read)
}

/// The body with what the headers say. A body that is no object has nowhere to put that.
fn data(delivery: &Delivery<'_>, body: Value) -> Value {
    let mut data = match body {
        Value::Object(members) => members,
        other => {
            let mut data = Map::new();
            data.insert("body".to_owned(), other);
            data
        }
    };
    let mut about = Map::new();
    for (name, value) in [("topic", Some(delivery.topic)), ("shop", delivery.shop), ("event_id", delivery.event_id)] {
        if let Some(value) = value {
            about.insert(name.to_owned(), value.into());
        }
    }
    data.insert("signalbox".to_owned(), Value::Object(about));
    Value::Object(data)
}

/// What a customer's profile says now: the members that are about the person and the business.
fn changes(customer: &Value) -> Value {
    const PROFILE: [&str; 15] = [
        "first_name",
        "last_name",
        "email",
        "phone",
        "verified_email",
        "state",
        "tags",
        "note",
        "orders_count",
        "total_spent",
        "currency",
        "email_marketing_consent",
        "sms_marketing_consent",
        "created_at",
        "updated_at",
    ];
    let mut changes = Map::new();
    for name in PROFILE {
        if let Some(value) = customer.get(name) {
            changes.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(changes)
}
