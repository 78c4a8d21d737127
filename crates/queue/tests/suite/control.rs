//! Stepping in: pauses, cancelling, hurrying, and lists, by tenant and across tenants.

use crate::support::{Chore, Env, Note, Running, World, eventually, settings};
use domain::{
    TenantId,
    job::{Job as _, Lane},
};
use queue::{
    Figures, JobError, JobId, Outcome, Settings, dead_letters, enqueue_at,
    holds::{self, Pause, Scope},
    jobs::{self, Cancelled, Filter, State},
    tenant_stats,
};
use std::time::Duration;

impl World {
    fn of_tenant(&self) -> Scope {
        Scope { tenant: Some(self.tenant), ..Scope::default() }
    }

    async fn pause(&self, scope: &Scope) -> bool {
        let mut tx = self.tx(self.tenant).await;
        let made = holds::pause(&mut tx, Pause::Open, scope).await.unwrap();
        tx.commit().await.unwrap();
        made
    }

    async fn resume(&self, scope: &Scope) -> bool {
        let mut tx = self.tx(self.tenant).await;
        let lifted = holds::resume(&mut tx, Pause::Open, scope).await.unwrap();
        tx.commit().await.unwrap();
        self.queue.release(scope).await.unwrap();
        lifted
    }

    async fn cancel(&self, ids: &[JobId]) -> Vec<Cancelled> {
        let mut tx = self.tx(self.tenant).await;
        let cancelled = jobs::cancel(&mut tx, self.tenant, ids, "not wanted").await.unwrap();
        tx.commit().await.unwrap();
        cancelled
    }

    async fn delayed(&self, note: &Note, seconds: i64) -> JobId {
        let mut tx = self.tx(note.tenant).await;
        let at = domain::Clock::now(&self.clock) + chrono::TimeDelta::seconds(seconds);
        let queue::Enqueued::Job(id) = enqueue_at(&mut tx, note, at).await.unwrap() else { panic!("a duplicate") };
        tx.commit().await.unwrap();
        id
    }
}

#[tokio::test]
async fn every_kind_of_pause_holds_back_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let stranger = Note { tenant: TenantId::new(), ..world.note(3) };
    let scopes = [
        Scope { lane: Some(Lane::Live), ..Scope::default() },
        Scope { kind: Some("note".to_owned()), ..Scope::default() },
        world.of_tenant(),
        Scope { lane: Some(Lane::Live), kind: Some("note".to_owned()), ..world.of_tenant() },
    ];
    for (turn, scope) in scopes.iter().enumerate() {
        let env = Env::content();
        assert!(world.pause(scope).await && !world.pause(scope).await, "{scope:?}");
        world.push(&world.note(1)).await;
        world.push(&Chore(world.note(2))).await;
        world.push(&stranger).await;
        world.queue.run_until_idle(&env.handlers()).await.unwrap();
        let mut ran = env.numbers();
        ran.sort_unstable();
        assert_eq!(ran, [&[2][..], &[2], &[3], &[2, 3]][turn], "{scope:?}");
        assert!(world.resume(scope).await && !world.resume(scope).await, "{scope:?}");
        world.queue.run_until_idle(&env.handlers()).await.unwrap();
        assert_eq!(env.numbers().len(), 3, "{scope:?}");
        assert!(world.states().await.is_empty());
    }
}

#[tokio::test]
async fn a_pause_reaches_workers_that_run() {
    let world = World::new().await;
    let env = Env::content();
    let polling = Settings { poll: Duration::from_millis(50), ..settings(2) };
    let running = Running::start(world.another_queue(), &env, polling);
    world.push(&world.note(1)).await;
    world.until("the first is done", <[_]>::is_empty).await;

    world.pause(&world.of_tenant()).await;
    world.push(&world.note(2)).await;
    // Another tenant's job shows that the workers have looked.
    world.push(&Note { tenant: TenantId::new(), ..world.note(3) }).await;
    eventually("the stranger's is done", async || env.numbers().contains(&3)).await;
    assert!(!env.numbers().contains(&2));
    running.stop().await;
}

/// The workers poll once an hour: they are told.
#[tokio::test]
async fn the_end_of_a_pause_wakes_the_workers() {
    let world = World::new().await;
    world.pause(&world.of_tenant()).await;
    world.push(&world.note(1)).await;
    let env = Env::content();
    let running = Running::start(world.another_queue(), &env, settings(2));
    eventually("it is registered", async || world.queue.workers().await.unwrap().len() == 2).await;
    world.resume(&world.of_tenant()).await;
    eventually("the held one is done", async || env.numbers() == [1]).await;
    world.push(&world.note(2)).await;
    world.queue.announce(&[Lane::Live]).await.unwrap();
    eventually("an announcement is heard", async || env.numbers() == [1, 2]).await;
    running.stop().await;
}

