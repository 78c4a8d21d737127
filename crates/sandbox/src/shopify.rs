//! The Shopify Admin API, shop by shop: GraphQL, tokens and webhooks.
//!
//! A shop is found by the `Host` of a request, as `lamps.myshopify.com` is. The schema is a part of the real one; a
//! document that asks for anything else is refused as the real API refuses a field it does not have.
//!
//! Source: shopify.dev, API versions 2026-01 to 2026-10.

mod admin;
pub(crate) mod control;
mod graphql;
mod oauth;
mod points;
mod purchase;
mod records;
mod rest;
mod shop;
pub mod signing;
mod store;
mod tokens;
mod topics;
mod webhook;

pub use purchase::{Bought, Buyer, Item, Purchase};
pub use records::Records;
pub use shop::Shop;
pub use topics::TOPICS;
pub use webhook::{Delivery, Family, Sent, Webhook};

use crate::config::Clock;
use crate::courier::{Courier, Parcel};
use crate::ids;
use axum::Router;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Store;
use topics::Change;
use url::Url;
use webhook::Letter;

/// The version that webhooks are written in which no API request subscribed to.
const WEBHOOK_VERSION: &str = "2026-10";

/// The shops.
pub struct Shopify {
    stores: Mutex<HashMap<String, Store>>,
    courier: Courier,
    clock: Clock,
}

/// Why something could not be done with a shop.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopifyError {
    /// There is no shop of this name.
    #[error("there is no shop {0:?}")]
    UnknownShop(String),
    /// The topic, or the record it would be about, does not exist.
    #[error("there is nothing to report for the topic {0:?}")]
    NothingToReport(String),
    /// No product has this variant.
    #[error("there is no variant {0} to buy")]
    NothingToBuy(u64),
    /// Nobody has subscribed, and the webhook names no destination.
    #[error("nobody has subscribed to {0:?}")]
    NobodySubscribed(String),
}

/// The routes of the API.
pub(crate) fn router(shopify: Arc<Shopify>) -> Router {
    Router::new()
        .route("/admin/api/{version}/graphql.json", post(admin::graphql))
        .route("/admin/oauth/authorize", get(oauth::authorize))
        .route("/admin/oauth/access_token", post(oauth::access_token))
        .fallback(admin::not_found)
        .method_not_allowed_fallback(admin::not_found)
        .with_state(shopify)
}

impl Shopify {
    pub(crate) fn new(courier: Courier, clock: Clock) -> Self {
        Self { stores: Mutex::default(), courier, clock }
    }

    /// Adds a shop, or replaces the one with its domain.
    pub fn put(&self, shop: Shop) {
        let store = Store::open(shop, self.now());
        self.stores().insert(store.shop.domain.clone(), store);
    }

    /// Sets where the privacy topics go, and what is played of a topic that nobody subscribed to.
    pub fn set_webhook_url(&self, domain: &str, url: Url) -> Result<(), ShopifyError> {
        self.with(domain, |store| store.shop.webhook_url = Some(url))
    }

    /// From now on the app has so many points left in this shop; they come back at their rate.
    pub fn throttle(&self, domain: &str, available: f64) -> Result<(), ShopifyError> {
        let now = self.now();
        self.with(domain, |store| store.points.set(available, now))
    }

    /// Every access token of this shop ends now, the one that never expires included; every refresh token too, if
    /// asked.
    pub fn expire_tokens(&self, domain: &str, refresh_tokens_too: bool) -> Result<(), ShopifyError> {
        self.with(domain, |store| store.tokens.expire(refresh_tokens_too))
    }

    /// Orders, customers and subscriptions as they are now.
    pub fn look(&self, domain: &str) -> Result<Value, ShopifyError> {
        self.with(domain, |store| {
            let records = &store.records;
            let subscriptions = records.subscriptions.iter().map(|it| json!({ "topic": it.topic, "uri": it.uri }));
            json!({
                "orders": records.orders.iter().map(|it| rest::order(it, records, &store.shop)).collect::<Vec<_>>(),
                "customers": records.customers.iter().map(rest::customer).collect::<Vec<_>>(),
                "subscriptions": subscriptions.collect::<Vec<_>>(),
            })
        })
    }

