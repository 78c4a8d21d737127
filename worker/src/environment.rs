//! What jobs work with.

use crate::{plugins::Plugins, rulebook::Rulebook};
use domain::Clock;
use inbox::Inbox;
use queue::Queue;
use std::sync::Arc;
use store::Database;
use vault::Keyring;

/// Everything a job may use.
#[derive(Clone)]
pub struct Environment {
    /// The database.
    pub db: Database,
    /// The queue.
    pub queue: Queue,
    /// Changes of conversations.
    pub inbox: Inbox,
    /// The installed plugins.
    pub plugins: Arc<Plugins>,
    /// Rules, compiled.
    pub rulebook: Arc<Rulebook>,
    /// The keys that open secrets.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}