#[tokio::test]
async fn holds_are_listed_to_whom_they_concern() {
    let world = World::new().await;
    world.pause(&Scope { lane: Some(Lane::Bulk), ..Scope::default() }).await;
    world.pause(&world.of_tenant()).await;
    world.pause(&Scope { tenant: Some(TenantId::new()), ..Scope::default() }).await;
    assert_eq!(world.queue.holds().await.unwrap().len(), 3);
    let seen = holds::of_tenant(&mut *world.tx(world.tenant).await).await.unwrap();
    assert_eq!(seen.iter().map(|hold| hold.scope.tenant).collect::<Vec<_>>(), [None, Some(world.tenant)]);
}

#[tokio::test]
async fn a_cancelled_job_never_starts_and_lets_the_next_of_its_key_go() {
    let world = World::new().await;
    let first = world.push(&world.keyed("a", 1)).await;
    world.push(&world.keyed("a", 2)).await;
    // It fails once and holds its key while it waits.
    let env = Env::new(|_, ctx| async move { if ctx.attempt == 1 { Err(JobError::retry("no")) } else { Ok(()) } });
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers(), [1]);
    assert_eq!(world.cancel(&[first, JobId(0)]).await, [Cancelled { id: first, running: false }]);
    let cured = Env::content();
    world.queue.run_until_idle(&cured.handlers()).await.unwrap();
    assert_eq!(cured.numbers(), [2]);
    let attempts = dead_letters::attempts(&mut *world.tx(world.tenant).await, world.tenant, first).await.unwrap();
    let last = attempts.last().unwrap();
    assert_eq!((&*last.outcome, last.error.as_deref()), ("cancelled", Some("not wanted")));
}

#[tokio::test]
async fn a_running_job_is_told_of_its_cancelling() {
    let world = World::new().await;
    let id = world.push(&world.note(1)).await;
    let now = domain::Clock::now(&world.clock);
    let run = world.claim(1, now).await[0];
    assert_eq!(world.cancel(&[id]).await, [Cancelled { id, running: true }]);
    let (asked, reason): (i64, String) = sqlx::query_as("SELECT id, reason FROM queue.cancelled_runs($1)")
        .bind(world.worker())
        .fetch_one(&world.db.app)
        .await
        .unwrap();
    assert_eq!((asked, &*reason), (run.id, "not wanted"));
}

#[tokio::test]
async fn a_delayed_job_is_hurried() {
    let world = World::new().await;
    let id = world.delayed(&world.note(1), 3600).await;
    let ready = world.push(&world.note(2)).await;
    let mut tx = world.tx(world.tenant).await;
    let hurried = jobs::hurry(&mut tx, world.tenant, &[id, ready, JobId(0)]).await.unwrap();
    assert_eq!(hurried, [(id, Lane::Live)]);
    tx.commit().await.unwrap();
    let env = Env::content();
    world.queue.run_until_idle(&env.handlers()).await.unwrap();
    assert_eq!(env.numbers().len(), 2);
}

