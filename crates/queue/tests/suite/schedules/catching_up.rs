//! When slots are fired, and what becomes of those that nobody fired in time.

use super::{definition, of, time};
use crate::support::World;
use queue::schedules::{self, CatchUp, Definition};

#[tokio::test]
async fn a_slot_fires_when_it_is_due_and_once() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    assert_eq!(world.get(id).await.next_at, Some(time("10:05:00")));

    world.set_clock("10:04:59.999");
    assert_eq!(world.fire().await, []);
    world.set_clock("10:05:00");
    assert_eq!(world.fire().await, of("report", &["10:05:00"]));
    assert_eq!(world.fire().await, []);
    let after = world.get(id).await;
    assert_eq!((after.last_at, after.next_at), (Some(time("10:05:00")), Some(time("10:10:00"))));
    world.set_clock("10:10:30");
    assert_eq!(world.fire().await, of("report", &["10:10:00"]));
}

#[tokio::test]
async fn missed_slots_are_caught_up_with_as_the_schedule_says() {
    let world = World::new().await;
    for policy in CatchUp::ALL {
        world.schedule(policy.as_str(), "*/10 * * * *", policy).await;
    }
    world.set_clock("10:35:00");
    let expected = [
        of("all", &["10:10:00", "10:20:00", "10:30:00"]),
        of("once", &["10:30:00"]),
        // Not even the newest: it is five minutes late.
        of("skip", &[]),
    ];
    assert_eq!(world.fire().await, expected.concat());

    // All of them are back in time.
    world.set_clock("10:40:00");
    let expected = CatchUp::ALL.map(|policy| of(policy.as_str(), &["10:40:00"]));
    let mut expected = expected.concat();
    expected.sort();
    assert_eq!(world.fire().await, expected);
}

#[tokio::test]
async fn a_long_outage_is_made_up_for_in_turns() {
    let world = World::new().await;
    let id = world.schedule("minutes", "* * * * *", CatchUp::All).await;
    world.schedule("hours", "0 * * * *", CatchUp::Once).await;
    world.set_clock("05-06 04:00:00");
    assert_eq!(schedules::fire_due(&world.queue).await.unwrap(), 42 * 60 + 1);
    assert_eq!(world.get(id).await.last_at, Some(world.now()));
    assert_eq!(schedules::fire_due(&world.queue).await.unwrap(), 0);
}

#[tokio::test]
async fn a_clock_that_is_put_back_fires_nothing_again() {
    let world = World::new().await;
    world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    world.set_clock("10:10:00");
    assert_eq!(world.fire().await, of("report", &["10:05:00", "10:10:00"]));
    world.set_clock("10:02:00");
    assert_eq!(world.fire().await, []);
    world.set_clock("10:14:59");
    assert_eq!(world.fire().await, []);
    // Put forward, it is an outage.
    world.set_clock("10:27:00");
    assert_eq!(world.fire().await, of("report", &["10:15:00", "10:20:00", "10:25:00"]));
}

#[tokio::test]
async fn a_schedule_that_is_off_fires_nothing_and_makes_up_for_nothing() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::All).await;
    let switch = async |enabled| {
        let mut tx = world.tx(world.tenant).await;
        assert!(schedules::set_enabled(&mut tx, world.tenant, id, enabled, world.now()).await.unwrap());
        tx.commit().await.unwrap();
    };
    switch(false).await;
    assert_eq!(world.get(id).await.next_at, None);
    world.set_clock("10:12:00");
    assert_eq!(world.fire().await, []);
    switch(true).await;
    assert_eq!(world.fire().await, []);
    world.set_clock("10:15:00");
    // Switching on what is on leaves the slot that is due.
    switch(true).await;
    assert_eq!(world.fire().await, of("report", &["10:15:00"]));
}

