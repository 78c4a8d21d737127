//! What steers the queue: parking, circuit breakers, rate limits, cancelling, priorities, fairness.

use crate::support::{Env, Note, Running, World, eventually, settings, tx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, ConnectionId, TenantId, job::Priority};
use queue::{JobError, Limit, park, unpark};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

fn of(connection: ConnectionId, note: Note) -> Note {
    Note { connection: Some(connection), ..note }
}

/// What the workers' upkeep does every second.
async fn upkeep(world: &World) {
    sqlx::query("SELECT queue.probe_breakers($1), queue.set_free(1000)")
        .bind(world.clock.now())
        .execute(&world.db.app)
        .await
        .unwrap();
}

async fn holds(world: &World) -> i64 {
    world.count("SELECT count(*) FROM queue.holds").await
}

#[tokio::test]
async fn jobs_of_a_parked_connection_wait_without_attempts_and_go_on_in_their_order() {
    let world = World::new().await;
    let (parked, other) = (ConnectionId::new(), ConnectionId::new());
    world.push_all((0..5).map(|n| of(parked, world.keyed("a", n)))).await;
    world.push(&of(other, world.keyed("b", 10))).await;
    let mut conn = world.tx(world.tenant).await;
    park(&mut conn, world.tenant, parked).await.unwrap();
    park(&mut conn, world.tenant, parked).await.unwrap();
    conn.commit().await.unwrap();

    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [10], "the other connection goes on");
    upkeep(&world).await;
    world.push(&of(parked, world.keyed("a", 5))).await;
    assert!(world.queue.run_until_idle(&env.handlers()).await.unwrap().is_empty());
    assert!(world.states().await.iter().all(|(_, attempts)| *attempts == 0));

    let mut conn = world.tx(world.tenant).await;
    unpark(&mut conn, world.tenant, parked).await.unwrap();
    conn.commit().await.unwrap();
    upkeep(&world).await;
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers()[1..], [0, 1, 2, 3, 4, 5]);
}

/// A job that runs while its connection is parked comes back to its place: in front of those that waited behind it.
#[tokio::test]
async fn a_run_that_finds_its_connection_broken_keeps_its_place() {
    let world = World::new().await;
    let connection = ConnectionId::new();
    world.push_all((0..3).map(|n| of(connection, world.keyed("a", n)))).await;
    let (pool, broken) = (world.db.app.clone(), Arc::new(AtomicBool::new(true)));
    let seen = broken.clone();
    let env = Env::new(move |note, _| {
        let (pool, seen) = (pool.clone(), seen.clone());
        async move {
            if seen.load(Ordering::SeqCst) {
                let mut tx = tx(&pool, note.tenant).await;
                park(&mut tx, note.tenant, connection).await?;
                tx.commit().await?;
                return Err(JobError::Snooze(Duration::ZERO));
            }
            Ok(())
        }
    });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.calls(), [(0, 1)]);
    broken.store(false, Ordering::SeqCst);
    let mut conn = world.tx(world.tenant).await;
    unpark(&mut conn, world.tenant, connection).await.unwrap();
    conn.commit().await.unwrap();
    upkeep(&world).await;
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.calls(), [(0, 1), (0, 1), (1, 1), (2, 1)]);
}

/// As long as it is broken, the provider fails.
fn failing(broken: &Arc<AtomicBool>) -> Env {
    let broken = broken.clone();
    Env::new(move |note, _| {
        let broken = note.connection.is_some() && broken.load(Ordering::SeqCst);
        async move { if broken { Err(JobError::retry("503").blaming_the_connection()) } else { Ok(()) } }
    })
}

