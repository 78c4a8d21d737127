//! Jobs of one key run one at a time and in order; other jobs do not wait for them.

use crate::support::{Chore, Env, Switch, World, ack, claim_as, register, settings};
use chrono::Utc;
use queue::{JobError, Outcome, Workers, enqueue, enqueue_at};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

#[tokio::test]
async fn a_job_that_waits_for_its_retry_holds_back_its_key_only() {
    let world = World::new().await;
    world.push_all([world.keyed("a", 1), world.keyed("a", 2), world.keyed("b", 3), world.note(4)]).await;
    let env = Env::new(|note, ctx| async move {
        if note.n == 1 && ctx.attempt == 1 { Err(JobError::retry("again")) } else { Ok(()) }
    });
    let handlers = env.handlers();
    world.queue.run_until_idle(&handlers).await.unwrap();
    assert_eq!(env.calls(), [(1, 1), (3, 1), (4, 1)]);

    // Nor does a later one slip in.
    world.push(&world.keyed("a", 5)).await;
    assert!(world.queue.run_until_idle(&handlers).await.unwrap().is_empty());
    world.advance(10);
    world.queue.run_until_idle(&handlers).await.unwrap();
    assert_eq!(env.calls()[3..], [(1, 2), (2, 1), (5, 1)]);
}

#[tokio::test]
async fn a_dead_letter_releases_its_key_and_a_replay_joins_at_the_end() {
    let world = World::new().await;
    world.push_all((1..=3).map(|n| world.keyed("a", n))).await;
    let env = Env::new(|note, _| async move { if note.n == 1 { Err(JobError::fail("no")) } else { Ok(()) } });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [1, 2, 3]);
}

#[tokio::test]
async fn a_scheduled_job_joins_the_line_when_it_is_due() {
    let world = World::new().await;
    let due = domain::Clock::now(&world.clock) + chrono::TimeDelta::minutes(1);
    let mut tx = world.tx(world.tenant).await;
    enqueue_at(&mut tx, &world.keyed("a", 1), due).await.unwrap();
    enqueue(&mut tx, &world.keyed("a", 2)).await.unwrap();
    tx.commit().await.unwrap();
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [2], "it holds nothing back before");

    world.clock.set(due);
    world.push(&world.keyed("a", 3)).await;
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [2, 1, 3]);
}

/// The earlier of two overlapping transactions commits last: its job comes late, but never beside.
#[tokio::test]
async fn a_late_commit_never_makes_two_runners_of_one_key() {
    let world = World::new().await;
    let pool = &world.db.app;
    let mut slow = world.tx(world.tenant).await;
    enqueue(&mut slow, &world.keyed("a", 1)).await.unwrap();
    world.push(&world.keyed("a", 2)).await;
    let second = world.claim(10, Utc::now()).await;
    assert_eq!(second.iter().map(|run| run.n).collect::<Vec<_>>(), [2]);

    slow.commit().await.unwrap();
    assert_eq!(world.claim(10, Utc::now()).await, []);
    assert_eq!(world.states().await, [("parked".to_owned(), 0), ("running".to_owned(), 1)]);

    assert_eq!(ack(pool, second[0], "done", None).await.unwrap(), "acked");
    assert_eq!(world.claim(10, Utc::now()).await[0].n, 1);
}

