//! What benchmarks are run on: a private, durable PostgreSQL, the product's processes beside it, and a tenant.
//!
//! Everything lies in one temporary directory on a real disk and goes with it; nothing listens beyond loopback.

mod account;
pub mod big_inbox;
mod console;
mod noops;
mod playground;
mod process;
mod product;
pub mod server;

pub use account::Account;
pub use console::Console;
pub use noops::NoOps;
pub use playground::Playground;
pub use process::Process;
pub use product::{Product, plugin};

use crate::machine::Machine;
use anyhow::Context as _;
use postgres::{Cluster, Options};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{
    fs::Permissions,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const DATABASE: &str = "signalbox";
const OWNER: &str = "signalbox";

/// A temporary directory on a disk.
///
/// `/var/tmp` is on one where `/tmp` may be memory; and the server's account, when root runs this, has to get through.
pub fn directory() -> anyhow::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("signalbox-bench-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir_in("/var/tmp")
        .context("a temporary directory in /var/tmp")
}

/// A loopback address that nobody listens on at the moment.
pub fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// A database with the product's schema and plugin, and the means to run the product on it.
pub struct Stand {
    // Before the directory that it lies in.
    cluster: Cluster,
    product: Product,
    machine: Machine,
    directory: TempDir,
}

impl Stand {
    /// Starts PostgreSQL as it is used in production, migrates, and installs the plugin.
    pub async fn start() -> anyhow::Result<Self> {
        let directory = directory()?;
        let options = Options::new(directory.path().join("postgres")).outside(directory.path().join("outside"));
        let cluster = Cluster::start(options).await?;
        cluster.ensure_database(DATABASE, OWNER).await?;
        let mut conn = PgConnection::connect_with(&cluster.options("postgres", DATABASE)).await?;
        server::refuse_careless(&mut conn).await?;
        conn.close().await?;
        let server = cluster.server_pid().context("PostgreSQL is not running")?;
        let machine = Machine::observe(directory.path())?.with_postgres(server::version(server)?);
        let product = Product::on_database(
            directory.path(),
            &cluster.url(postgres::APP_ROLE, DATABASE),
            &cluster.url(OWNER, DATABASE),
        )?;
        let stand = Self { cluster, product, machine, directory };
        stand.product.run(&["migrate"]).await?;
        stand.product.run(&["plugin", "install", plugin()?.as_str()]).await?;
        Ok(stand)
    }

    /// The product on this database.
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// What it all runs on.
    pub fn machine(&self) -> Machine {
        self.machine.clone()
    }

    /// Where files may be put.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A connection that sees every row.
    pub async fn admin(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect_with(&self.cluster.options("postgres", DATABASE)).await?)
    }

    /// How the product connects.
    pub fn app_options(&self) -> PgConnectOptions {
        self.cluster.options(postgres::APP_ROLE, DATABASE)
    }

    /// The same as a URL, for programs of PostgreSQL.
    pub fn admin_url(&self) -> String {
        self.cluster.url("postgres", DATABASE)
    }

    /// An empty database on the same server, whose owner may do everything in it.
    pub async fn fresh_database(&self, name: &str) -> anyhow::Result<String> {
        let mut conn = self.admin().await?;
        for statement in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut conn).await?;
        }
        sqlx::raw_sql("CHECKPOINT").execute(&mut conn).await?;
        conn.close().await?;
        Ok(self.cluster.url("postgres", name))
    }

    /// What the server writes about itself.
    pub fn server_log(&self) -> PathBuf {
        self.cluster.home().join("server.log")
    }

    /// The server's process id.
    pub fn server_pid(&self) -> anyhow::Result<u32> {
        self.cluster.server_pid().context("PostgreSQL is not running")
    }

    /// One number from the database.
    pub async fn count(&self, sql: &'static str) -> anyhow::Result<usize> {
        let mut conn = self.admin().await?;
        let number: i64 = sqlx::query_scalar(sql).fetch_one(&mut conn).await?;
        conn.close().await?;
        Ok(number.try_into()?)
    }

    /// Makes the planner's statistics now, which autovacuum would make within a minute.
    pub async fn analyze(&self) -> anyhow::Result<()> {
        let mut conn = self.admin().await?;
        sqlx::raw_sql("ANALYZE").execute(&mut conn).await?;
        conn.close().await?;
        Ok(())
    }

    /// Empties tables, and writes out what is owed to the disk, so that each run begins alike.
    pub async fn empty(&self, tables: &str) -> anyhow::Result<()> {
        let mut conn = self.admin().await?;
        sqlx::raw_sql(AssertSqlSafe(format!("TRUNCATE {tables} CASCADE; CHECKPOINT"))).execute(&mut conn).await?;
        conn.close().await?;
        Ok(())
    }
}
