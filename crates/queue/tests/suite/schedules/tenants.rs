//! What a tenant may say of its schedules, and that it speaks of its own only.

use super::{definition, of, time};
use crate::support::World;
use domain::{ScheduleId, TenantId, job::Lane};
use queue::schedules::{self, CatchUp, Definition, JobTemplate, ScheduleError};
use serde_json::json;

#[tokio::test]
async fn a_schedule_is_kept_as_it_was_defined() {
    let world = World::new().await;
    let job = JobTemplate { lane: Lane::Bulk, kind: "export".into(), args: json!([1, 2]), key: Some("exports".into()) };
    let exports =
        Definition { job, zone: "Europe/Berlin".into(), ..definition(world.tenant, "b", "@daily", CatchUp::Skip) };
    let id = world.schedule_as(world.tenant, &exports).await;
    let off = Definition { enabled: false, ..definition(world.tenant, "a", "0 8 * * 1-5", CatchUp::Once) };
    world.schedule_as(world.tenant, &off).await;
    world.schedule("c", "* * * * *", CatchUp::All).await;

    let kept = world.get(id).await;
    assert_eq!(kept.definition, exports);
    assert_eq!((kept.next_at, kept.last_at, kept.problem), (Some(time("22:00:00")), None, None));
    assert_eq!((kept.created_at, kept.updated_at), (world.now(), world.now()));

    let mut tx = world.tx(world.tenant).await;
    let page = schedules::list(&mut tx, world.tenant, None, 2).await.unwrap();
    let names: Vec<_> = page.iter().map(|schedule| &*schedule.definition.name).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!((page[0].definition.enabled, page[0].next_at), (false, None));
    let rest = schedules::list(&mut tx, world.tenant, Some("b"), 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert!(schedules::delete(&mut tx, world.tenant, id).await.unwrap());
    assert!(!schedules::delete(&mut tx, world.tenant, id).await.unwrap());
    assert_eq!(schedules::get(&mut tx, world.tenant, id).await.unwrap(), None);
}

/// Arguments that are no object stay as they are, and the key is the job's.
#[tokio::test]
async fn the_job_is_the_templates() {
    let world = World::new().await;
    let job = JobTemplate { lane: Lane::Bulk, kind: "export".into(), args: json!(null), key: Some("exports".into()) };
    let id = world
        .schedule_as(world.tenant, &Definition { job, ..definition(world.tenant, "b", "@hourly", CatchUp::Once) })
        .await;
    world.set_clock("11:00:00");
    assert_eq!(schedules::fire_due(&world.queue).await.unwrap(), 1);
    let stored: (String, String, serde_json::Value, String, String) =
        sqlx::query_as("SELECT lane, kind, args, key, idempotency_key FROM queue.jobs")
            .fetch_one(&world.db.owner)
            .await
            .unwrap();
    let once = format!("schedule:{id}:2026-05-04T11:00:00Z");
    assert_eq!(stored, ("bulk".into(), "export".into(), json!(null), "exports".into(), once));
}

#[tokio::test]
async fn what_cannot_fire_is_refused() {
    let world = World::new().await;
    world.schedule("taken", "* * * * *", CatchUp::Once).await;
    let good = definition(world.tenant, "report", "* * * * *", CatchUp::Once);
    let long = |len| "x".repeat(len);
    let job = &good.job;
    for (definition, says) in [
        (
            Definition { expression: "60 * * * *".into(), ..good.clone() },
            "minute, character 1: 60 is not between 0 and 59",
        ),
        (
            Definition { zone: "Berlin".into(), ..good.clone() },
            "`Berlin` is not an IANA time zone such as Europe/Berlin",
        ),
        (
            Definition { enabled: false, expression: "0 0 30 2 *".into(), ..good.clone() },
            "none of these months ever has one of these days of the month",
        ),
        (Definition { name: "taken".into(), ..good.clone() }, "another schedule has this name"),
        (Definition { name: String::new(), ..good.clone() }, "the name has to have between 1 and 200 bytes"),
        (Definition { name: long(201), ..good.clone() }, "the name has to have between 1 and 200 bytes"),
        (
            Definition { job: JobTemplate { kind: String::new(), ..job.clone() }, ..good.clone() },
            "the kind has to have between 1 and 200 bytes",
        ),
        (
            Definition { job: JobTemplate { key: Some(long(1001)), ..job.clone() }, ..good.clone() },
            "the key has to have between 0 and 1000 bytes",
        ),
    ] {
        let mut tx = world.tx(world.tenant).await;
        let refused = schedules::create(&mut tx, world.tenant, &definition, world.now()).await.unwrap_err();
        assert_eq!(refused.to_string(), says);
    }
    let id = world.schedule("report", "* * * * *", CatchUp::Once).await;
    let mut tx = world.tx(world.tenant).await;
    let taken = Definition { name: "taken".into(), ..good };
    let refused = schedules::update(&mut tx, world.tenant, id, &taken, world.now()).await.unwrap_err();
    assert!(matches!(refused, ScheduleError::NameTaken));
}

#[tokio::test]
async fn schedules_of_another_tenant_stay_as_they_are() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::Once).await;
    let stranger = TenantId::new();
    let theirs = definition(stranger, "report", "*/5 * * * *", CatchUp::Once);
    world.schedule_as(stranger, &theirs).await;

    let mut tx = world.tx(stranger).await;
    // Even by one who names the owner.
    assert_eq!(schedules::list(&mut tx, world.tenant, None, 10).await.unwrap(), []);
    for tenant in [stranger, world.tenant] {
        assert_eq!(schedules::get(&mut tx, tenant, id).await.unwrap(), None);
        assert!(!schedules::update(&mut tx, tenant, id, &theirs, world.now()).await.unwrap());
        assert!(!schedules::set_enabled(&mut tx, tenant, id, false, world.now()).await.unwrap());
        assert!(!schedules::delete(&mut tx, tenant, id).await.unwrap());
    }
    tx.commit().await.unwrap();
    let mut tx = world.tx(stranger).await;
    let x = definition(world.tenant, "x", "* * * * *", CatchUp::All);
    let refused = schedules::create(&mut tx, world.tenant, &x, world.now()).await.unwrap_err();
    let ScheduleError::Database(refused) = refused else { panic!("it is the database that refuses") };
    assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501");

    // The name is each tenant's own, and firing serves all of them.
    world.set_clock("10:05:00");
    assert_eq!(world.fire().await, [of("report", &["10:05:00"]), of("report", &["10:05:00"])].concat());
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM queue.schedules").fetch_one(&world.db.app).await.unwrap();
    assert_eq!(seen, 0, "without a tenant there is nothing to see");
    let unknown = schedules::get(&mut *world.tx(world.tenant).await, world.tenant, ScheduleId::new()).await.unwrap();
    assert_eq!(unknown, None);
}
