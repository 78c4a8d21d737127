//! A run owns its job while its worker lives, and has no say once it has lost it.

use crate::support::{Env, PATIENCE, Running, World, ack, claim_as, eventually, settings, tx};
use chrono::Utc;
use queue::{FenceError, JobContext, JobId, RunToken, Settings, enqueue};
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

fn context(run: crate::support::Run) -> JobContext {
    JobContext {
        id: JobId(run.id),
        tenant: run.tenant.into(),
        kind: "note",
        attempt: 1,
        last_attempt: false,
        run_token: RunToken(run.token),
        has_its_turn: false,
        connection: None,
        trace_id: None,
        enqueued_at: Utc::now(),
    }
}

#[tokio::test]
async fn a_run_that_lost_its_lease_changes_nothing() {
    let world = World::new().await;
    let pool = world.db.app.clone();
    world.push(&world.keyed("a", 1)).await;
    let stalled = world.claim(1, Utc::now()).await[0];
    assert_eq!(world.die().await, 1);
    assert_eq!(world.states().await, [("ready".to_owned(), 1)], "the attempt counts");
    let successor = world.claim(1, Utc::now()).await[0];
    assert_eq!((successor.id, successor.attempt), (stalled.id, 2));
    assert_ne!(successor.token, stalled.token);

    for outcome in ["done", "retry", "dead", "snooze", "hand_back"] {
        assert_eq!(ack(&pool, stalled, outcome, Some(Utc::now())).await.unwrap(), "lost");
    }
    assert_eq!(world.states().await, [("running".to_owned(), 2)]);
    assert_eq!(ack(&pool, successor, "done", None).await.unwrap(), "acked");
    assert_eq!(ack(&pool, successor, "done", None).await.unwrap(), "lost", "it has ended");
    assert_eq!(world.count("SELECT count(*) FROM queue.attempts WHERE outcome = 'lost'").await, 1);
}

#[tokio::test]
async fn a_worker_that_was_given_up_claims_no_more() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let given_up = world.worker();
    world.die().await;
    let refused = claim_as(&world.db.app, given_up, 1, Utc::now()).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "SB001");
    assert_eq!(world.claim(1, Utc::now()).await.len(), 1);
}

/// A claim whose answer got lost, and an ack that a crash of the database forgot, leave jobs that run nowhere.
#[tokio::test]
async fn what_a_worker_does_not_know_of_is_given_back() {
    let world = World::new().await;
    world.push_all([world.keyed("a", 1), world.note(2)]).await;
    let known = world.claim(1, Utc::now()).await[0];
    let lost = world.claim(1, Utc::now()).await[0];
    let reconcile = async |grace: &str| -> i64 {
        sqlx::query_scalar("SELECT queue.reconcile($1, $2, $3, $4::text::interval)")
            .bind(world.worker())
            .bind([known.id])
            .bind([known.token])
            .bind(grace)
            .fetch_one(&world.db.app)
            .await
            .unwrap()
    };
    assert_eq!(reconcile("1 hour").await, 0, "the answer may still be on its way");
    assert_eq!(reconcile("0").await, 1);
    assert_eq!(ack(&world.db.app, lost, "done", None).await.unwrap(), "lost");
    assert_eq!(ack(&world.db.app, known, "done", None).await.unwrap(), "acked");
    let again = world.claim(5, Utc::now()).await;
    assert_eq!(again.iter().map(|run| (run.n, run.attempt)).collect::<Vec<_>>(), [(lost.n, 2)]);
}

#[tokio::test]
async fn a_fenced_transaction_belongs_to_the_owner_and_keeps_the_job_its_own() {
    let world = World::new().await;
    let pool = world.db.app.clone();
    world.push(&world.note(1)).await;
    let stalled = world.claim(1, Utc::now()).await[0];

    let mut open = tx(&pool, world.tenant).await;
    context(stalled).fence(&mut open).await.unwrap();
    assert_eq!(world.die().await, 0, "nobody takes the job while the transaction is open");
    assert_eq!(ack(&pool, stalled, "done", None).await.unwrap(), "busy");
    open.commit().await.unwrap();

    // Dead workers are looked at again.
    sqlx::query("UPDATE queue.workers SET lease_until = '-infinity' WHERE dead_at IS NOT NULL")
        .execute(&world.db.owner)
        .await
        .unwrap();
    assert_eq!(crate::support::rescue(&pool).await, 1);
    let mut late = tx(&pool, world.tenant).await;
    assert!(matches!(context(stalled).fence(&mut late).await, Err(FenceError::LeaseLost)));
}

