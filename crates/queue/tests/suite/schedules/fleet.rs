//! Many processes, and what they die of: each slot fires once.

use super::{Ticks, of, time};
use crate::support::{PATIENCE, Switch, World, eventually};
use domain::job::Lane;
use futures::future::join_all;
use queue::{
    Queue, Settings, Workers, WorkersError,
    schedules::{self, CatchUp},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::task::JoinHandle;

/// A worker process with these lanes that never looks by itself: it has to be told.
fn start(queue: Queue, ticks: &Ticks, lanes: &[Lane]) -> (Switch, JoinHandle<Result<(), WorkersError>>) {
    let stop = Switch::default();
    let settings = Settings {
        lanes: lanes.iter().map(|lane| (*lane, 2)).collect::<BTreeMap<_, _>>(),
        poll: Duration::from_hours(1),
        ..Settings::default()
    };
    let task = tokio::spawn(Workers::new(queue, ticks.handlers(), settings).run(stop.waited()));
    (stop, task)
}

async fn stop((stop, task): (Switch, JoinHandle<Result<(), WorkersError>>)) {
    stop.turn_on();
    tokio::time::timeout(PATIENCE, task).await.expect("the workers end").unwrap().unwrap();
}

#[tokio::test]
async fn those_who_fire_at_the_same_time_fire_each_slot_once() {
    let world = World::new().await;
    for n in 0..120 {
        world.schedule(&format!("{n:03}"), "*/5 * * * *", CatchUp::All).await;
    }
    let processes: Vec<_> = (0..4).map(|_| world.process()).collect();
    let mut expected = Vec::new();
    for (clock, slots) in [("10:05:00", &["10:05:00"][..]), ("10:20:00", &["10:10:00", "10:15:00", "10:20:00"])] {
        world.set_clock(clock);
        let fired: u64 =
            join_all(processes.iter().map(schedules::fire_due)).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(fired, 120 * u64::try_from(slots.len()).unwrap());
        expected.clear();
        expected.extend((0..120).flat_map(|n| of(&format!("{n:03}"), slots)));
        assert_eq!(world.run().await, expected);
    }
}

/// Two worker processes and their own tasks, from the change of a schedule to the end of its job.
#[tokio::test]
async fn workers_fire_each_slot_once() {
    let world = World::new().await;
    let ticks = Ticks::default();
    let (one, other) = (world.process(), world.process());
    let workers = [start(one.clone(), &ticks, &[Lane::Timers]), start(other.clone(), &ticks, &[Lane::Timers])];
    for n in 0..10 {
        world.schedule(&n.to_string(), "* * * * *", CatchUp::All).await;
    }
    for minute in 1..=3 {
        world.advance(60);
        one.wake(Lane::Timers);
        other.wake(Lane::Timers);
        eventually("all have run", async || ticks.seen().len() >= 10 * minute).await;
    }
    for worker in workers {
        stop(worker).await;
    }
    let expected: Vec<_> = (0..10).flat_map(|n| of(&n.to_string(), &["10:01:00", "10:02:00", "10:03:00"])).collect();
    let mut seen = ticks.seen();
    seen.sort();
    assert_eq!(seen, expected);
    assert_eq!(world.run().await, []);
}

/// The worker goes by its own timer: nobody tells it when the slot has come.
#[tokio::test]
async fn a_worker_wakes_for_the_slot_by_itself() {
    let world = World::new().await;
    world.set_clock("10:04:59.800");
    let ticks = Ticks::default();
    let queue = world.process();
    world.schedule("report", "*/5 * * * *", CatchUp::Skip).await;
    let worker = start(queue.clone(), &ticks, &[Lane::Timers]);
    // The look that follows this step comes from the timer alone, which was set for 200 ms.
    world.set_clock("10:05:00");
    eventually("it has run", async || ticks.seen() == of("report", &["10:05:00"])).await;
    stop(worker).await;
}

#[tokio::test]
async fn processes_without_the_timers_lane_fire_nothing() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    world.set_clock("10:05:00");
    let ticks = Ticks::default();
    let queue = world.process();
    let worker = start(queue.clone(), &ticks, &[Lane::Live]);
    world.push(&world.note(1)).await;
    queue.wake(Lane::Timers);
    queue.wake(Lane::Live);
    world.until("its own lane is served", <[_]>::is_empty).await;
    stop(worker).await;
    assert_eq!(world.get(id).await.next_at, Some(time("10:05:00")));
}

