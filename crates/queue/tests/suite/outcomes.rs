//! What handlers answer and what becomes of the job.

use crate::support::{Env, World, tx};
use domain::TenantId;
use queue::{
    Enqueued, JobError, JobId, Outcome, dead_letters,
    dead_letters::{Filter, Which},
    enqueue, enqueue_at,
};
use std::time::Duration;

async fn letters(world: &World) -> Vec<dead_letters::DeadLetter> {
    dead_letters::list(&mut *world.tx(world.tenant).await, world.tenant, Filter::default(), None, 10).await.unwrap()
}

#[tokio::test]
async fn failures_back_off_and_end_as_a_dead_letter_that_can_be_replayed() {
    let world = World::new().await;
    let id = world.push(&world.note(1)).await;
    let env = Env::new(|_, ctx| async move {
        assert_eq!(ctx.last_attempt, ctx.attempt == 3);
        Err(JobError::retry("the provider is away"))
    });
    let handlers = env.handlers();

    // 8 s, then 16 s, each and up to a quarter more.
    for (attempt, delay) in [(1, 8), (2, 16)] {
        let ran = world.queue.run_until_idle(&handlers).await.unwrap();
        assert!(matches!(ran[..], [queue::Ran { outcome: Outcome::Retry { .. }, .. }]), "{ran:?}");
        assert_eq!(world.states().await, [("delayed".to_owned(), attempt)]);
        world.advance(delay - 1);
        assert!(world.queue.run_until_idle(&handlers).await.unwrap().is_empty(), "it came early");
        world.advance(1 + delay / 4);
    }
    let ran = world.queue.run_until_idle(&handlers).await.unwrap();
    assert_eq!(ran[0].outcome, Outcome::Dead { error: "the provider is away".into() });
    assert_eq!(env.calls(), [(1, 1), (1, 2), (1, 3)]);

    let letters = letters(&world).await;
    assert_eq!((letters[0].id, letters[0].attempts, &*letters[0].error), (id, 3, "the provider is away"));
    assert_eq!(letters[0].args["n"], 1);
    let mut tx = world.tx(world.tenant).await;
    let attempts = dead_letters::attempts(&mut tx, world.tenant, id).await.unwrap();
    let told: Vec<_> = attempts.iter().map(|a| (a.attempt, &*a.outcome, a.error.as_deref())).collect();
    let error = Some("the provider is away");
    assert_eq!(told, [(1, "retry", error), (2, "retry", error), (3, "dead", error)]);

    // A replay is a new job with the same work.
    let replayed = dead_letters::replay(&mut tx, world.tenant, Which::Ids(&[id])).await.unwrap();
    let [(again, domain::job::Lane::Live)] = replayed[..] else { panic!("{replayed:?}") };
    assert!(again > id, "it stands at the end of the line");
    tx.commit().await.unwrap();
    let cured = Env::content();
    let ran = world.queue.run_until_idle(&cured.handlers()).await.unwrap();
    assert_eq!((ran[0].id, ran[0].attempt, &ran[0].outcome), (again, 1, &Outcome::Done));
    assert!(world.states().await.is_empty());
}

#[tokio::test]
async fn a_given_wait_is_kept_to_the_millisecond() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let env = Env::new(|_, ctx| async move {
        if ctx.attempt == 1 { Err(JobError::retry_after(Duration::from_millis(1500), "429")) } else { Ok(()) }
    });
    let handlers = env.handlers();
    world.queue.run_until_idle(&handlers).await.unwrap();
    world.clock.advance(chrono::TimeDelta::milliseconds(1499));
    assert!(world.queue.run_until_idle(&handlers).await.unwrap().is_empty());
    world.clock.advance(chrono::TimeDelta::milliseconds(1));
    assert_eq!(world.queue.run_until_idle(&handlers).await.unwrap()[0].outcome, Outcome::Done);
}

#[tokio::test]
async fn a_snooze_does_not_use_up_attempts() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let sleepy = Env::new(|_, _| async { Err(JobError::Snooze(Duration::from_mins(1))) });
    for _ in 0..5 {
        assert_eq!(world.queue.run_until_idle(&sleepy.handlers()).await.unwrap().len(), 1);
        assert_eq!(world.states().await, [("delayed".to_owned(), 0)]);
        world.advance(60);
    }
    assert!(sleepy.calls().iter().all(|call| *call == (1, 1)));
}