/// A job whose workers keep dying is not tried for ever.
#[tokio::test]
async fn attempts_lost_with_their_workers_count() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    for _ in 0..3 {
        assert_eq!(world.claim(1, Utc::now()).await.len(), 1);
        assert_eq!(world.die().await, 1);
    }
    let env = Env::content();
    let ran = world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert!(matches!(&ran[0].outcome, queue::Outcome::Dead { error } if error.starts_with("given up")), "{ran:?}");
    assert!(env.calls().is_empty());
}

fn short_lease(concurrency: usize) -> Settings {
    Settings { lease: Duration::from_millis(1200), ..settings(concurrency) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_a_dead_worker_run_elsewhere() {
    let world = World::new().await;
    world.push(&world.keyed("a", 1)).await;
    let hanging = Env::new(|_, _| std::future::pending());
    let doomed = Running::start(world.another_queue(), &hanging, short_lease(2));
    eventually("the job runs", async || hanging.numbers() == [1]).await;
    doomed.kill();

    let env = Env::content();
    let heir = Running::start(world.another_queue(), &env, short_lease(2));
    world.until("the job is done", <[_]>::is_empty).await;
    heir.stop().await;
    assert_eq!(env.calls(), [(1, 2)]);
}

async fn lease_end(pool: &PgPool) -> chrono::DateTime<Utc> {
    sqlx::query_scalar("SELECT lease_until FROM queue.workers WHERE name = 'beating'").fetch_one(pool).await.unwrap()
}

/// The only thread of the runtime is blocked by a handler, and yet the lease goes on.
#[tokio::test]
async fn a_handler_that_blocks_the_runtime_keeps_its_lease() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let options = world.db.owner_options();
    let done = Arc::new(Notify::new());
    let finished = done.clone();
    let env = Env::new(move |_, _| {
        let options = options.clone();
        // A lease is extended three times, which takes three quarters of it.
        let looking = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let pool = PgPool::connect_with(options).await.unwrap();
                for _ in 0..3 {
                    let before = lease_end(&pool).await;
                    eventually("the lease is extended", async || lease_end(&pool).await > before).await;
                }
            });
        });
        looking.join().unwrap();
        finished.notify_one();
        async { Ok(()) }
    });
    let beating = Settings { name: "beating".to_owned(), ..short_lease(1) };
    let running = Running::start(world.another_queue(), &env, beating);
    tokio::time::timeout(PATIENCE, done.notified()).await.unwrap();
    running.stop().await;
    assert_eq!(env.calls(), [(1, 1)]);
    assert!(world.states().await.is_empty());
}

/// A slow job is left to its worker, though another one that rescues is looking on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_job_is_not_stolen_while_its_worker_lives() {
    let world = World::new().await;
    let release = Arc::new(Notify::new());
    let running = Arc::new(AtomicU32::new(0));
    let env = {
        let (release, running) = (release.clone(), running.clone());
        Env::new(move |note, _| {
            let (release, running) = (release.clone(), running.clone());
            async move {
                if note.n == 1 {
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    release.notified().await;
                }
                Ok(())
            }
        })
    };
    world.push(&world.note(1)).await;
    let processes: Vec<_> = (0..2).map(|_| Running::start(world.another_queue(), &env, short_lease(2))).collect();
    eventually("the job runs", async || env.numbers() == [1]).await;

    // A job that was left behind is rescued: so both have looked for such, and left the slow one alone.
    // It is stored and claimed in one transaction, so that neither of them can be quicker.
    let mut tx = world.tx(world.tenant).await;
    enqueue(&mut tx, &world.note(2)).await.unwrap();
    assert_eq!(claim_as(&mut *tx, world.worker(), 1, Utc::now()).await.unwrap()[0].n, 2);
    tx.commit().await.unwrap();
    sqlx::query("SELECT queue.retire($1, false)").bind(world.worker()).execute(&world.db.app).await.unwrap();
    world.until("the other is rescued", |jobs| jobs.len() == 1).await;
    release.notify_one();
    world.until("both are done", <[_]>::is_empty).await;
    for process in processes {
        process.stop().await;
    }
    assert_eq!(env.calls().iter().filter(|(n, _)| *n == 1).collect::<Vec<_>>(), [&(1, 1)]);
}

/// Workers' commits need not wait for the disk; what a run commits under its fence does.
#[tokio::test]
async fn a_fenced_transaction_waits_for_the_disk() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let run = world.claim(1, Utc::now()).await[0];
    let mut tx = tx(&world.db.app, world.tenant).await;
    let setting = "SELECT current_setting('synchronous_commit')";
    sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *tx).await.unwrap();
    context(run).fence(&mut tx).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, String>(setting).fetch_one(&mut *tx).await.unwrap(), "on");
}