/// A process that dies before its commit has fired nothing; the next one fires all of it, once.
#[tokio::test]
async fn a_crash_before_the_commit_leaves_the_slot_to_another() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    world.set_clock("10:05:00");

    let mut dying = world.db.app.begin().await.unwrap();
    let locked = sqlx::query("SELECT FROM queue.due_schedules($1, '{}', 10)").bind(world.now());
    assert_eq!(locked.fetch_all(&mut *dying).await.unwrap().len(), 1);
    assert_eq!(world.fire().await, [], "the other passes over what is being fired");
    let plan = serde_json::json!([{
        "tenant_id": world.tenant, "id": id, "slots": ["2026-05-04T10:05:00Z"],
        "last_at": "2026-05-04T10:05:00Z", "next_at": "2026-05-04T10:10:00Z",
    }]);
    let stored: i64 = sqlx::query_scalar("SELECT jobs FROM queue.fire_schedules($1)")
        .bind(plan)
        .fetch_one(&mut *dying)
        .await
        .unwrap();
    assert_eq!(stored, 1);
    drop(dying);

    eventually("another has it", async || !world.fire().await.is_empty()).await;
    let after = world.get(id).await;
    assert_eq!((after.last_at, after.next_at), (Some(time("10:05:00")), Some(time("10:10:00"))));
    assert_eq!(world.fire().await, []);
}

/// Nothing but the table is needed to go on, and even a schedule that was set back fires nothing twice.
#[tokio::test]
async fn a_restart_goes_on_where_it_was() {
    let world = World::new().await;
    world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    world.set_clock("10:05:00");
    assert_eq!(schedules::fire_due(&world.process()).await.unwrap(), 1);
    world.set_clock("10:16:00");
    assert_eq!(schedules::fire_due(&world.process()).await.unwrap(), 2);

    sqlx::query("UPDATE queue.schedules SET next_at = '2026-05-04T10:05:00Z'").execute(&world.db.owner).await.unwrap();
    assert_eq!(schedules::fire_due(&world.process()).await.unwrap(), 0);
    assert_eq!(world.run().await, of("report", &["10:05:00", "10:10:00", "10:15:00"]));
}

/// Of a hundred thousand schedules, whoever looks reads those that are due.
#[tokio::test]
async fn many_schedules_cost_no_more_than_few() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO queue.schedules (tenant_id, id, name, expression, zone, catch_up, lane, kind, args, enabled,
            next_at, created_at, updated_at)
         SELECT gen_random_uuid(), gen_random_uuid(), n::text, '@daily', 'UTC', 'once', 'timers', 'tick', '{}', n > 20000,
            CASE WHEN n > 20000 THEN timestamptz '2026-05-05' + make_interval(secs => n) END, $1, $1
         FROM generate_series(1, 100000) n",
    )
    .bind(world.now())
    .execute(&world.db.owner)
    .await
    .unwrap();
    for n in 0..5 {
        world.schedule(&n.to_string(), "*/5 * * * *", CatchUp::All).await;
    }
    world.set_clock("10:05:00");

    let mut conn = world.db.app.begin().await.unwrap();
    sqlx::query("SELECT queue.next_schedule()").execute(&mut *conn).await.unwrap();
    let due = sqlx::query("SELECT FROM queue.due_schedules($1, '{}', 50)").bind(world.now());
    assert_eq!(due.fetch_all(&mut *conn).await.unwrap().len(), 5);
    let (scans, fetched): (i64, i64) = sqlx::query_as(
        "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'queue.schedules'::regclass",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!(scans, 0, "the whole table was read");
    assert!(fetched < 20, "{fetched} rows were fetched");
}
