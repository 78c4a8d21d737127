//! Connections break at the worst moments: nothing is lost, and fenced effects happen once.

use crate::support::{Chore, Env, Running, World, settings};
use queue::{JobError, Settings};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

const JOBS: u32 = 300;
const KEYS: u32 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_connections_lose_nothing_and_double_nothing() {
    let world = World::new().await;
    sqlx::raw_sql(
        "CREATE TABLE effects (n int, key int, at bigint GENERATED ALWAYS AS IDENTITY);
         GRANT INSERT ON effects TO signalbox_app",
    )
    .execute(&world.db.owner)
    .await
    .unwrap();
    world.push_all((0..JOBS).map(|n| Chore(world.keyed(&(n % KEYS).to_string(), n)))).await;

    let pool = world.db.app.clone();
    let env = Env::new(move |note, ctx| {
        let pool = pool.clone();
        async move {
            // As a handler does that talks to the database and to somebody else.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let mut tx = pool.begin().await?;
            ctx.fence(&mut tx).await?;
            sqlx::query("INSERT INTO effects (n, key) VALUES ($1, $2)")
                .bind(i32::try_from(note.n).map_err(JobError::fail)?)
                .bind(i32::try_from(note.n % KEYS).map_err(JobError::fail)?)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            Ok(())
        }
    });
    let short = || Settings { lease: Duration::from_millis(1200), poll: Duration::from_millis(200), ..settings(4) };
    let processes: Vec<_> = (0..2).map(|_| Running::start(world.another_queue(), &env, short())).collect();

    // Every connection of the product, again and again, by one of its own.
    let mut killer = PgConnection::connect_with(&world.db.app_options()).await.unwrap();
    for _ in 0..25 {
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()",
        )
        .execute(&mut killer)
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    crate::support::eventually("every job is done", async || world.count("SELECT count(*) FROM queue.jobs").await == 0)
        .await;
    for process in processes {
        process.stop().await;
    }

    assert_eq!(world.count("SELECT count(*) FROM queue.dead_letters").await, 0);
    assert_eq!(world.count("SELECT count(DISTINCT n) FROM effects").await, i64::from(JOBS));
    // A connection that breaks between a commit and its answer leaves the handler in doubt: it fails, runs
    // again, and its effect is there twice. So a handler makes its effects idempotent; here the twins
    // must be neighbours, as nothing of the key may run between an attempt and its retry.
    let disorder =
        "SELECT count(*) FROM (SELECT n, lag(n) OVER (PARTITION BY key ORDER BY at) AS before FROM effects) e
        WHERE n < before";
    assert_eq!(world.count(disorder).await, 0);
}
