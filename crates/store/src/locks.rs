//! Locks that are held across several transactions, so that one process does what several come to do.

use crate::Result;
use sqlx::{PgPool, Postgres, Transaction};

/// Names the lock in the database.
const PROVISIONING: i64 = 0x5369_676e_7072_6f76;

/// Waits until nobody else provisions. The lock is held until the transaction is over.
pub async fn provisioning(pool: &PgPool) -> Result<Transaction<'static, Postgres>> {
    let mut tx = pool.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", PROVISIONING).execute(&mut *tx).await?;
    Ok(tx)
}