#[tokio::test]
async fn jobs_are_listed_page_by_page_and_by_what_they_are() {
    let world = World::new().await;
    let (a, b) = (world.push(&world.keyed("k", 1)).await, world.push(&Chore(world.note(2))).await);
    let c = world.delayed(&world.note(3), 60).await;
    let stranger = Note { tenant: TenantId::new(), ..world.note(4) };
    let d = world.push(&stranger).await;

    let by = |filter: Filter<'static>, after: Option<JobId>| {
        let world = &world;
        async move {
            let mut tx = world.tx(world.tenant).await;
            let own = jobs::list(&mut tx, world.tenant, filter, after, 10).await.unwrap();
            let asked = world.queue.jobs(Some(world.tenant), filter, after, 10).await.unwrap();
            assert_eq!(own, asked, "the operator sees of a tenant what it sees itself");
            own.into_iter().map(|job| job.id).collect::<Vec<_>>()
        }
    };
    let all = Filter::default();
    assert_eq!(by(all, None).await, [a, b, c]);
    assert_eq!(by(all, Some(a)).await, [b, c]);
    assert_eq!(by(Filter { lane: Some(Lane::Bulk), ..all }, None).await, [b]);
    assert_eq!(by(Filter { kind: Some(Note::KIND), ..all }, None).await, [a, c]);
    assert_eq!(by(Filter { state: Some(State::Delayed), ..all }, None).await, [c]);
    assert_eq!(by(Filter { key: Some("k"), ..all }, None).await, [a]);
    let ids = |jobs: Vec<jobs::Waiting>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(world.queue.jobs(None, all, None, 10).await.unwrap()), [a, b, c, d]);
    assert_eq!(ids(world.queue.jobs(None, all, Some(b), 1).await.unwrap()), [c]);

    let mut tx = world.tx(world.tenant).await;
    let (job, args) = jobs::get(&mut tx, world.tenant, c).await.unwrap().unwrap();
    assert_eq!((&*job.state, &args["n"], job.run_at.is_some()), ("delayed", &3.into(), true));
    assert!(jobs::get(&mut tx, world.tenant, d).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tenants_jobs_are_counted_by_lane_kind_and_state() {
    let world = World::new().await;
    let failing = Env::new(|_, _| async { Err(JobError::fail("no")) });
    world.push(&world.note(0)).await;
    world.queue.run_until_idle(&failing.handlers()).await.unwrap();
    world.push_all((1..4).map(|n| world.keyed("k", n))).await;
    world.claim(10, domain::Clock::now(&world.clock)).await;
    world.delayed(&world.note(4), 60).await;
    world.push(&Chore(world.note(5))).await;
    world.push(&Note { tenant: TenantId::new(), ..world.note(6) }).await;

    let mut tx = world.tx(world.tenant).await;
    let mut kinds = tenant_stats::count(&mut tx, world.tenant).await.unwrap();
    kinds.sort_by(|one, other| one.kind.cmp(&other.kind));
    let told: Vec<_> = kinds.iter().map(|stats| (&*stats.lane, &*stats.kind)).collect();
    assert_eq!(told, [("bulk", "chore"), ("live", "note")]);
    assert_eq!(kinds[0].figures.ready, 1);
    assert!(kinds[0].figures.oldest_seconds > 0.0 && kinds[0].figures.oldest_seconds < 60.0);
    let notes = Figures { delayed: 1, parked: 2, running: 1, dead_letters: 1, ..Figures::default() };
    assert_eq!(kinds[1].figures, notes);

    let lanes = tenant_stats::by_lane(&kinds);
    assert_eq!((lanes.len(), lanes[0].figures, lanes[4].figures), (5, notes, kinds[0].figures));
    assert!(!tenant_stats::is_capped(&kinds));
}

/// What the operator has locked its tenant's admin resumes in vain, and the other way round.
#[tokio::test]
async fn a_lock_is_not_lifted_with_a_pause() {
    let world = World::new().await;
    world.push(&world.note(1)).await;
    let mut tx = world.tx(world.tenant).await;
    assert!(holds::pause(&mut tx, Pause::Locked, &world.of_tenant()).await.unwrap());
    tx.commit().await.unwrap();
    assert!(world.pause(&world.of_tenant()).await, "beside it there may be a pause");
    assert!(world.resume(&world.of_tenant()).await);
    assert!(!world.resume(&world.of_tenant()).await);
    assert_eq!(world.claim(10, domain::Clock::now(&world.clock)).await, []);
    let mut tx = world.tx(world.tenant).await;
    assert!(holds::resume(&mut tx, Pause::Locked, &world.of_tenant()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.claim(10, domain::Clock::now(&world.clock)).await.len(), 1);
}

#[tokio::test]
async fn a_mended_dead_letter_runs_but_for_no_other_tenant() {
    let world = World::new().await;
    let id = world.push(&world.note(1)).await;
    let failing = Env::new(|_, _| async { Err(JobError::fail("no")) });
    world.queue.run_until_idle(&failing.handlers()).await.unwrap();
    assert_eq!(world.queue.tenants_with_dead_letters().await.unwrap(), [world.tenant]);
    let waiting = world.push(&world.note(9)).await;
    let owners = world.queue.owners(&[id, waiting, JobId(0)]).await.unwrap();
    assert_eq!(owners.into_iter().collect::<Vec<_>>(), [(id, world.tenant), (waiting, world.tenant)]);

    // Whoever edits arguments may write another tenant into them.
    for (tenant, n, answer) in [
        (TenantId::new(), 2, Outcome::Dead { error: "the arguments name another tenant".into() }),
        (world.tenant, 3, Outcome::Done),
    ] {
        let mut tx = world.tx(world.tenant).await;
        let of_kind = dead_letters::Filter { kind: Some("note"), ..dead_letters::Filter::default() };
        let letter = dead_letters::list(&mut tx, world.tenant, of_kind, None, 1).await.unwrap().remove(0);
        let args = serde_json::to_value(Note { tenant, ..world.note(n) }).unwrap().as_object().unwrap().clone();
        assert!(dead_letters::edit(&mut tx, world.tenant, letter.id, args).await.unwrap());
        let one = [letter.id];
        let again = dead_letters::replay(&mut tx, world.tenant, dead_letters::Which::Ids(&one)).await.unwrap();
        tx.commit().await.unwrap();
        let env = Env::content();
        let ran = world.queue.run_until_idle(&env.handlers()).await.unwrap();
        assert_eq!(ran.iter().find(|ran| ran.id == again[0].0).map(|ran| &ran.outcome), Some(&answer));
    }
    let mut tx = world.tx(world.tenant).await;
    assert!(!dead_letters::edit(&mut tx, world.tenant, id, serde_json::Map::new()).await.unwrap());
}

#[tokio::test]
async fn workers_are_listed_with_their_lanes() {
    let world = World::new().await;
    let env = Env::content();
    let running = Running::start(world.another_queue(), &env, settings(2));
    eventually("it is registered", async || world.queue.workers().await.unwrap().len() == 2).await;
    let workers = world.queue.workers().await.unwrap();
    assert!(workers.iter().all(|worker| worker.alive));
    assert_eq!(workers[1].lanes.get("live"), Some(&2));
    assert!(workers[1].kinds.contains(&"note".to_owned()));
    running.stop().await;
    assert_eq!(world.queue.workers().await.unwrap().len(), 1, "it has signed off");
}