#[tokio::test]
async fn a_breaker_opens_after_five_failures_lets_a_probe_through_and_closes_after_a_success() {
    let world = World::new().await;
    let connection = ConnectionId::new();
    world.push_all((0..8).map(|n| of(connection, world.note(n)))).await;
    world.push(&world.note(99)).await;
    let broken = Arc::new(AtomicBool::new(true));
    let env = failing(&broken);
    let handlers = env.handlers();
    world.queue.run_until_idle(&handlers).await.unwrap();
    assert_eq!(env.numbers(), [0, 1, 2, 3, 4, 99], "the breaker has opened; who has no connection goes on");
    assert_eq!(holds(&world).await, 1);

    // Retries that come due wait behind the breaker, and use up nothing.
    world.advance(25);
    upkeep(&world).await;
    let ran = world.queue.run_until_idle(&handlers).await.unwrap();
    assert!(ran.is_empty(), "{ran:?}");

    // After 30 s one goes, fails, and the breaker stays open for twice as long.
    world.advance(6);
    upkeep(&world).await;
    assert_eq!(world.queue.run_until_idle(&handlers).await.unwrap().len(), 1);
    world.advance(31);
    upkeep(&world).await;
    assert!(world.queue.run_until_idle(&handlers).await.unwrap().is_empty());

    broken.store(false, Ordering::SeqCst);
    world.advance(31);
    upkeep(&world).await;
    let probe = world.queue.run_until_idle(&handlers).await.unwrap();
    assert_eq!(probe.len(), 1);
    assert_eq!(holds(&world).await, 0, "the probe has closed it");
    upkeep(&world).await;
    world.queue.run_until_idle(&handlers).await.unwrap();
    assert!(world.states().await.is_empty());
}

#[tokio::test]
async fn failures_between_successes_open_no_breaker() {
    let world = World::new().await;
    let connection = ConnectionId::new();
    let env = Env::new(|note, ctx| async move {
        let fails = note.n % 2 == 0 && ctx.attempt == 1;
        if fails { Err(JobError::retry("503").blaming_the_connection()) } else { Ok(()) }
    });
    world.push_all((0..20).map(|n| of(connection, world.note(n)))).await;
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(holds(&world).await, 0);
    assert_eq!(env.numbers(), (0..20).collect::<Vec<_>>());
}