    /// Reports something that happened. Returns after the first attempt at each destination.
    pub async fn send(&self, domain: &str, webhook: &Webhook) -> Result<Sent, ShopifyError> {
        let event_id = webhook.event_id.clone().unwrap_or_else(ids::uuid);
        let letters = self.letters(domain, webhook, &event_id)?;
        let mut deliveries = Vec::new();
        for (webhook_id, parcel) in letters {
            let status = self.courier.deliver(parcel).await;
            deliveries.push(Delivery { webhook_id, status });
        }
        Ok(Sent { event_id, deliveries })
    }

    /// Reports what an API request changed, in the background, to those who have subscribed.
    fn report(&self, domain: &str, changes: &[Change]) {
        let mut parcels = Vec::new();
        for change in changes {
            let webhook = Webhook::new(&change.topic);
            let found = self.with(domain, |store| self.subscribed(store, change, &webhook, &ids::uuid()));
            parcels.extend(found.into_iter().flatten().map(|(_, parcel)| (Duration::ZERO, parcel)));
        }
        if !parcels.is_empty() {
            self.courier.schedule(parcels);
        }
    }

    fn letters(&self, domain: &str, webhook: &Webhook, event_id: &str) -> Result<Vec<(String, Parcel)>, ShopifyError> {
        let change = Change::any(&webhook.topic, webhook.id);
        self.with(domain, |store| {
            let body = webhook.payload.clone().or_else(|| change.body(store));
            let body = body.ok_or_else(|| ShopifyError::NothingToReport(webhook.topic.clone()))?;
            let subscribed = self.subscribed(store, &change, webhook, event_id);
            if webhook.url.is_none() && !subscribed.is_empty() {
                return Ok(subscribed);
            }
            let to = webhook.url.clone().or_else(|| store.shop.webhook_url.clone());
            let to = to.ok_or_else(|| ShopifyError::NobodySubscribed(webhook.topic.clone()))?;
            let webhook_id = webhook.webhook_id.clone().unwrap_or_else(ids::uuid);
            let letter = Letter {
                to,
                secret: webhook.secret.as_ref().unwrap_or(&store.shop.client_secret).expose(),
                topic: &webhook.topic,
                shop: &store.shop.domain,
                api_version: WEBHOOK_VERSION,
                webhook_id: &webhook_id,
                event_id,
                name: None,
                at: webhook.triggered_at.unwrap_or_else(|| self.now()),
                family: webhook.family,
                body: &body,
            };
            let parcel = letter.parcel();
            Ok(vec![(webhook_id, parcel)])
        })?
    }

    /// A webhook for each subscription to the topic, with the id of its delivery.
    fn subscribed(&self, store: &Store, change: &Change, webhook: &Webhook, event_id: &str) -> Vec<(String, Parcel)> {
        let Some(whole) = webhook.payload.clone().or_else(|| change.body(store)) else {
            return Vec::new();
        };
        let topic = change.constant();
        let subscriptions = store.records.subscriptions.iter().filter(|it| it.topic == topic);
        let letters = subscriptions.filter_map(|subscription| {
            let mut body = whole.clone();
            if let (Some(fields), false) = (body.as_object_mut(), subscription.include_fields.is_empty()) {
                fields.retain(|name, _| subscription.include_fields.contains(name));
            }
            let webhook_id = webhook.webhook_id.clone().unwrap_or_else(ids::uuid);
            let letter = Letter {
                to: subscription.uri.parse().ok()?,
                secret: webhook.secret.as_ref().unwrap_or(&store.shop.client_secret).expose(),
                topic: &change.topic,
                shop: &store.shop.domain,
                api_version: &subscription.api_version,
                webhook_id: &webhook_id,
                event_id,
                name: subscription.name.as_deref(),
                at: webhook.triggered_at.unwrap_or_else(|| self.now()),
                family: webhook.family,
                body: &body,
            };
            let parcel = letter.parcel();
            Some((webhook_id, parcel))
        });
        letters.collect()
    }

    fn with<T>(&self, domain: &str, act: impl FnOnce(&mut Store) -> T) -> Result<T, ShopifyError> {
        let mut stores = self.stores();
        stores.get_mut(domain).map(act).ok_or_else(|| ShopifyError::UnknownShop(domain.to_owned()))
    }

    fn stores(&self) -> MutexGuard<'_, HashMap<String, Store>> {
        // What a panic leaves behind is a shop whose last change may be half done, which no other call depends on.
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}
