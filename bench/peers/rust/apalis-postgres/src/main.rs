//! apalis-postgres 1.0, as a peer of the queue benchmark.

mod job;
mod storage;

use anyhow::Context as _;
use peers::{Command, Peer, Ran};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, postgres::PgConnectOptions};
use std::{ops::Range, sync::Arc};
use storage::Working;

/// Connections that store jobs.
const PRODUCERS: u32 = 16;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    peers::run::<Apalis>(include_str!("../../Cargo.lock")).await
}

struct Apalis {
    database: PgConnectOptions,
    producers: PgPool,
}

impl Peer for Apalis {
    const NAME: &'static str = "apalis-postgres";
    type Working = Working;
    type Held = PgConnection;

    async fn set_up(command: &Command) -> anyhow::Result<Self> {
        let database = command.database_url.parse::<PgConnectOptions>()?.disable_statement_logging();
        let producers = storage::pool(&database, PRODUCERS).await?;
        storage::install(&producers).await?;
        Ok(Self { database, producers })
    }

    fn settings(&self) -> String {
        storage::settings()
    }

    async fn store(&self, numbers: Range<u64>) -> anyhow::Result<()> {
        job::push(&mut *self.producers.acquire().await?, numbers).await
    }

    async fn store_one(&self, n: u64) -> anyhow::Result<()> {
        job::push(&mut *self.producers.acquire().await?, n..n + 1).await
    }

    async fn retain_finished(&self, count: u64) -> anyhow::Result<bool> {
        job::retain_finished(&self.producers, count).await?;
        Ok(true)
    }

    async fn analyze(&self) -> anyhow::Result<()> {
        sqlx::query("ANALYZE apalis.jobs").execute(&self.producers).await?;
        Ok(())
    }

    async fn work(&self, ran: Arc<Ran>) -> anyhow::Result<Working> {
        Working::start(&self.database, &ran).await
    }

    async fn stop(&self, working: Working) -> anyhow::Result<()> {
        working.stop().await
    }

    async fn finished(&self) -> anyhow::Result<u64> {
        self.count("SELECT count(*) FROM apalis.jobs WHERE status = 'Done'").await
    }

    async fn unfinished(&self) -> anyhow::Result<u64> {
        self.count("SELECT count(*) FROM apalis.jobs WHERE status <> 'Done'").await
    }

    async fn hold_transaction(&self) -> anyhow::Result<PgConnection> {
        let mut conn = PgConnection::connect_with(&self.database).await.context("connecting")?;
        sqlx::raw_sql("BEGIN; SELECT txid_current()").execute(&mut conn).await?;
        Ok(conn)
    }
}

impl Apalis {
    async fn count(&self, statement: &'static str) -> anyhow::Result<u64> {
        let count: i64 = sqlx::query_scalar(statement).fetch_one(&self.producers).await?;
        Ok(count.try_into()?)
    }
}
