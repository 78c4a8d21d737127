//! Which database, and as whom.

use anyhow::{Context as _, bail};
use config::{Config, DatabaseUrl, Secret};
use sqlx::postgres::PgConnectOptions;
use std::time::Duration;
use store::Database;

/// The owner of the tables: `database.owner_url`, or `database.url` where there is no other.
pub fn owner(config: &Config) -> anyhow::Result<PgConnectOptions> {
    let url = config.database.owner_url.as_ref().or(config.database.url.as_ref());
    match url {
        Some(url) => parse(url),
        None => bail!("no database is named: set DATABASE_URL to the owner of the tables"),
    }
}

/// The role that the product works as, for a process that does not migrate.
pub fn app(config: &Config) -> anyhow::Result<PgConnectOptions> {
    match &config.database.url {
        Some(url) => parse(url),
        None => bail!(
            "no database is named: set DATABASE_URL, with the role `{}` that `signalbox migrate` makes",
            postgres::APP_ROLE
        ),
    }
}

/// Opens the pool, and refuses a role that could look past row-level security or a schema that is behind.
pub async fn open(config: &Config, app: PgConnectOptions) -> anyhow::Result<Database> {
    let patience = Duration::from_millis(config.database.acquire_timeout_ms);
    let database = Database::connect_lazy(app, config.database.max_connections, patience);
    database.refuse_unsafe_role().await?;
    if !store::migrations::is_current(database.pool()).await? {
        bail!("the database schema is behind this version: run `signalbox migrate` first");
    }
    Ok(database)
}

/// Brings the schema up to date, and lets the product's role in with the password that belongs to the owner's.
pub async fn migrate(owner: &PgConnectOptions) -> anyhow::Result<()> {
    store::migrations::run(owner).await.context("the schema could not be brought up to date")?;
    if let Some(password) = postgres::owner_password(owner) {
        store::migrations::set_app_password(owner, &postgres::app_password(&password))
            .await
            .context("the password of the product's role could not be set")?;
    }
    Ok(())
}

fn parse(url: &Secret<DatabaseUrl>) -> anyhow::Result<PgConnectOptions> {
    // The error of the parser may repeat the URL, password included.
    url.expose().as_str().parse().map_err(|_| anyhow::anyhow!("DATABASE_URL is no PostgreSQL URL"))
}