#[tokio::test]
async fn fail_is_final_and_cancel_leaves_nothing() {
    let world = World::new().await;
    let failed = world.push(&world.note(1)).await;
    let cancelled = world.push(&world.note(2)).await;
    let env = Env::new(|note, _| async move {
        Err(if note.n == 1 { JobError::fail("no such number") } else { JobError::Cancel("rule disabled".into()) })
    });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();

    assert!(world.states().await.is_empty());
    assert_eq!(letters(&world).await.iter().map(|letter| letter.id).collect::<Vec<_>>(), [failed]);
    let mut tx = world.tx(world.tenant).await;
    let attempts = dead_letters::attempts(&mut tx, world.tenant, cancelled).await.unwrap();
    assert_eq!((&*attempts[0].outcome, attempts[0].error.as_deref()), ("cancelled", Some("rule disabled")));

    assert_eq!(dead_letters::discard(&mut tx, world.tenant, Which::Kind("chore")).await.unwrap(), 0);
    assert_eq!(dead_letters::discard(&mut tx, world.tenant, Which::Kind("note")).await.unwrap(), 1);
    assert!(dead_letters::get(&mut tx, world.tenant, failed).await.unwrap().is_none());
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_a_dead_letter_that_names_the_place() {
    let world = World::new().await;
    sqlx::query(
        "SELECT queue.push(ARRAY[ROW($1, 'live', 'note', jsonb_build_object('tenant', $1, 'n', 'seven'),
            NULL, NULL, NULL, NULL, NULL, NULL)::queue.new_job])",
    )
    .bind(world.tenant.0)
    .execute(&mut *world.db.owner.acquire().await.unwrap())
    .await
    .unwrap();
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert!(env.calls().is_empty());
    assert!(letters(&world).await[0].error.starts_with("bad arguments at `n`: invalid type"));
}

#[tokio::test]
async fn a_scheduled_job_runs_when_it_is_due_and_not_before() {
    let world = World::new().await;
    let due = domain::Clock::now(&world.clock) + chrono::TimeDelta::hours(3);
    let mut tx = world.tx(world.tenant).await;
    enqueue_at(&mut tx, &world.note(1), due).await.unwrap();
    tx.commit().await.unwrap();
    let env = Env::content();
    let handlers = env.handlers();

    world.clock.set(due - chrono::TimeDelta::milliseconds(1));
    assert!(world.queue.run_until_idle(&handlers).await.unwrap().is_empty());
    world.clock.set(due);
    assert_eq!(world.queue.run_until_idle(&handlers).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_job_enqueues_runs_as_well() {
    let world = World::new().await;
    world.push(&world.note(3)).await;
    let pool = world.db.app.clone();
    let env = Env::new(move |note, _| {
        let pool = pool.clone();
        async move {
            if note.n > 0 {
                let mut tx = tx(&pool, note.tenant).await;
                let next = super::support::Note { n: note.n - 1, ..note };
                assert!(matches!(enqueue(&mut tx, &next).await.unwrap(), Enqueued::Job(JobId(_))));
                tx.commit().await?;
            }
            Ok(())
        }
    });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [3, 2, 1, 0]);
}

#[tokio::test]
async fn dead_letters_are_found_by_what_they_were() {
    let world = World::new().await;
    let connection = domain::ConnectionId::new();
    let a = world.push(&world.keyed("k", 1)).await;
    let b = world.push(&super::support::Chore(world.note(2))).await;
    let c = world.push(&super::support::Note { connection: Some(connection), ..world.note(3) }).await;
    world.push(&super::support::Note { tenant: TenantId::new(), ..world.keyed("k", 4) }).await;
    let env = Env::new(|_, _| async { Err(JobError::fail("no")) });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    for (filter, expected) in [
        (Filter::default(), vec![a, b, c]),
        (Filter { lane: Some(domain::job::Lane::Bulk), ..Filter::default() }, vec![b]),
        (Filter { kind: Some("note"), ..Filter::default() }, vec![a, c]),
        (Filter { key: Some("k"), ..Filter::default() }, vec![a]),
        (Filter { connection: Some(connection), ..Filter::default() }, vec![c]),
        (Filter { key: Some("k"), connection: Some(connection), ..Filter::default() }, vec![]),
    ] {
        let found = dead_letters::list(&mut *world.tx(world.tenant).await, world.tenant, filter, None, 10).await;
        let mut found: Vec<_> = found.unwrap().into_iter().map(|letter| letter.id).collect();
        found.sort();
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn the_figures_of_a_lane_say_what_is_there() {
    let world = World::new().await;
    world.push_all((0..3).map(|n| world.keyed("k", n))).await;
    world.push(&super::support::Note { tenant: TenantId::new(), ..world.note(9) }).await;
    let env =
        Env::new(
            |note, _| async move { Err(if note.n == 9 { JobError::fail("no") } else { JobError::retry("wait") }) },
        );
    world.queue.run_until_idle(&env.handlers()).await.unwrap();

    let stats = world.queue.stats().await.unwrap();
    assert_eq!(stats.iter().map(|lane| lane.lane).collect::<Vec<_>>(), domain::job::Lane::ALL);
    let live = &stats[0].figures;
    assert_eq!((live.ready, live.delayed, live.parked, live.running, live.dead_letters), (0, 1, 2, 0, 1));
    world.push(&world.note(10)).await;
    let live = &world.queue.stats().await.unwrap()[0].figures;
    assert!(live.ready == 1 && live.oldest_seconds > 0.0 && live.oldest_seconds < 60.0, "{live:?}");
}
