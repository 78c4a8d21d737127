//! The simulator as a value: start it, steer it, stop it.

use crate::config::Config;
use crate::courier::CallbackCounts;
use crate::hubspot::Hubspot;
use crate::mail::{self, Mailroom};
use crate::providers::Providers;
use crate::shopify::Shopify;
use crate::whatsapp::app::App;
use crate::whatsapp::faults::Fault;
use crate::whatsapp::ledger::{RecordedRequest, RequestFilter};
use crate::whatsapp::memory::Memory;
use crate::whatsapp::play::{Composed, PlayError, Played};
use crate::whatsapp::shared::Shared;
use crate::whatsapp::traffic::{Customer, Inbound};
use crate::{hubspot, serve, shopify, whatsapp};
use axum::Router;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

/// A running simulator. It stops when it is dropped; [`Sandbox::shutdown`] lets requests finish.
pub struct Sandbox {
    shared: Arc<Shared>,
    shopify: Arc<Shopify>,
    hubspot: Arc<Hubspot>,
    mail: Arc<Mailroom>,
    server: Option<JoinHandle<()>>,
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The control API asks for no credentials, so that only loopback is allowed.
    #[error("the sandbox listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The address is taken or forbidden.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The client for callbacks could not be made.
    #[error("cannot make the HTTP client for callbacks: {0}")]
    Client(#[from] reqwest::Error),
}

impl Sandbox {
    /// Starts the simulator. With port 0 the system picks one: see [`Sandbox::address`].
    pub async fn bind(address: SocketAddr, config: Config) -> Result<Self, BindError> {
        let (listener, bound) = listen(address).await?;
        let (smtp, smtp_bound) = listen(config.smtp).await?;
        let stop = CancellationToken::new();
        let clock = config.clock.clone();
        let shared = Arc::new(Shared::new(config, bound, stop.clone())?);
        let shopify = Arc::new(Shopify::new(shared.courier.clone(), clock.clone()));
        let hubspot = Arc::new(Hubspot::new(shared.courier.clone(), clock.clone()));
        let mail = Arc::new(Mailroom::new(smtp_bound, clock));
        let providers = Providers {
            whatsapp: whatsapp::graph::router().with_state(shared.clone()),
            shopify: shopify::router(shopify.clone()),
            hubspot: hubspot::router(hubspot.clone()),
        };
        let control = whatsapp::control::router()
            .with_state(shared.clone())
            .nest("/shopify", shopify::control::router(shopify.clone()))
            .nest("/hubspot", hubspot::control::router(hubspot.clone()))
            .nest("/mail", mail::control::router(mail.clone()));
        let router = Router::new().nest("/_sandbox", control).fallback(|request| providers.answer(request));
        tokio::spawn(mail::serve(smtp, mail.clone(), stop.clone()));
        let server = Some(tokio::spawn(serve::serve(listener, router, stop)));
        Ok(Self { shared, shopify, hubspot, mail, server })
    }

    /// The shops.
    pub fn shopify(&self) -> &Shopify {
        &self.shopify
    }

    /// The HubSpot accounts.
    pub fn hubspot(&self) -> &Hubspot {
        &self.hubspot
    }

    /// The mail server.
    pub fn mail(&self) -> &Mailroom {
        &self.mail
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The base URL that stands for `https://graph.facebook.com`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Adds an app, or replaces the one with its id.
    pub fn put_app(&self, app: App) {
        self.shared.directory_mut().put(app);
    }

    /// Sets where an app's webhooks go.
    pub fn set_callback_url(&self, app_id: &str, url: Url) -> Result<(), PlayError> {
        if self.shared.directory_mut().set_callback_url(app_id, url) {
            Ok(())
        } else {
            Err(PlayError::UnknownApp(app_id.to_owned()))
        }
    }

    /// Makes the next sends go wrong.
    pub fn inject(&self, fault: Fault) {
        self.shared.memory().faults.add(fault);
    }

    /// Lets every send go right again.
    pub fn clear_faults(&self) {
        self.shared.memory().faults.clear();
    }

    /// The recorded requests.
    pub fn requests(&self, filter: &RequestFilter) -> Vec<RecordedRequest> {
        self.shared.memory().ledger.select(filter)
    }

    /// How many sends with this `biz_opaque_callback_data` were accepted.
    pub fn accepted(&self, opaque: &str) -> u32 {
        self.shared.memory().ledger.accepted(opaque)
    }

    /// Takes a customer's message without delivering it: the caller posts the webhook, or not, or
    /// many times.
    pub fn compose(&self, number: &str, inbound: Inbound) -> Result<Composed, PlayError> {
        self.shared.compose(number, inbound)
    }

    /// A customer writes to a number; the webhook is delivered before this returns.
    pub async fn play(&self, number: &str, inbound: Inbound) -> Result<Played, PlayError> {
        self.shared.play(number, inbound).await
    }

    /// Signs any payload as this app's and delivers it; the HTTP status of the first attempt, if it
    /// was answered.
    pub async fn deliver(&self, app_id: &str, payload: &Value) -> Result<Option<u16>, PlayError> {
        self.shared.deliver(app_id, payload).await
    }

    /// The 24-hour window is open as if the customer had written at `at`, for a product that
    /// remembers conversations from before this simulator started.
    pub fn open_window(&self, number: &str, customer: &Customer, at: DateTime<Utc>) -> Result<(), PlayError> {
        self.shared.open_window(number, customer, at)
    }

    /// How callbacks went so far.
    pub fn callbacks(&self) -> CallbackCounts {
        self.shared.courier.counts()
    }

    /// Returns when no webhook waits for its time, its turn or another attempt.
    pub async fn settled(&self) {
        self.shared.courier.settled().await;
    }

    /// Forgets requests, faults, messages, windows and rates; apps and pending webhooks stay.
    pub fn reset(&self) {
        *self.shared.memory() = Memory::new();
    }

    /// Stops: no new connections, no further callbacks; requests under way may finish.
    pub async fn shutdown(mut self) {
        self.shared.stop.cancel();
        if let Some(server) = self.server.take()
            && let Err(error) = server.await
        {
            tracing::warn!(%error, "the sandbox's server ended badly");
        }
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    if !address.ip().is_loopback() {
        return Err(BindError::NotLoopback(address));
    }
    let failed = |source| BindError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}
