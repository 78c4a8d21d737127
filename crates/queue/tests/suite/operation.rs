//! Workers in operation: woken, panicking, draining, side by side.

use crate::support::{Chore, Env, MachineClock, Running, World, eventually, settings};
use chrono::Utc;
use domain::{Clock, job::Lane};
use queue::{JobError, Settings, enqueue_at};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::{Notify, Semaphore};

/// The connections that listen for notifications. Asked as the product's role: others may not see what it does.
async fn listeners(world: &World) -> Vec<i32> {
    sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'")
        .fetch_all(&world.db.app)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_the_worker_goes_on() {
    let world = World::new().await;
    let env = Env::new(|note, ctx| async move {
        assert!(note.n != 1 || ctx.attempt > 1, "note 1 is too much");
        Ok(())
    });
    let running = Running::start(world.another_queue(), &env, settings(2));
    world.push_all([Chore(world.note(1)), Chore(world.note(2))]).await;
    world.queue.wake(Lane::Bulk);
    world.until("both are done", <[_]>::is_empty).await;
    running.stop().await;
    let mut calls = env.calls();
    calls.sort_unstable();
    assert_eq!(calls, [(1, 1), (1, 2), (2, 1)]);
    let error: String =
        sqlx::query_scalar("SELECT error FROM queue.attempts").fetch_one(&world.db.owner).await.unwrap();
    assert_eq!(error, "the handler panicked: note 1 is too much");
}

/// The workers poll once an hour: without being told they would never come.
#[tokio::test]
async fn a_wake_up_reaches_this_process_and_the_others() {
    let world = World::new().await;
    let here = world.another_queue();
    let env = Env::content();
    let running = Running::start(here.clone(), &env, settings(2));
    eventually("the listener listens", async || listeners(&world).await.len() == 1).await;

    world.push(&world.note(1)).await;
    here.wake(Lane::Live);
    world.until("the first is done", <[_]>::is_empty).await;

    world.push(&world.note(2)).await;
    world.queue.wake(Lane::Live);
    world.until("the second is done", <[_]>::is_empty).await;

    // A listener that loses its connection is replaced, and nothing is missed in between.
    let before = listeners(&world).await;
    sqlx::query("SELECT pg_terminate_backend($1)").bind(before[0]).execute(&world.db.app).await.unwrap();
    world.push(&world.note(3)).await;
    world.queue.wake(Lane::Live);
    eventually("there is another listener", async || {
        let now = listeners(&world).await;
        now.len() == 1 && now != before
    })
    .await;
    world.push(&world.note(4)).await;
    world.queue.wake(Lane::Live);
    world.until("all are done", <[_]>::is_empty).await;
    running.stop().await;
    assert_eq!(env.numbers(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_delayed_job_has_a_timer_of_its_own_and_is_never_early() {
    let world = World::new().await;
    let due = Utc::now() + chrono::TimeDelta::milliseconds(700);
    let env = Env::new(move |_, _| async move {
        assert!(MachineClock.now() >= due);
        Ok(())
    });
    let queue = world.another_queue();
    let running = Running::start(queue.clone(), &env, settings(2));
    let mut tx = world.tx(world.tenant).await;
    enqueue_at(&mut tx, &world.note(1), due).await.unwrap();
    tx.commit().await.unwrap();
    queue.wake(Lane::Live);
    world.until("it is done", <[_]>::is_empty).await;
    running.stop().await;
    assert_eq!(env.calls(), [(1, 1)]);
}

#[tokio::test]
async fn a_lane_that_is_full_delays_no_other() {
    let world = World::new().await;
    let blocked = Arc::new(Semaphore::new(0));
    let gate = blocked.clone();
    let env = Env::new(move |note, _| {
        let gate = gate.clone();
        async move {
            if note.n >= 100 {
                gate.acquire().await.unwrap().forget();
            }
            Ok(())
        }
    });
    world.push_all((100..110).map(|n| Chore(world.note(n)))).await;
    let queue = world.another_queue();
    let running = Running::start(queue.clone(), &env, settings(2));
    eventually("bulk is full", async || env.numbers().len() == 2).await;
    world.push(&world.note(1)).await;
    queue.wake(Lane::Live);
    eventually("the live job has run", async || env.numbers().contains(&1)).await;
    assert_eq!(env.numbers().len(), 3, "two of the lane run at once, and no more");
    blocked.add_permits(10);
    world.until("all are done", <[_]>::is_empty).await;
    running.stop().await;
}

/// On its way out a process hands back at once what it has not started, and finishes what runs.
#[tokio::test]
async fn a_drain_finishes_what_runs_and_hands_back_the_rest() {
    let world = World::new().await;
    let release = Arc::new(Notify::new());
    let gate = release.clone();
    let env = Env::new(move |note, _| {
        let gate = gate.clone();
        async move {
            if note.n == 1000 {
                gate.notified().await;
            }
            Ok(())
        }
    });
    let queue = world.another_queue();
    let running = Running::start(queue.clone(), &env, settings(1));
    let runs = |jobs: &[(String, i32)]| jobs.iter().filter(|job| job.0 == "running").count();
    // Quick jobs are claimed ahead, so that there is something to hand back. On a busy machine none may be quick enough.
    loop {
        world.push_all((0..100).map(|n| world.note(n))).await;
        queue.wake(Lane::Live);
        world.until("the quick ones are done", <[_]>::is_empty).await;
        world.push_all((1000..1004).map(|n| world.note(n))).await;
        queue.wake(Lane::Live);
        world.until("one runs", |jobs| runs(jobs) > 0).await;
        if runs(&world.states().await) == 4 {
            break;
        }
        release.notify_one();
        world.until("all are done", <[_]>::is_empty).await;
    }

    running.ask_to_stop();
    let (ready, runs) = (("ready".to_owned(), 0), ("running".to_owned(), 1));
    world
        .until("the rest is handed back", |jobs| *jobs == [runs.clone(), ready.clone(), ready.clone(), ready.clone()])
        .await;
    release.notify_one();
    running.stop().await;
    assert_eq!(world.states().await, vec![ready; 3]);
    assert_eq!(env.numbers().last(), Some(&1000));
}

#[tokio::test]
async fn a_drain_that_takes_too_long_interrupts_and_hands_back() {
    let world = World::new().await;
    world.push(&world.keyed("a", 1)).await;
    world.push(&world.keyed("a", 2)).await;
    let hanging = Env::new(|_, _| std::future::pending());
    let impatient = Settings { drain: Duration::from_millis(50), ..settings(2) };
    let running = Running::start(world.another_queue(), &hanging, impatient);
    eventually("the job runs", async || hanging.numbers() == [1]).await;
    running.stop().await;
    assert_eq!(world.states().await[0], ("ready".to_owned(), 0));

    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.calls(), [(1, 1), (2, 1)], "it kept its place");
}

/// Lanes that a process is not told to run are left to others.
#[tokio::test]
async fn a_process_runs_the_lanes_it_is_given() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    world.push(&Chore(world.note(2))).await;
    let env = Env::new(|_, _| async { Err(JobError::fail("no")) });
    let only = Settings { lanes: BTreeMap::from([(Lane::Live, 0), (Lane::Bulk, 1)]), ..settings(1) };
    let running = Running::start(world.another_queue(), &env, only);
    world.until("the chore is gone", |jobs| jobs.len() == 1).await;
    running.stop().await;
    assert_eq!(env.numbers(), [2]);
}