/// Ten jobs that share a bucket of one turn per second and two at once: nobody asks twice.
#[tokio::test]
async fn who_has_to_wait_gets_a_turn_of_its_own() {
    let world = World::new().await;
    let (pool, clock) = (world.db.app.clone(), world.clock.clone());
    let began = clock.now();
    let env = Env::new(move |note, ctx| {
        let (pool, clock) = (pool.clone(), clock.clone());
        async move {
            let limits = [
                Limit { name: "number".into(), every: Duration::from_secs(1), burst: 2 },
                Limit { name: format!("pair {}", note.n % 5), every: Duration::from_millis(100), burst: 1 },
            ];
            let mut tx = tx(&pool, note.tenant).await;
            let turn = ctx.turn(&mut tx, &limits, clock.now()).await?;
            tx.commit().await?;
            turn.map_or(Ok(()), |at| Err(JobError::Turn(at)))
        }
    });
    world.push_all((0..10).map(|n| world.note(n))).await;
    let handlers = env.handlers();
    let mut done: Vec<(u32, DateTime<Utc>)> = Vec::new();
    for _ in 0..=8 {
        let ran = world.queue.run_until_idle(&handlers).await.unwrap();
        let now = world.clock.now();
        done.extend(ran.iter().filter(|ran| ran.outcome == queue::Outcome::Done).map(|ran| (ran.attempt, now)));
        world.advance(1);
    }
    let seconds: Vec<_> = done.iter().map(|(_, at)| (*at - began).num_seconds()).collect();
    assert_eq!(seconds, [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(done.iter().all(|(attempt, _)| *attempt == 1), "waiting is no attempt");
    assert_eq!(env.numbers().len(), 18, "two at once, and eight that came twice");
}

#[tokio::test]
async fn a_cancelled_job_that_waits_never_runs_and_frees_its_key() {
    let world = World::new().await;
    let first = world.push(&world.keyed("a", 1)).await;
    world.push(&world.keyed("a", 2)).await;
    let cancelled: Vec<(i64, bool)> = sqlx::query_as("SELECT id, running FROM queue.cancel($1, $2, 'a mistake')")
        .bind(world.tenant.0)
        .bind([first.0])
        .fetch_all(&world.db.app)
        .await
        .unwrap();
    assert_eq!(cancelled, [(first.0, false)]);
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [2]);
    let mut tx = world.tx(world.tenant).await;
    let attempts = queue::dead_letters::attempts(&mut tx, world.tenant, first).await.unwrap();
    assert_eq!((&*attempts[0].outcome, attempts[0].error.as_deref()), ("cancelled", Some("a mistake")));
}

#[tokio::test]
async fn a_cancelled_run_is_interrupted() {
    let world = World::new().await;
    let started = Arc::new(Notify::new());
    let seen = started.clone();
    let env = Env::new(move |_, _| {
        seen.notify_one();
        std::future::pending()
    });
    let id = world.push(&world.keyed("a", 1)).await;
    let running = Running::start(world.another_queue(), &env, settings(2));
    started.notified().await;
    sqlx::query("SELECT queue.cancel($1, $2, 'enough')")
        .bind(world.tenant.0)
        .bind([id.0])
        .execute(&world.db.app)
        .await
        .unwrap();
    world.until("it is gone", <[_]>::is_empty).await;
    running.stop().await;
    assert_eq!(
        world.count("SELECT count(*) FROM queue.attempts WHERE outcome = 'cancelled' AND error = 'enough'").await,
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM queue.busy_keys").await, 0);
}

#[tokio::test]
async fn priority_orders_keys_and_never_jobs_within_one() {
    let world = World::new().await;
    let urgent = |note| Note { priority: Priority::High, ..note };
    world.push(&Note { priority: Priority::Low, ..world.keyed("c", 1) }).await;
    world.push(&world.keyed("a", 2)).await;
    world.push(&urgent(world.keyed("a", 3))).await;
    world.push(&urgent(world.keyed("b", 4))).await;
    world.push(&world.note(5)).await;
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    let place = |n| env.numbers().iter().position(|ran| *ran == n).unwrap();
    assert!(place(4) < place(5) && place(5) < place(1), "{:?}", env.numbers());
    assert!(place(2) < place(3), "3 is urgent, and yet behind 2 in its key: {:?}", env.numbers());
}

/// Whoever has little to do is served beside someone with a long line, in the same claim.
#[tokio::test]
async fn a_tenant_with_a_long_line_delays_no_other() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO queue.jobs (tenant_id, lane, kind, args)
         SELECT $1, 'live', 'note', jsonb_build_object('tenant', $1, 'n', n) FROM generate_series(1, 20000) n",
    )
    .bind(world.tenant.0)
    .execute(&world.db.owner)
    .await
    .unwrap();
    let others: Vec<_> = (0..3).map(|n| Note { tenant: TenantId::new(), ..world.note(100_000 + n) }).collect();
    for note in &others {
        world.push(note).await;
    }
    let claimed = world.claim(32, Utc::now()).await;
    assert_eq!(claimed.iter().filter(|run| run.n >= 100_000).count(), 3, "{claimed:?}");
    assert_eq!(claimed.iter().filter(|run| run.tenant == world.tenant.0).count(), 8, "a quarter of the places");
}

/// The line is looked at from a floor in between; what is committed late below it is found within a second or so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_commits_late_is_found() {
    let world = World::new().await;
    let env = Env::content();
    let queue = world.another_queue();
    let polling = queue::Settings { poll: Duration::from_millis(100), ..settings(4) };
    let running = Running::start(queue.clone(), &env, polling);
    let mut late = world.tx(world.tenant).await;
    queue::enqueue(&mut late, &world.note(1)).await.unwrap();
    let until = Utc::now() + TimeDelta::milliseconds(2500);
    let mut n = 100;
    while Utc::now() < until {
        world.push(&world.note(n)).await;
        queue.wake(domain::job::Lane::Live);
        n += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    late.commit().await.unwrap();
    eventually("it has run", async || env.numbers().contains(&1)).await;
    world.until("all have run", <[_]>::is_empty).await;
    running.stop().await;
}
