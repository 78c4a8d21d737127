//! The schema: forward only, applied under a lock, by the owner of the tables.

use crate::Result;
use sqlx::{
    Connection, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
};

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Brings the schema up to date. Several processes may do so at once: one works, the others wait and find it done.
pub async fn run(owner: &PgConnectOptions) -> Result<(), MigrateError> {
    let mut conn = PgConnection::connect_with(owner).await?;
    MIGRATOR.run(&mut conn).await?;
    Ok(conn.close().await?)
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
