//! What the process hands in, and what the handlers hold.

use crate::{
    auth::{AccessKey, Throttle},
    hooks::Ingest,
    plugins::Manifests,
    rate::Rates,
    realtime::Realtime,
};
use chrono::{DateTime, Utc};
use domain::Clock;
use egress::Egress;
use inbox::Inbox;
use metrics_exporter_prometheus::PrometheusHandle;
use oauth::Keeper;
use queue::Queue;
use std::{ops::Deref, sync::Arc};
use store::Database;
use tokio::sync::Semaphore;
use vault::Keyring;

/// How many search at a time: fewer than there are connections to the database.
const SEARCHES: usize = 4;

/// Everything the API stands on. The binary builds it; a test does so, too.
pub struct Parts {
    /// The product's pool.
    pub database: Database,
    /// Where jobs go.
    pub queue: Queue,
    /// Seals and opens secrets.
    pub keyring: Arc<Keyring>,
    /// The way out, to authorization servers.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The settings of the HTTP server.
    pub http: config::Http,
    /// How long people stay signed in.
    pub auth: config::Auth,
    /// How often somebody may ask.
    pub rate_limit: config::RateLimit,
    /// Whether e-mails leave this installation: what needs one is refused otherwise.
    pub sends_mail: bool,
    /// What links and webhook URLs begin with, without a slash at the end.
    pub base_url: String,
    /// Signs access tokens.
    pub access_key: AccessKey,
    /// Renders `/metrics`; `None` where another process part serves them.
    pub metrics: Option<PrometheusHandle>,
    /// Who may install plugins.
    pub installers: config::Installers,
    /// What else must work before the process is ready.
    pub readiness: Arc<dyn Readiness>,
}

/// One thing that must work before the main job can run.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = ReadinessCheck)]
pub struct Check {
    /// Such as `database`, `workers`, `plugins`.
    pub name: String,
    /// Whether it works.
    pub ready: bool,
    /// What is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the process knows about its other parts.
pub trait Readiness: Send + Sync + 'static {
    /// Everything that must work, besides the database.
    fn checks(&self) -> Vec<Check>;
}

/// A process that is nothing but an API.
impl Readiness for () {
    fn checks(&self) -> Vec<Check> {
        Vec::new()
    }
}

/// The state of all handlers: cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

pub struct Inner {
    pub(crate) inbox: Inbox,
    pub(crate) database: Database,
    pub(crate) queue: Queue,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) oauth: Keeper,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: config::Http,
    pub(crate) auth: config::Auth,
    pub(crate) base_url: String,
    pub(crate) access_key: AccessKey,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) installers: config::Installers,
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) throttle: Throttle,
    pub(crate) reset_throttle: Throttle,
    pub(crate) rates: Rates,
    pub(crate) sends_mail: bool,
    pub(crate) manifests: Manifests,
    /// One for each search at a time.
    pub(crate) searches: Semaphore,
    pub(crate) ingest: Ingest,
    pub(crate) realtime: Arc<Realtime>,
}

impl Api {
    /// Must be called inside a tokio runtime: the writers of webhooks run beside the handlers.
    pub fn new(parts: Parts) -> Self {
        let manifests = Manifests::default();
        let ingest = Ingest::start(parts.database.clone(), parts.queue.clone(), Arc::clone(&parts.keyring));
        let inbox = Inbox::new(parts.database.clone(), parts.queue.clone(), Arc::clone(&parts.clock));
        let most = parts.http.realtime_connections;
        let clock = Arc::clone(&parts.clock);
        let realtime =
            Arc::new(Realtime::new(inbox.clone(), Arc::clone(&parts.keyring), parts.access_key.clone(), clock, most));
        Self(Arc::new(Inner {
            oauth: Keeper::new(inbox.clone(), parts.egress, Arc::clone(&parts.keyring)),
            inbox,
            database: parts.database,
            queue: parts.queue,
            keyring: parts.keyring,
            clock: parts.clock,
            http: parts.http,
            auth: parts.auth,
            base_url: parts.base_url,
            access_key: parts.access_key,
            metrics: parts.metrics,
            installers: parts.installers,
            readiness: parts.readiness,
            throttle: Throttle::default(),
            reset_throttle: Throttle::default(),
            rates: Rates::new(&parts.rate_limit),
            sends_mail: parts.sends_mail,
            manifests,
            searches: Semaphore::new(SEARCHES),
            ingest,
            realtime,
        }))
    }

    /// Begins to tell clients what happens. Without it, that begins with the first client.
    pub fn start_realtime(&self) {
        self.realtime.start();
    }

    /// Asks clients that wait for what happens to connect elsewhere: the process is about to end.
    pub fn close_realtime(&self) {
        self.realtime.close();
    }

    /// How many there are.
    pub fn realtime_connections(&self) -> usize {
        self.realtime.connections()
    }

    /// Completes when they have gone, or have had the time.
    pub async fn realtime_closed(&self) {
        self.realtime.closed().await;
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

impl Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
