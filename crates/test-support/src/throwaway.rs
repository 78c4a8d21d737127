//! A private PostgreSQL server for one run of the tests, which leaves nothing behind.
//!
//! A process that is killed cannot clean up, and a test process has no end in which to do it.
//! So a small shell waits beside it for the end of a pipe, and does it then.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use postgres::{Cluster, Options};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

const OWNER: &str = "signalbox_owner";
const DATABASE: &str = "signalbox";

/// Tests run in parallel, each with pools of its own.
const MAX_CONNECTIONS: u16 = 500;

/// Waits until the pipe closes; `$1` is the data directory, the others are to be deleted.
const CLEAN_UP: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && kill -INT "$pid"
tries=0
while [ -e "$1/postmaster.pid" ] && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
rm -rf -- "$@"
"#;

/// A running server in a temporary directory.
#[derive(Debug)]
pub struct Throwaway {
    cluster: Cluster,
    cleaner: Child,
}

impl Throwaway {
    /// Makes and starts the server, which takes about a second. It is fast, and not durable: fsync is off.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Options::throwaway).await
    }

    /// The same, but what is committed survives the death of the server, as in production: for tests that kill it.
    pub async fn start_durable() -> anyhow::Result<Self> {
        Self::start_with(|options| options).await
    }

    async fn start_with(durability: impl FnOnce(Options) -> Options) -> anyhow::Result<Self> {
        let dir = env::temp_dir().join(format!("signalbox-test-{}", Uuid::new_v4().simple()));
        let options = durability(Options::new(&dir)).max_connections(MAX_CONNECTIONS);
        let cluster = Cluster::start(options).await.inspect_err(|_| {
            // The error is what matters; what stays is in the directory for temporary files.
            let _ = fs::remove_dir_all(&dir);
        })?;
        let cleaner = start_cleaner(&cluster, &dir)?;
        let throwaway = Self { cluster, cleaner };
        throwaway.prepare().await?;
        Ok(throwaway)
    }

    /// The URL of the role that owns the database `signalbox`. It is no superuser, as in
    /// production; for the sake of the tests it may make and drop databases.
    pub fn url(&self) -> String {
        self.cluster.url(OWNER, DATABASE)
    }

    /// The cluster itself.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Stops the server and deletes it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.cluster.destroy().await?;
        drop(self.cleaner.stdin.take());
        self.cleaner.wait().context("waiting for the cleaning shell")?;
        Ok(())
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        // New databases are copies of this one. PostgreSQL 14 gives its schema to the superuser.
        self.run("template1", "ALTER SCHEMA public OWNER TO pg_database_owner").await?;
        self.cluster.ensure_database(DATABASE, OWNER).await?;
        // The second lets it drop a database while the product is still connected.
        self.run("postgres", "ALTER ROLE signalbox_owner CREATEDB; GRANT pg_signal_backend TO signalbox_owner").await
    }

    async fn run(&self, database: &str, sql: &'static str) -> anyhow::Result<()> {
        let options = self.cluster.options("postgres", database);
        let mut conn = PgConnection::connect_with(&options).await?;
        sqlx::raw_sql(sql).execute(&mut conn).await?;
        Ok(conn.close().await?)
    }
}

fn start_cleaner(cluster: &Cluster, dir: &Path) -> anyhow::Result<Child> {
    let socket = cluster.options(OWNER, DATABASE).get_socket().cloned();
    Command::new("/bin/sh")
        .args(["-c", CLEAN_UP, "sh"])
        .arg(cluster.data_directory())
        .args([cluster.home(), dir])
        .args(socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C must not take it away.
        .process_group(0)
        .spawn()
        .context("starting the cleaning shell")
}