/// Another name or another job is no reason to forget a slot; another time is.
#[tokio::test]
async fn a_change_keeps_the_due_slot_unless_it_changes_the_time() {
    let world = World::new().await;
    let id = world.schedule("report", "*/5 * * * *", CatchUp::Once).await;
    let update = async |definition: Definition| {
        let mut tx = world.tx(world.tenant).await;
        assert!(schedules::update(&mut tx, world.tenant, id, &definition, world.now()).await.unwrap());
        tx.commit().await.unwrap();
    };
    world.set_clock("10:05:30");
    update(definition(world.tenant, "renamed", "*/5 * * * *", CatchUp::Skip)).await;
    assert_eq!(world.fire().await, of("renamed", &["10:05:00"]));

    world.set_clock("10:10:30");
    update(definition(world.tenant, "renamed", "*/2 * * * *", CatchUp::All)).await;
    assert_eq!(world.fire().await, []);
    world.set_clock("10:12:00");
    update(Definition {
        zone: "Asia/Kolkata".into(),
        ..definition(world.tenant, "renamed", "*/2 * * * *", CatchUp::All)
    })
    .await;
    assert_eq!(world.fire().await, []);
    world.set_clock("10:14:00");
    assert_eq!(world.fire().await, of("renamed", &["10:14:00"]));
}

/// 25 October 2026 has 02:30 twice in Berlin; the day before, and after, once.
#[tokio::test]
async fn slots_are_on_the_clock_of_the_zone() {
    let world = World::new().await;
    world.set_clock("10-23 12:00:00");
    let nightly = definition(world.tenant, "nightly", "30 2 * * *", CatchUp::All);
    world.schedule_as(world.tenant, &Definition { zone: "Europe/Berlin".into(), ..nightly }).await;
    world.set_clock("10-26 12:00:00");
    assert_eq!(world.fire().await, of("nightly", &["10-24 00:30:00", "10-25 00:30:00", "10-26 01:30:00"]));
}

/// As a newer version may have stored it.
#[tokio::test]
async fn what_cannot_be_read_is_switched_off_and_holds_nobody_up() {
    let world = World::new().await;
    let id = world.schedule("odd", "*/5 * * * *", CatchUp::All).await;
    world.schedule("even", "*/5 * * * *", CatchUp::All).await;
    sqlx::query("UPDATE queue.schedules SET expression = '0 0 L * *' WHERE name = 'odd'")
        .execute(&world.db.owner)
        .await
        .unwrap();
    world.set_clock("10:05:00");
    assert_eq!(world.fire().await, of("even", &["10:05:00"]));
    let odd = world.get(id).await;
    assert_eq!((odd.definition.enabled, odd.next_at), (false, None));
    assert_eq!(odd.problem.unwrap(), "day of month, character 5: `L` is not a value of this field");

    // Whoever mends it clears the problem.
    let mut tx = world.tx(world.tenant).await;
    let mended = definition(world.tenant, "odd", "*/5 * * * *", CatchUp::All);
    schedules::update(&mut tx, world.tenant, id, &mended, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mended = world.get(id).await;
    assert_eq!((mended.problem, mended.next_at), (None, Some(time("10:10:00"))));
}

/// Whatever a job's table may come to refuse, the others that are due have nothing to do with it.
#[tokio::test]
async fn a_schedule_whose_job_is_refused_is_switched_off_and_holds_nobody_up() {
    let world = World::new().await;
    sqlx::query("ALTER TABLE queue.jobs ADD CONSTRAINT no_poison CHECK (args->>'name' <> 'poison')")
        .execute(&world.db.owner)
        .await
        .unwrap();
    let id = world.schedule("poison", "*/5 * * * *", CatchUp::All).await;
    world.schedule("bread", "*/5 * * * *", CatchUp::All).await;
    world.set_clock("10:10:00");
    assert_eq!(world.fire().await, of("bread", &["10:05:00", "10:10:00"]));
    let poison = world.get(id).await;
    assert!(!poison.definition.enabled);
    let problem = poison.problem.unwrap();
    assert!(problem.starts_with("its job was refused: ") && problem.contains("no_poison"), "{problem}");
}
