//! The job tables are migrated while workers run and somebody's forgotten transaction is in the way: work goes on while
//! the migration waits, the old workers go on after it, and new ones work beside them.

use crate::harness::{Covered, Load, Worker, World, sized};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};
use std::cell::Cell;

/// What a later release may do to the tables: a column, a stricter check, another index, a function with new insides.
const STEPS: [(&str, bool); 4] = [
    (
        "SET LOCAL lock_timeout = '100ms';
         ALTER TABLE queue.jobs ADD COLUMN extra_N text, ADD COLUMN size_N integer NOT NULL DEFAULT 7;
         ALTER TABLE queue.jobs ADD CONSTRAINT positive_N CHECK (size_N > 0) NOT VALID;",
        false,
    ),
    ("SET LOCAL lock_timeout = '100ms'; ALTER TABLE queue.jobs VALIDATE CONSTRAINT positive_N;", false),
    ("CREATE INDEX CONCURRENTLY jobs_size_N ON queue.jobs (size_N, place)", true),
    (
        "SET LOCAL lock_timeout = '100ms';
         CREATE OR REPLACE FUNCTION queue.heartbeat(p_worker integer, p_lease interval) RETURNS boolean
         LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
         DECLARE v_known boolean; BEGIN
             UPDATE queue.workers w SET lease_until = clock_timestamp() + p_lease
              WHERE w.id = p_worker AND w.dead_at IS NULL RETURNING true INTO v_known;
             RETURN coalesce(v_known, false);
         END $$;",
        false,
    ),
];

pub async fn run() -> Covered {
    let releases = sized(2, 20);
    let world = World::new().await;
    let mut workers: Vec<_> = (0..2).map(|n| Worker::start(world.plan(&format!("old{n}")))).collect();
    let load = Load::start(&world);
    let owner = (*world.pool.connect_options()).clone();
    for release in 1..=releases {
        world.progress("the workers work", 25).await;
        let mut forgotten = PgConnection::connect_with(&owner).await.unwrap();
        let mut tx = forgotten.begin().await.unwrap();
        sqlx::query("SELECT count(*) FROM queue.jobs").execute(&mut *tx).await.unwrap();

        let (migrations, over) = (migrations_of(release), Cell::new(false));
        let migrating = async {
            store::migrations::apply(&migrations, &owner).await.unwrap();
            over.set(true);
        };
        let forgetting = async {
            world.progress("the workers work while the migration waits", 50).await;
            assert!(!over.get(), "it must wait for the transaction");
            tx.rollback().await.unwrap();
        };
        tokio::join!(migrating, forgetting);
        workers.iter_mut().for_each(Worker::assert_alive);

        // Those who had the old schema at hand go on, and new ones come.
        world.progress("the old workers work", 25).await;
        workers.push(Worker::start(world.plan(&format!("new{release}"))));
        workers.remove(0).stop().await;
    }
    load.end().await;
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    Covered { faults: vec![(releases, "migrations behind a forgotten transaction")], ..Covered::of(sums) }
}

fn migrations_of(release: usize) -> Migrator {
    let number = |step: usize| i64::try_from(1_000 * release + step).unwrap();
    let steps = STEPS.into_iter().enumerate().map(|(step, (sql, no_tx))| {
        let sql = sql.replace("_N", &format!("_{release}"));
        let version = number(step);
        Migration::new(
            version,
            format!("step {version}").into(),
            MigrationType::Simple,
            AssertSqlSafe(sql).into_sql_str(),
            no_tx,
        )
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    // The product's own are not among them.
    migrator.set_ignore_missing(true);
    migrator
}