/// Two claims that overlap: the second waits until the first has said which keys it took, and keeps off them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_that_overlap_never_share_a_key() {
    let world = World::new().await;
    world.push_all([world.keyed("a", 1), world.keyed("a", 2), world.note(3)]).await;
    let mut first = world.db.app.begin().await.unwrap();
    let claimed: Option<i32> = sqlx::query_scalar(
        "SELECT (args->>'n')::int FROM queue.claim($1, gen_random_uuid(), 'live', '{note}', 1, now(), $2, NULL, 0)
         WHERE id IS NOT NULL",
    )
    .bind(world.worker())
    .bind(uuid::Uuid::nil())
    .fetch_one(&mut *first)
    .await
    .unwrap();
    assert_eq!(claimed, Some(1));

    let other = register(&world.db.app).await;
    let pool = world.db.app.clone();
    let second = tokio::spawn(async move { claim_as(&pool, other, 10, Utc::now()).await.unwrap() });
    crate::support::eventually("the second waits", async || {
        world.count("SELECT count(*) FROM pg_locks WHERE NOT granted").await == 1
    })
    .await;
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap().iter().map(|run| run.n).collect::<Vec<_>>(), [3]);
    assert_eq!(
        world.states().await.iter().map(|(state, _)| &**state).collect::<Vec<_>>(),
        ["running", "parked", "running"]
    );
}

/// Three processes, ten keys, failures, and handlers that give way to each other at every chance.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_workers_keep_the_order_of_every_key() {
    const KEYS: u32 = 10;
    const JOBS: u32 = 400;
    let world = World::new().await;
    for n in 0..JOBS {
        world.push(&Chore(world.keyed(&(n % KEYS).to_string(), n))).await;
    }
    let runners = Arc::new(Mutex::new(HashMap::<u32, u32>::new()));
    let done = Arc::new(Mutex::new(HashMap::<u32, Vec<u32>>::new()));
    let left = Arc::new(AtomicU32::new(JOBS));
    let finished = Arc::new(Notify::new());
    let env = {
        let (runners, done, left, finished) = (runners.clone(), done.clone(), left.clone(), finished.clone());
        Env::new(move |note, ctx| {
            let (runners, done, left, finished) = (runners.clone(), done.clone(), left.clone(), finished.clone());
            async move {
                let key = note.n % KEYS;
                let other = runners.lock().unwrap().insert(key, note.n);
                assert_eq!(other, None, "{} runs beside {other:?}", note.n);
                for _ in 0..note.n % 5 {
                    tokio::task::yield_now().await;
                }
                runners.lock().unwrap().remove(&key);
                if note.n % 7 == 0 && ctx.attempt == 1 {
                    return Err(JobError::retry_after(Duration::from_millis(1), "once more"));
                }
                done.lock().unwrap().entry(key).or_default().push(note.n);
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    finished.notify_one();
                }
                Ok(())
            }
        })
    };
    let stop = Switch::default();
    let processes: Vec<_> = (0..3)
        .map(|_| {
            let workers = Workers::new(world.another_queue(), env.handlers(), settings(8));
            tokio::spawn(workers.run(stop.waited()))
        })
        .collect();
    tokio::time::timeout(crate::support::PATIENCE, finished.notified()).await.unwrap();
    stop.turn_on();
    for process in processes {
        process.await.unwrap().unwrap();
    }
    for (key, numbers) in &*done.lock().unwrap() {
        let expected: Vec<_> = (0..JOBS).filter(|n| n % KEYS == *key).collect();
        assert_eq!(*numbers, expected, "key {key}");
    }
    assert!(world.states().await.is_empty());
}

/// A line of one key in front of everybody else does not keep them waiting.
#[tokio::test]
async fn a_long_line_of_one_key_is_set_aside() {
    let world = World::new().await;
    world.push_all((0..30).map(|n| world.keyed("hot", n))).await;
    world.push(&world.note(99)).await;
    let pool = &world.db.app;
    let first = world.claim(5, Utc::now()).await;
    assert_eq!(first.iter().map(|run| run.n).collect::<Vec<_>>(), [0]);
    let second = world.claim(5, Utc::now()).await;
    assert_eq!(second.iter().map(|run| run.n).collect::<Vec<_>>(), [99]);

    for run in [first[0], second[0]] {
        ack(pool, run, "done", None).await.unwrap();
    }
    let env = Env::content();
    let ran = world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert!(ran.iter().all(|ran| ran.outcome == Outcome::Done));
    assert_eq!(env.numbers(), (1..30).collect::<Vec<_>>());
    assert!(world.states().await.is_empty());
}
