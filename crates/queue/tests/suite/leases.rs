//! A run owns its job while its worker lives, and has no say once it has lost it.

use crate::support::{Env, PATIENCE, Running, World, ack, claim, eventually, rescue, settings, tx};
use chrono::Utc;
use queue::{FenceError, JobContext, JobId, RunToken, Settings};
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
        trace_id: None,
        enqueued_at: Utc::now(),
    }
}

#[tokio::test]
async fn a_run_that_lost_its_lease_changes_nothing() {
    let world = World::new().await;
    let pool = &world.db.app;
    world.push(&world.keyed("a", 1)).await;
    let stalled = claim(pool, 1, Utc::now(), 0).await.unwrap()[0];
    assert_eq!(rescue(pool).await, 1);
    assert_eq!(world.states().await, [("ready".to_owned(), 1)], "the attempt counts");
    let successor = claim(pool, 1, Utc::now(), 60).await.unwrap()[0];
    assert_eq!((successor.id, successor.attempt), (stalled.id, 2));
    assert_ne!(successor.token, stalled.token);

    for outcome in ["done", "retry", "dead", "snooze", "hand_back"] {
        assert_eq!(ack(pool, stalled, outcome, Some(Utc::now())).await.unwrap(), "lost");
    }
    assert_eq!(world.states().await, [("running".to_owned(), 2)]);
    assert_eq!(ack(pool, successor, "done", None).await.unwrap(), "acked");
    assert_eq!(ack(pool, successor, "done", None).await.unwrap(), "lost", "it has ended");
    assert_eq!(world.count("SELECT count(*) FROM queue.attempts WHERE outcome = 'lost'").await, 1);
}

#[tokio::test]
async fn a_fenced_transaction_belongs_to_the_owner_and_keeps_the_job_its_own() {
    let world = World::new().await;
    let pool = &world.db.app;
    world.push(&world.note(1)).await;
    let stalled = claim(pool, 1, Utc::now(), 0).await.unwrap()[0];

    let mut open = tx(pool, world.tenant).await;
    context(stalled).fence(&mut open).await.unwrap();
    assert_eq!(rescue(pool).await, 0, "nobody takes the job while the transaction is open");
    assert_eq!(ack(pool, stalled, "done", None).await.unwrap(), "busy");
    open.commit().await.unwrap();

    assert_eq!(rescue(pool).await, 1);
    let mut late = tx(pool, world.tenant).await;
    assert!(matches!(context(stalled).fence(&mut late).await, Err(FenceError::LeaseLost)));
}

/// A job whose workers keep dying is not tried for ever.
#[tokio::test]
async fn attempts_lost_with_their_workers_count() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    for _ in 0..3 {
        claim(&world.db.app, 1, Utc::now(), 0).await.unwrap();
        assert_eq!(rescue(&world.db.app).await, 1);
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
    sqlx::query_scalar("SELECT lease_until FROM queue.jobs").fetch_one(pool).await.unwrap()
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
    let running = Running::start(world.another_queue(), &env, short_lease(1));
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
    world.push(&world.note(2)).await;
    sqlx::query(
        "UPDATE queue.jobs SET state = 'running', run_token = gen_random_uuid(), lease_until = '2000-01-01'
        WHERE args->>'n' = '2'",
    )
    .execute(&world.db.owner)
    .await
    .unwrap();
    world.until("the other is rescued", |jobs| jobs.len() == 1).await;
    release.notify_one();
    world.until("both are done", <[_]>::is_empty).await;
    for process in processes {
        process.stop().await;
    }
    assert_eq!(env.calls().iter().filter(|(n, _)| *n == 1).collect::<Vec<_>>(), [&(1, 1)]);
}
