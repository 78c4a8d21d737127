//! What every long-running process stands on: database, keys, queue, clock.

use crate::{clock::DatabaseClock, database, keys, keys::Missing};
use config::Config;
use domain::Clock;
use queue::Queue;
use sqlx::postgres::PgConnectOptions;
use std::sync::Arc;
use store::Database;
use vault::Keyring;

/// The foundations of a process.
#[derive(Clone)]
pub struct Process {
    /// The settings.
    pub config: Arc<Config>,
    /// The product's pool.
    pub database: Database,
    /// The queue on the same database.
    pub queue: Queue,
    /// The keys that open secrets.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Process {
    /// Connects, refuses what would not be safe, and opens the keys.
    pub async fn start(config: Config, app: PgConnectOptions, missing: Missing) -> anyhow::Result<Self> {
        let master = keys::master(&config, missing)?;
        let database = database::open(&config, app).await?;
        let keyring = Arc::new(keys::ring(&database, &master).await?);
        keys::watch(database.clone(), master, &keyring);
        let clock: Arc<dyn Clock> = DatabaseClock::start(database.pool().clone()).await?;
        let queue = Queue::new(database.pool().clone(), Arc::clone(&clock));
        Ok(Self { config: Arc::new(config), database, queue, keyring, clock })
    }
}
