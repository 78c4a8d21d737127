//! The peer of webhook ingest: `pgbench`, which stores rows with the same bytes and does nothing else.

use crate::stand::{Stand, server};
use anyhow::{Context as _, ensure};
use sqlx::{Connection as _, Row as _};
use std::{fs, path::PathBuf, time::Duration};
use tokio::process::Command;

/// Tables with the product's columns, and of its indexes only the primary key.
const TABLES: &str = "
    DROP SCHEMA IF EXISTS bench CASCADE;
    CREATE SCHEMA bench;
    CREATE TABLE bench.deliveries (LIKE public.deliveries INCLUDING DEFAULTS, PRIMARY KEY (tenant_id, id));
    CREATE TABLE bench.jobs (LIKE queue.jobs INCLUDING DEFAULTS INCLUDING GENERATED, PRIMARY KEY (tenant_id, id));
";

/// One transaction: what one webhook leaves in the database. Every value travels as a parameter, but for the query
/// string: these webhooks have none, and pgbench takes no empty value.
const TRANSACTION: &str = "
BEGIN;
INSERT INTO bench.deliveries (tenant_id, id, connection_id, endpoint_id, dedupe_key, method, query, headers, body, \
partial, trace_id, received_at) VALUES (:tenant_id, gen_random_uuid(), :connection_id, :endpoint_id, :dedupe_key, \
:method, '', :headers, :body, false, :trace_id, :received_at);
INSERT INTO bench.jobs (tenant_id, lane, kind, key, trace_id, args) VALUES (:tenant_id, :lane, :kind, :key, \
:trace_id, :args);
COMMIT;
";

/// The values of a delivery and its job, as text, by the names that the transaction gives them.
const SAMPLE: &str = "
    SELECT d.tenant_id::text, d.connection_id::text, d.endpoint_id::text, d.dedupe_key, d.method,
           d.headers::text, encode(d.body, 'escape') AS body, d.trace_id, d.received_at::text,
           j.lane, j.kind, j.key, j.args::text
      FROM public.deliveries d JOIN queue.jobs j ON j.args ->> 'delivery_id' = d.id::text
     LIMIT 1
";
const COLUMNS: [&str; 13] = [
    "tenant_id",
    "connection_id",
    "endpoint_id",
    "dedupe_key",
    "method",
    "headers",
    "body",
    "trace_id",
    "received_at",
    "lane",
    "kind",
    "key",
    "args",
];

/// A `pgbench` that is ready to run.
pub struct Pgbench {
    program: PathBuf,
    url: String,
    script: PathBuf,
    values: Vec<(&'static str, String)>,
}

impl Pgbench {
    /// Makes its tables, and takes as its values those of a delivery that the product has just stored.
    pub async fn like_the_stored(stand: &Stand) -> anyhow::Result<Self> {
        let mut conn = stand.admin().await?;
        sqlx::raw_sql(TABLES).execute(&mut conn).await?;
        let row = sqlx::query(SAMPLE).fetch_optional(&mut conn).await?.context("no delivery waits with its job")?;
        let values = COLUMNS.iter().map(|&name| Ok((name, row.try_get(name)?))).collect::<anyhow::Result<_>>()?;
        conn.close().await?;
        let script = stand.directory().join("transaction.sql");
        fs::write(&script, TRANSACTION)?;
        Ok(Self { program: program(stand.server_pid()?)?, url: stand.admin_url(), script, values })
    }

    /// Its tables, for emptying.
    pub const TABLES: &'static str = "bench.deliveries, bench.jobs";

    /// Runs for this long with so many connections. Returns transactions per second.
    pub async fn run(&self, connections: usize, duration: Duration) -> anyhow::Result<f64> {
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--file"]).arg(&self.script);
        command.arg(format!("--client={connections}")).arg(format!("--jobs={}", connections.min(2)));
        command.arg(format!("--time={}", duration.as_secs()));
        for (name, value) in &self.values {
            command.arg(format!("--define={name}={value}"));
        }
        let output = command.arg(&self.url).kill_on_drop(true).output().await.context("pgbench cannot be run")?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        transactions_per_second(&said).with_context(|| format!("pgbench said: {said}"))
    }
}

/// The one that belongs to the running server, which lies beside it or on the path.
fn program(server: u32) -> anyhow::Result<PathBuf> {
    let beside = server::program(server)?.with_file_name("pgbench");
    Ok(if beside.exists() { beside } else { "pgbench".into() })
}

fn transactions_per_second(said: &str) -> Option<f64> {
    let rest = said.lines().find_map(|line| line.strip_prefix("tps = "))?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found() {
        let said = "number of failed transactions: 0 (0.000%)\nlatency average = 1.9 ms\n\
                    tps = 4210.114 (without initial connection time)\n";
        assert_eq!(transactions_per_second(said), Some(4210.114));
        assert_eq!(transactions_per_second("pgbench: error"), None);
    }
}
