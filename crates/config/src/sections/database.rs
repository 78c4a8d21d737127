//! The database.

use crate::{secret::Secret, values::DatabaseUrl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// PostgreSQL, the only service that is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// The database, as the role that neither owns the tables nor bypasses row-level security. Left
    /// out, `signalbox up` runs a private cluster in the data directory. `DATABASE_URL` sets it
    /// too.
    pub url: Option<Secret<DatabaseUrl>>,
    /// The same database as the role that owns the tables, for migrations.
    pub owner_url: Option<Secret<DatabaseUrl>>,
    /// The most connections that one process holds for its API, and as many for its workers.
    #[schemars(range(min = 2, max = 1000))]
    pub max_connections: u32,
    /// How long a request or job waits for a free connection, in milliseconds.
    #[schemars(range(min = 100, max = 60_000))]
    pub acquire_timeout_ms: u64,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, owner_url: None, max_connections: 12, acquire_timeout_ms: 5_000 }
    }
}
