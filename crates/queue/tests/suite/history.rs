//! What became of attempts, minute by minute.

use crate::support::{Chore, Env, Note, Running, World, settings};
use chrono::{TimeDelta, Utc};
use domain::{TenantId, job::Lane};
use queue::{
    JobError,
    history::{self, Minute, minute_of},
};
use serde_json::json;
use std::time::Duration;

impl World {
    async fn history(&self, tenant: TenantId) -> Vec<Minute> {
        let since = minute_of(Utc::now()) - TimeDelta::hours(1);
        history::of_tenant(&mut *self.tx(tenant).await, tenant, since).await.unwrap()
    }
}

#[tokio::test]
async fn workers_write_down_how_attempts_ended_and_how_long_they_took() {
    let world = World::new().await;
    let env = Env::new(|note, ctx| async move {
        match note.n {
            1 if ctx.attempt == 1 => Err(JobError::retry_after(Duration::ZERO, "wait")),
            2 => Err(JobError::fail("no")),
            3 if ctx.attempt == 1 => Err(JobError::Cancel("not wanted".into())),
            _ => Ok(()),
        }
    });
    let stranger = Note { tenant: TenantId::new(), ..world.note(9) };
    world.push_all((0..4).map(|n| world.note(n))).await;
    world.push(&Chore(world.note(4))).await;
    world.push(&stranger).await;
    let running = Running::start(world.another_queue(), &env, settings(4));
    world.until("all have ended", <[_]>::is_empty).await;
    running.stop().await;

    let sum = |lane: Lane, minutes: &[Minute]| {
        let of_lane = minutes.iter().filter(|minute| minute.lane == lane);
        of_lane.fold((0, 0, 0), |sum, minute| (sum.0 + minute.done, sum.1 + minute.retried, sum.2 + minute.dead))
    };
    let minutes = world.history(world.tenant).await;
    assert_eq!(sum(Lane::Live, &minutes), (2, 1, 1), "what was cancelled did not end by itself");
    assert_eq!(sum(Lane::Bulk, &minutes), (1, 0, 0));
    let times = minutes[0].run.unwrap();
    assert!(times.p50 <= times.p99 && times.p99 < Duration::from_mins(1), "{times:?}");
    assert!(minutes.iter().any(|minute| minute.wait.is_some_and(|wait| wait.p99 > Duration::ZERO)));
    assert_eq!(sum(Lane::Live, &world.history(stranger.tenant).await), (1, 0, 0));
}

/// Rows of two processes for one minute, as they write them.
async fn write(world: &World, process: u128, minute: &serde_json::Value) {
    sqlx::query("SELECT queue.write_minutes($1, $2)")
        .bind(uuid::Uuid::from_u128(process))
        .bind(json!([minute]))
        .execute(&world.db.app)
        .await
        .unwrap();
}

#[tokio::test]
async fn processes_are_added_up_and_a_late_word_changes_nothing() {
    let world = World::new().await;
    let now = minute_of(Utc::now());
    let minute = |done: u64, bucket: &str, count: u64| {
        json!({ "tenant_id": world.tenant, "minute": now, "lane": "live", "done": done, "retried": 0, "dead": 0,
                "waits": {}, "runs": { bucket: count } })
    };
    // 4 ms and 4 s.
    write(&world, 1, &minute(99, "48", 99)).await;
    write(&world, 2, &minute(1, "87", 1)).await;
    write(&world, 1, &minute(3, "48", 3)).await;
    let minutes = world.history(world.tenant).await;
    assert_eq!((minutes.len(), minutes[0].done, minutes[0].wait), (1, 100, None));
    let run = minutes[0].run.unwrap();
    assert!(run.p50 < Duration::from_millis(6) && run.p99 < Duration::from_millis(6), "{run:?}");

    write(&world, 2, &minute(2, "87", 2)).await;
    let minutes = world.history(world.tenant).await;
    assert_eq!(minutes[0].done, 101);
    assert!(minutes[0].run.unwrap().p99 > Duration::from_secs(3), "more than a hundredth of them are slow");
}

#[tokio::test]
async fn minutes_are_forgotten_when_their_time_is_over() {
    let world = World::new().await;
    for hours in [1, 4] {
        let minute = minute_of(Utc::now()) - TimeDelta::hours(hours);
        let row = json!({ "tenant_id": world.tenant, "minute": minute, "lane": "live", "done": 1, "retried": 0,
                          "dead": 0, "waits": {}, "runs": { "48": 1 } });
        write(&world, 1, &row).await;
    }
    let before = Utc::now() - history::KEPT;
    let gone: i64 =
        sqlx::query_scalar("SELECT queue.purge_minutes($1, 10)").bind(before).fetch_one(&world.db.app).await.unwrap();
    assert_eq!((gone, world.count("SELECT count(*) FROM queue.minutes").await), (1, 1));
}
