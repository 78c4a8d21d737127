//! Connections that only the queue uses, so that handlers which use up the product's pool stop
//! neither claims nor acks nor heartbeats.

use sqlx::PgPool;
use std::time::Duration;

/// How long to wait for a connection before it counts as a database error.
const ACQUIRE: Duration = Duration::from_secs(3);

/// A pool that connects as `like` does, when it is first used.
pub(crate) fn pool(like: &PgPool, max_connections: u32) -> PgPool {
    let connect = like.connect_options().as_ref().clone().application_name("signalbox queue").options([
        // What the claim knows of busy keys rests on it, whatever the database's default is.
        ("default_transaction_isolation", "read committed"),
        // Claims and acks do not wait for the disk. A crash of PostgreSQL may forget the last ones, never without all
        // that was committed after them: then those jobs run again, as after a lost lease.
        ("synchronous_commit", "off"),
        // The index is the one good plan of each statement, whatever the statistics of the moment say.
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_bitmapscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
    ]);
    like.options()
        .clone()
        .min_connections(0)
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(connect)
}
