//! One webhook: its headers and where it goes.

use super::signing::{escape_like_shopify, sign};
use crate::config::Secret;
use crate::courier::{Envelope, Parcel};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// How long one delivery may take, connecting included.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Which headers a delivery carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// `X-Shopify-…`, of webhooks.
    #[default]
    Webhooks,
    /// `shopify-…`, of events (a developer preview).
    Events,
    /// Both; Shopify's library then looks at those of events only.
    Both,
}

/// What is to be reported, and how. In JSON, for example `{"topic": "orders/create"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// `orders/create`; one of [`TOPICS`](super::TOPICS) unless there is a payload.
    pub topic: String,
    /// The order, customer or checkout it is about; the first one when absent.
    #[serde(default)]
    pub id: Option<u64>,
    /// A body of choice.
    #[serde(default)]
    pub payload: Option<Value>,
    /// One destination instead of the subscriptions.
    #[serde(default)]
    pub url: Option<Url>,
    /// Signs it instead of the app's client secret, for example the one before a rotation.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// Which headers it carries.
    #[serde(default)]
    pub family: Family,
    /// The same for all subscriptions; a fresh one when absent.
    #[serde(default)]
    pub event_id: Option<String>,
    /// The same for all attempts, and different for each subscription; a fresh one when absent.
    #[serde(default)]
    pub webhook_id: Option<String>,
    /// Now when absent.
    #[serde(default)]
    pub triggered_at: Option<DateTime<Utc>>,
}

impl Webhook {
    /// A webhook about the first record of its kind.
    pub fn new(topic: &str) -> Self {
        Self {
            topic: topic.to_owned(),
            id: None,
            payload: None,
            url: None,
            secret: None,
            family: Family::default(),
            event_id: None,
            webhook_id: None,
            triggered_at: None,
        }
    }
}

/// What became of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Names what happened.
    pub event_id: String,
    /// One for each subscription to the topic.
    pub deliveries: Vec<Delivery>,
}

/// One destination of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Names this delivery, in all its attempts.
    pub webhook_id: String,
    /// The HTTP status of the first attempt; `None` if there was no answer. After anything but 2xx the webhook is
    /// retried in the background.
    pub status: Option<u16>,
}

/// A webhook for one destination.
pub(super) struct Letter<'w> {
    pub(super) to: Url,
    pub(super) secret: &'w str,
    pub(super) topic: &'w str,
    pub(super) shop: &'w str,
    pub(super) api_version: &'w str,
    pub(super) webhook_id: &'w str,
    pub(super) event_id: &'w str,
    pub(super) name: Option<&'w str>,
    pub(super) at: DateTime<Utc>,
    pub(super) family: Family,
    pub(super) body: &'w Value,
}

impl Letter<'_> {
    pub(super) fn parcel(self) -> Parcel {
        let body = Bytes::from(escape_like_shopify(self.body));
        let envelope = Envelope { headers: self.headers(&body), body };
        Parcel { to: self.to, timeout: TIMEOUT, seal: Arc::new(move |_| envelope.clone()) }
    }

    fn headers(&self, raw: &[u8]) -> HeaderMap {
        let signature = sign(self.secret, raw);
        let at = self.at.to_rfc3339_opts(SecondsFormat::Nanos, true);
        let common = [
            ("hmac-sha256", signature.as_str()),
            ("topic", self.topic),
            ("shop-domain", self.shop),
            ("api-version", self.api_version),
            ("webhook-id", self.webhook_id),
            ("event-id", self.event_id),
            ("triggered-at", at.as_str()),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static("Shopify-Captain-Hook"));
        let mut put = |name: String, value: &str| {
            let name = HeaderName::from_bytes(name.as_bytes());
            // What a test makes up need not fit into a header.
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        };
        if self.family != Family::Events {
            for (name, value) in common {
                put(format!("x-shopify-{name}"), value);
            }
            if let Some(name) = self.name {
                put("x-shopify-name".to_owned(), name);
            }
        }
        if self.family != Family::Webhooks {
            for (name, value) in common {
                put(format!("shopify-{name}"), value);
            }
            if let Some((_, action)) = self.topic.split_once('/') {
                put("shopify-action".to_owned(), action);
            }
            if let Some(id) = self.body["admin_graphql_api_id"].as_str() {
                put("shopify-resource-id".to_owned(), id);
            }
        }
        headers
    }
}
