//! HubSpot: CRM objects, associations, OAuth and webhooks.
//!
//! An account is found by the access token of a request. Both spellings of the API are served: `/crm/v3/objects/…`
//! with `/crm/v4/…` for associations, and the dated one, `/crm/objects/2026-03/…`.
//!
//! Source: developers.hubspot.com, API versions v3, v4, 2026-03 and 2026-09.

mod account;
mod api;
mod associations;
mod calculated;
pub(crate) mod control;
mod error;
mod events;
mod kinds;
mod limits;
mod oauth;
mod objects;
mod owners;
mod pipelines;
mod properties;
mod records;
mod search;
pub mod signing;
mod tokens;

pub use account::Account;
pub use events::{Change, Sent};
pub use limits::Policy;
pub use records::Records;

use crate::config::{Clock, Secret};
use crate::courier::Courier;
use account::Portal;
use axum::Router;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::Url;

/// The accounts.
pub struct Hubspot {
    portals: Mutex<BTreeMap<u64, Portal>>,
    courier: Courier,
    clock: Clock,
}

/// Why something could not be done with an account.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HubspotError {
    /// There is no account with this id.
    #[error("there is no account {0}")]
    UnknownAccount(u64),
    /// The account has no webhook URL, and none was named.
    #[error("the account {0} has no webhook URL")]
    NoWebhookUrl(u64),
    /// There is no such object.
    #[error("there is no such object: {0}")]
    UnknownObject(String),
    /// The account's properties do not allow this.
    #[error("{0}")]
    Invalid(String),
}

/// The routes of the API.
pub(crate) fn router(hubspot: Arc<Hubspot>) -> Router {
    let both = || objects::router().merge(associations::router());
    Router::new()
        .nest("/crm/v3/objects", objects::router())
        .nest("/crm/v4/objects", associations::router())
        .nest("/crm/v4/associations", associations::batch_router())
        .nest("/crm/objects/{version}", both())
        .nest("/crm/associations/{version}", associations::batch_router())
        .nest("/crm/v3/pipelines", pipelines::router())
        .nest("/crm/pipelines/{version}", pipelines::router())
        .merge(owners::router())
        .merge(oauth::router())
        .fallback(api::not_found)
        .with_state(hubspot)
}

impl Hubspot {
    pub(crate) fn new(courier: Courier, clock: Clock) -> Self {
        Self { portals: Mutex::default(), courier, clock }
    }

    /// Adds an account, or replaces the one with its id.
    pub fn put(&self, account: Account) {
        let portal = Portal::open(account);
        self.portals().insert(portal.account.hub_id, portal);
    }

    /// Sets where webhooks go, and the URL that the app has for that in HubSpot's pages, which is what is signed, if a
    /// proxy stands between the two.
    pub fn set_webhook_url(&self, hub_id: u64, url: Url, signed: Option<Url>) -> Result<(), HubspotError> {
        self.with(hub_id, |portal| {
            portal.account.webhook_url = Some(url);
            portal.account.signed_url = signed;
        })
    }

    /// The next requests of this account are refused with 429.
    pub fn throttle(&self, hub_id: u64, policy: Policy, requests: u32) -> Result<(), HubspotError> {
        self.with(hub_id, |portal| portal.limits.refuse(policy, requests))
    }

    /// Every access token of this account ends now, that of a private app included; refresh tokens are revoked too, if
    /// asked.
    pub fn expire_tokens(&self, hub_id: u64, refresh_tokens_too: bool) -> Result<(), HubspotError> {
        let now = self.now();
        self.with(hub_id, |portal| portal.tokens.expire(refresh_tokens_too, now))
    }

    /// Somebody changes a record in HubSpot's own pages; webhooks report it.
    pub async fn change(&self, hub_id: u64, change: &Change) -> Result<Sent, HubspotError> {
        let now = self.now();
        let events = self.with(hub_id, |portal| events::change(portal, change, now))??;
        self.send(hub_id, events, None, None).await
    }

    /// Delivers these events, as they are, in arrays of up to 100.
    pub async fn send(
        &self,
        hub_id: u64,
        events: Vec<Value>,
        url: Option<Url>,
        secret: Option<Secret>,
    ) -> Result<Sent, HubspotError> {
        let (own_url, signed_url, own_secret) = self.with(hub_id, |portal| {
            let Account { webhook_url, signed_url, client_secret, .. } = &portal.account;
            (webhook_url.clone(), signed_url.clone(), client_secret.clone())
        })?;
        if events.is_empty() {
            return Ok(Sent { statuses: Vec::new() });
        }
        let signed_url = signed_url.filter(|_| url.is_none());
        let to = url.or(own_url).ok_or(HubspotError::NoWebhookUrl(hub_id))?;
        let secret = secret.unwrap_or(own_secret);
        let mut statuses = Vec::new();
        for parcel in events::parcels(&to, signed_url.as_ref(), &secret, &self.clock, &events) {
            statuses.push(self.courier.deliver(parcel).await);
        }
        Ok(Sent { statuses })
    }

    /// Delivers events in the background, if the account wants webhooks.
    fn report(&self, portal: &Portal, events: &[Value]) {
        if let Some(to) = portal.account.webhook_url.as_ref().filter(|_| !events.is_empty()) {
            let Account { signed_url, client_secret, .. } = &portal.account;
            let parcels = events::parcels(to, signed_url.as_ref(), client_secret, &self.clock, events);
            self.courier.schedule(parcels.into_iter().map(|parcel| (Duration::ZERO, parcel)).collect());
        }
    }

    fn with<T>(&self, hub_id: u64, act: impl FnOnce(&mut Portal) -> T) -> Result<T, HubspotError> {
        self.portals().get_mut(&hub_id).map(act).ok_or(HubspotError::UnknownAccount(hub_id))
    }

    fn portals(&self) -> MutexGuard<'_, BTreeMap<u64, Portal>> {
        // What a panic leaves behind is an account whose last change may be half done, which no other call depends on.
        self.portals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}
