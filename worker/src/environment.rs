//! What jobs work with.

use crate::{
    deliveries::Deliveries, mail::Mailer, plugins::Plugins, records::Records, reports::Reports, rulebook::Rulebook,
};
use domain::Clock;
use egress::Egress;
use inbox::Inbox;
use oauth::Keeper;
use queue::Queue;
use std::sync::Arc;
use store::Database;
use vault::Keyring;

/// What a process has, from which jobs get theirs.
pub struct Parts {
    /// The database.
    pub db: Database,
    /// The queue.
    pub queue: Queue,
    /// The installed plugins.
    pub plugins: Plugins,
    /// The keys that open secrets.
    pub keyring: Arc<Keyring>,
    /// The way out, to authorization servers.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What webhook URLs begin with, without a slash at the end; `None`: nobody outside reaches this installation.
    pub public_url: Option<String>,
    /// Sends e-mails; `None`: nobody has said how.
    pub mailer: Option<Mailer>,
}

/// Everything a job may use.
#[derive(Clone)]
pub struct Environment {
    /// The database.
    pub db: Database,
    /// The queue.
    pub queue: Queue,
    /// Changes of conversations.
    pub inbox: Inbox,
    /// Stored webhook requests.
    pub deliveries: Arc<Deliveries>,
    /// Reports about messages.
    pub reports: Arc<Reports>,
    /// The installed plugins.
    pub plugins: Arc<Plugins>,
    /// The account of plugin calls.
    pub records: Records,
    /// Rules, compiled.
    pub rulebook: Arc<Rulebook>,
    /// The keys that open secrets.
    pub keyring: Arc<Keyring>,
    /// OAuth tokens of connections.
    pub oauth: Keeper,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What webhook URLs begin with, if providers can reach this installation.
    pub public_url: Option<String>,
    /// Sends e-mails, if somebody has said how.
    pub mailer: Option<Arc<Mailer>>,
}

impl Environment {
    /// Needs a running tokio runtime, for what handlers do together.
    pub fn new(parts: Parts) -> Self {
        let Parts { db, queue, plugins, keyring, egress, clock, public_url, mailer } = parts;
        let inbox = Inbox::new(db.clone(), queue.clone(), Arc::clone(&clock));
        Self {
            deliveries: Arc::new(Deliveries::new(db.clone())),
            reports: Arc::new(Reports::new(inbox.clone())),
            plugins: Arc::new(plugins),
            records: Records::new(&db, Arc::clone(&clock)),
            rulebook: Arc::new(Rulebook::default()),
            oauth: Keeper::new(inbox.clone(), egress, Arc::clone(&keyring)),
            db,
            queue,
            inbox,
            keyring,
            clock,
            public_url,
            mailer: mailer.map(Arc::new),
        }
    }

    /// What the URLs of webhooks begin with, up to the key of the endpoint.
    pub(crate) fn hooks(&self) -> Option<String> {
        self.public_url.as_ref().map(|base| format!("{base}/hooks/"))
    }
}
