//! Webhook subscriptions of the shop.
//!
//! The privacy topics (`customers/data_request`, `customers/redact`, `shop/redact`) are not among
//! them: Shopify takes those from the app's own configuration only.

use std::fmt::Write as _;

use plugin_sdk::PluginError;
use serde_json::{Map, Value, json};

use crate::graphql::Client;
use crate::json;

/// What the shop tells, as GraphQL names it: all that the scopes of the connection test allow to ask
/// for. Other topics an app subscribes to are read, too.
pub const TOPICS: [&str; 13] = [
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_PAID",
    "ORDERS_FULFILLED",
    "ORDERS_CANCELLED",
    "REFUNDS_CREATE",
    "CHECKOUTS_CREATE",
    "CHECKOUTS_UPDATE",
    "CARTS_CREATE",
    "CARTS_UPDATE",
    "CUSTOMERS_CREATE",
    "CUSTOMERS_UPDATE",
    "APP_UNINSTALLED",
];

const LIST: &str = "query($topics: [WebhookSubscriptionTopic!], $after: String) {
    webhookSubscriptions(first: 100, topics: $topics, after: $after) {
        nodes { id topic uri } pageInfo { hasNextPage endCursor }
    }
}";

/// Pages of subscriptions that are read at most: an app has a few per topic.
const PAGES_MAX: usize = 10;

/// Subscribes `url` to every topic; subscriptions that are there already are kept. Which addresses it sends to is
/// Shopify's to say: https only.
pub fn subscribe(client: &Client<'_>, url: &str) -> Result<Value, PluginError> {
    let mut subscribed = existing(client, url)?;
    let missing: Vec<&str> = TOPICS.into_iter().filter(|topic| !subscribed.contains_key(*topic)).collect();
    if !missing.is_empty() {
        let data = client.mutate(&creation(&missing), json!({"subscription": {"uri": url, "format": "JSON"}}))?;
        let refused = take_created(&data, &missing, &mut subscribed);
        if !refused.is_empty() {
            // Somebody subscribed the same meanwhile: then there is nothing to complain about.
            subscribed = existing(client, url)?;
            complain(&refused, &subscribed)?;
        }
    }
    let ids: Vec<&Value> = subscribed.values().collect();
    Ok(json!({"subscriptions": ids}))
}

/// The ids of the subscriptions to this address, by topic.
fn existing(client: &Client<'_>, url: &str) -> Result<Map<String, Value>, PluginError> {
    let mut found = Map::new();
    for node in list(client)? {
        if let (Some(topic), Some(id), true) =
            (json::text(&node, "/topic"), json::text(&node, "/id"), json::str(&node, "/uri") == Some(url))
        {
            found.insert(topic, id.into());
        }
    }
    Ok(found)
}

/// The app's subscriptions to our topics, wherever they go.
fn list(client: &Client<'_>) -> Result<Vec<Value>, PluginError> {
    let mut nodes = Vec::new();
    let mut after = Value::Null;
    for _ in 0..PAGES_MAX {
        let data = client.query(LIST, json!({"topics": TOPICS, "after": after}))?;
        nodes.extend_from_slice(json::list(&data, "/webhookSubscriptions/nodes"));
        if data.pointer("/webhookSubscriptions/pageInfo/hasNextPage") != Some(&Value::Bool(true)) {
            break;
        }
        after = data.pointer("/webhookSubscriptions/pageInfo/endCursor").cloned().unwrap_or_default();
    }
    Ok(nodes)
}

/// One document for all: it costs one round trip, and each topic is refused by itself.
fn creation(topics: &[&str]) -> String {
    let mut document = "mutation($subscription: WebhookSubscriptionInput!) {".to_owned();
    for (index, topic) in topics.iter().enumerate() {
        let _ = write!(
            document,
            " s{index}: webhookSubscriptionCreate(topic: {topic}, webhookSubscription: $subscription) \
             {{ webhookSubscription {{ id }} userErrors {{ field message }} }}"
        );
    }
    document.push_str(" }");
    document
}

/// Notes what was created; returns the topics that were refused, with Shopify's reasons.
fn take_created<'t>(data: &Value, topics: &[&'t str], subscribed: &mut Map<String, Value>) -> Vec<(&'t str, String)> {
    let mut refused = Vec::new();
    for (index, topic) in topics.iter().enumerate() {
        let answer = data.get(format!("s{index}")).unwrap_or(&Value::Null);
        if let Some(id) = json::text(answer, "/webhookSubscription/id") {
            subscribed.insert((*topic).to_owned(), id.into());
        } else {
            let reason = json::text(answer, "/userErrors/0/message").unwrap_or_else(|| "without a reason".to_owned());
            refused.push((*topic, reason));
        }
    }
    refused
}

/// The admin has to give the app what it lacks; the topics that were not refused are subscribed.
fn complain(refused: &[(&str, String)], subscribed: &Map<String, Value>) -> Result<(), PluginError> {
    let mut message = String::new();
    let mut said = "";
    for (topic, reason) in refused.iter().filter(|(topic, _)| !subscribed.contains_key(*topic)) {
        // What is wrong with the address is said of each topic: once is enough.
        if said == reason {
            continue;
        }
        said = reason;
        let _ = write!(message, " {topic}: {reason}.");
    }
    if message.is_empty() {
        return Ok(());
    }
    message.insert_str(0, "Shopify refused webhooks; check the app's scopes and its access to customer data.");
    Err(PluginError::invalid_config(message))
}

/// Deletes the subscriptions of a registration; those that are gone are no error.
pub fn unsubscribe(client: &Client<'_>, registration: &Value) -> Result<(), PluginError> {
    let ids = json::texts(registration, "/subscriptions");
    if ids.is_empty() {
        return Ok(());
    }
    let data = client.mutate(&deletion(ids.len()), variables(&ids))?;
    let is_refused = |index: usize| data.pointer(&format!("/d{index}/userErrors/0")).is_some();
    let refused: Vec<&String> =
        ids.iter().enumerate().filter(|(index, _)| is_refused(*index)).map(|(_, id)| id).collect();
    if refused.is_empty() {
        return Ok(());
    }
    // Which of the refused are gone is not to be read out of messages.
    let left = list(client)?;
    let is_left = |id: &&String| left.iter().any(|node| json::str(node, "/id") == Some(id.as_str()));
    match refused.into_iter().filter(is_left).count() {
        0 => Ok(()),
        left => {
            Err(PluginError::internal(format!("Shopify keeps {left} webhook subscriptions that were to be deleted")))
        }
    }
}

fn deletion(count: usize) -> String {
    let (mut declared, mut deleted) = (String::new(), String::new());
    for index in 0..count {
        let _ = write!(declared, "$i{index}: ID! ");
        let _ =
            write!(deleted, " d{index}: webhookSubscriptionDelete(id: $i{index}) {{ userErrors {{ field message }} }}");
    }
    format!("mutation({declared}) {{{deleted} }}")
}

fn variables(ids: &[String]) -> Value {
    let mut variables = Map::new();
    for (index, id) in ids.iter().enumerate() {
        variables.insert(format!("i{index}"), id.as_str().into());
    }
    Value::Object(variables)
}
