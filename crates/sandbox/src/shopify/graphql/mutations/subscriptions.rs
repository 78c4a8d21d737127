//! `webhookSubscriptionCreate` and `webhookSubscriptionDelete`.

use super::{Outcome, UserError, text};
use crate::shopify::graphql::execute::Call;
use crate::shopify::graphql::render;
use crate::shopify::records::{Records, Subscription};
use serde_json::{Value, json};
use url::Url;

pub(super) fn create(call: &Call<'_>, arguments: &Value) -> Outcome {
    let input = &arguments["webhookSubscription"];
    let place = ["webhookSubscription", "callbackUrl"];
    let uri = text(input, "uri").or_else(|| text(input, "callbackUrl"));
    let uri = uri.ok_or_else(|| UserError::new(&place, "Address can't be blank"))?;
    check(uri).map_err(|message| UserError::new(&place, message))?;
    if text(input, "format") == Some("XML") {
        return Err(UserError::new(&["webhookSubscription", "format"], "the simulator writes JSON only"));
    }
    let topic = text(arguments, "topic").unwrap_or_default();
    let filter = text(input, "filter").map(str::to_owned);
    let mut records = call.records.borrow_mut();
    if records.subscriptions.iter().any(|it| it.topic == topic && it.uri == uri && it.filter == filter) {
        return Err(UserError::new(&place, "Address for this topic has already been taken"));
    }
    let fields = input["includeFields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let subscription = Subscription {
        id: Records::fresh_id(),
        topic: topic.to_owned(),
        uri: uri.to_owned(),
        name: text(input, "name").map(str::to_owned),
        include_fields: fields.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        filter,
        api_version: call.version.to_owned(),
        created_at: call.now,
    };
    let rendered = render::subscription(&subscription);
    records.subscriptions.push(subscription);
    Ok(json!({ "webhookSubscription": rendered }))
}

pub(super) fn delete(call: &Call<'_>, arguments: &Value) -> Outcome {
    let gid = text(arguments, "id").unwrap_or_default();
    let id = render::number("WebhookSubscription", gid);
    let mut records = call.records.borrow_mut();
    let before = records.subscriptions.len();
    records.subscriptions.retain(|subscription| Some(subscription.id) != id);
    if records.subscriptions.len() == before {
        return Err(UserError::new(&["id"], "Webhook subscription does not exist"));
    }
    Ok(json!({ "deletedWebhookSubscriptionId": gid }))
}

/// The real one takes https only, and no private host; the simulator delivers on this machine and takes loopback too.
fn check(uri: &str) -> Result<(), &'static str> {
    let url = Url::parse(uri).map_err(|_| "Address is invalid")?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err("Address protocol http:// is not supported"),
        _ => Err("Address is invalid"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn webhooks_go_to_https_or_to_this_machine() {
        for uri in
            ["https://hooks.example.com/x", "http://127.0.0.1:8080/hooks/x", "http://[::1]/x", "http://localhost/"]
        {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
        for uri in ["http://hooks.example.com/x", "ftp://example.com", "pubsub://project:topic", "x", ""] {
            assert!(check(uri).is_err(), "{uri}");
        }
    }
}
