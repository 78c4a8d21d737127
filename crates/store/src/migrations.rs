//! The schema: forward only, applied under a lock, by the owner of the tables, while everything else goes on (ADR 0014).

use crate::Result;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Held by who migrates, in place of the migrator's own lock: it covers clearing up as well.
const LOCK: i64 = 0x5369_676e_616c;
/// How long to wait before trying again, and for how long in all a migration that meets a lock is tried.
const PAUSE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_mins(15);
/// The SQL state of a statement that waited for a lock for too long.
const LOCK_NOT_AVAILABLE: &str = "55P03";

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Brings the schema up to date. Several processes may do so at once: one works, the others wait and find it done.
pub async fn run(owner: &PgConnectOptions) -> Result<(), MigrateError> {
    apply(&MIGRATOR, owner).await
}

/// Applies what is missing of `migrations`.
///
/// A migration that changes a table in use says `SET LOCAL lock_timeout`: whoever waits for a table makes everybody else
/// wait behind him. When it runs out the migration is rolled back, the others go on, and it is tried again.
pub async fn apply(migrations: &Migrator, owner: &PgConnectOptions) -> Result<(), MigrateError> {
    let began = Instant::now();
    let mut conn = PgConnection::connect_with(owner).await?;
    // Such as that something is there already: nothing an operator could do about.
    sqlx::raw_sql("SET client_min_messages = error").execute(&mut conn).await?;
    // Asked again and again: a statement that waits would be waited for by `CREATE INDEX CONCURRENTLY`.
    while !sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut conn).await? {
        sleep(PAUSE).await;
    }
    loop {
        drop_unfinished_indexes(&mut conn).await?;
        match migrations.run(&mut conn).await {
            Err(error) if met_a_lock(&error) && began.elapsed() < PATIENCE => {
                tracing::warn!(%error, "a migration waits for a transaction that has been open for long; trying again");
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
            Ok(()) => return Ok(conn.close().await?),
        }
    }
}

fn met_a_lock(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else { return false };
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some(LOCK_NOT_AVAILABLE))
}

/// Drops what an interrupted `CREATE INDEX CONCURRENTLY` leaves behind: an index that is written but never read, and whose
/// name is taken.
async fn drop_unfinished_indexes(conn: &mut PgConnection) -> Result<(), MigrateError> {
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT format('DROP INDEX CONCURRENTLY %s', i.indexrelid::regclass)
           FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace::regnamespace::text IN ('public', 'queue')",
    )
    .fetch_all(&mut *conn)
    .await?;
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Whether the schema is the one this build was made for, or newer.
pub async fn is_current(pool: &sqlx::PgPool) -> Result<bool> {
    let wanted = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default();
    // Unchecked: the table belongs to the migrator, and a database without it is simply not current.
    let applied: Option<i64> =
        match sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(pool).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => None,
            other => other?,
        };
    Ok(applied.is_some_and(|applied| applied >= wanted))
}

/// Gives the product's role a password. PostgreSQL stores a verifier of it, not the password.
pub async fn set_app_password(owner: &PgConnectOptions, password: &str) -> Result<()> {
    let mut conn = PgConnection::connect_with(owner).await?;
    // ALTER ROLE takes no parameters: the statement is put together, and quoted, by the server.
    let statement: String = sqlx::query_scalar("SELECT format('ALTER ROLE signalbox_app PASSWORD %L', $1::text)")
        .bind(password)
        .fetch_one(&mut conn)
        .await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema that there has been from the beginning; what comes later meets tables in use.
    const BEGINNING: i64 = 7;

    #[test]
    fn migrations_of_tables_in_use_give_way() {
        for migration in MIGRATOR.iter().filter(|migration| migration.version > BEGINNING && !migration.no_tx) {
            let sql = migration.sql.as_str();
            assert!(sql.contains("SET LOCAL lock_timeout"), "migration {} has no `lock_timeout`", migration.version);
        }
    }
}
