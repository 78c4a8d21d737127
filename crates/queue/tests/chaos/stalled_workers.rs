//! SIGSTOP for longer than a lease, then SIGCONT: what the worker was doing is done by another one meanwhile, and
//! nothing counts that it says or commits afterwards.

use crate::harness::{
    Act, Covered, Kind, Task, Worker, World,
    ledger::{BEGUN, DONE, Event, GIVING_UP, INSIDE, REFUSED},
    sized,
};
use std::{collections::BTreeSet, slice::from_ref, sync::Arc};

/// Long enough that nothing ends before the worker is frozen; while it is, this time passes.
const LONG: u64 = 2000;
const EACH: usize = 6;
const FEW: usize = 2;

pub async fn run() -> Covered {
    let rounds = sized(2, 20);
    let world = World::new().await;
    let mut stalling = Worker::start({
        let mut plan = world.plan("stalling");
        plan.concurrency = EACH + FEW;
        plan
    });
    for round in 0..rounds {
        freeze_and_thaw(&world, &mut stalling, round).await;
    }
    let sums = world.settle().await;
    stalling.stop().await;
    Covered { faults: vec![(rounds, "workers frozen past their lease")], ..Covered::of(sums) }
}

async fn freeze_and_thaw(world: &Arc<World>, stalling: &mut Worker, round: usize) {
    // Of each key two, so that it is seen that the second does not overtake the first.
    let keyed = |n: usize, act| world.task(Some(format!("{round}.{n}")), act);
    let working: Vec<_> = (0..EACH).map(|n| keyed(n, Act::SlowOnce(LONG))).collect();
    let behind: Vec<_> = (0..EACH).map(|n| keyed(n, Act::Work(1))).collect();
    let inside: Vec<_> = (0..FEW).map(|_| world.task(None, Act::StallInside(LONG))).collect();
    let giving_up: Vec<_> = (0..FEW).map(|_| world.task(None, Act::GiveUpOnce(LONG))).collect();
    for (kind, tasks) in [(Kind::A, &working), (Kind::A, &inside), (Kind::C, &giving_up), (Kind::A, &behind)] {
        world.push(kind, tasks.clone()).await;
    }
    world
        .until("the worker is busy", |events| {
            has(events, "stalling", BEGUN, &working)
                && has(events, "stalling", INSIDE, &inside)
                && has(events, "stalling", BEGUN, &giving_up)
        })
        .await;
    stalling.freeze();

    let rescuer = format!("rescuer{round}");
    let other = Worker::start({
        let mut plan = world.plan(&rescuer);
        plan.concurrency = FEW;
        plan
    });
    // The transactions that were open are ended by the server; until then nobody takes their jobs.
    world.until("the other worker runs all", |events| has(events, &rescuer, BEGUN, &giving_up)).await;
    world.unfinished("the other worker ends all but those that wait for us", FEW).await;
    let events = world.events().await.unwrap();
    for tasks in [&working, &inside, &behind] {
        assert!(has(&events, &rescuer, DONE, tasks), "the other worker has done it");
    }

    stalling.thaw();
    world
        .until("the stalled worker hears that it has lost its jobs", |events| {
            has(events, "stalling", REFUSED, &working) && has(events, "stalling", GIVING_UP, &giving_up)
        })
        .await;
    // Acks go out in order. When this one, for which only the stalled worker has room, is with the database, those that
    // gave up jobs of the other worker were there before.
    let marker = world.task(None, Act::Work(1));
    world.push(Kind::C, vec![marker.clone()]).await;
    world.until("the stalled worker goes on", |events| has(events, "stalling", DONE, from_ref(&marker))).await;
    world.unfinished("it acks again", FEW).await;
    assert!(world.queue.newest_dead_letters(1).await.unwrap().is_empty(), "the late acks were taken");
    let left = world.queue.unfinished(10).await.unwrap();
    assert!(left.iter().all(|job| job.state == "running"), "the late acks were taken: {left:?}");

    for task in &giving_up {
        world.open_gate(task).await;
    }
    world.unfinished("all has ended", 0).await;
    other.stop().await;
}

/// Whether the worker wrote such an event about each of the tasks.
fn has(events: &[Event], worker: &str, what: &str, tasks: &[Task]) -> bool {
    let written: BTreeSet<_> =
        events.iter().filter(|event| event.worker == worker && event.what == what).map(|event| event.n).collect();
    tasks.iter().all(|task| written.contains(&task.n))
}
