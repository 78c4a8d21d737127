//! The clock that is handed in jumps back and forth by hours. What is due follows it; leases, fences and what is to run
//! at once do not.

use crate::harness::{
    Act, Covered, Kind, Task, Worker, World,
    ledger::{BEGUN, DONE, Event},
    sized,
};
use chrono::{TimeDelta, Utc};
use queue::EnqueueOptions;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{fs, path::Path};

const MINUTES: i64 = 60;
const HOURS: i64 = 60 * MINUTES;

pub async fn run() -> Covered {
    let (jumps, deaths) = (sized(12, 120), sized(2, 12));
    let world = World::new().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let start = |name: &str| {
        let mut plan = world.plan(name);
        plan.clock = Some(file.path().to_owned());
        Worker::start(plan)
    };
    let mut workers = [start("w0"), start("w1")];
    // It runs through all jumps, by one run.
    let long = world.task(Some("long".to_owned()), Act::Gate);
    world.push(Kind::C, vec![long.clone()]).await;
    world.until("the long job runs", |events| has(events, BEGUN, &long)).await;

    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..jumps {
        let wrong = rng.random_range(-5 * HOURS..5 * HOURS);
        set(file.path(), wrong);
        what_is_due_follows(&world, wrong).await;
    }
    let events = world.events().await.unwrap();
    assert_eq!(events.iter().filter(|event| event.n == long.n).count(), 1, "the long job was taken from its worker");
    world.open_gate(&long).await;
    world.until("the long job ends", |events| has(events, DONE, &long)).await;

    // A clock that jumps back must not keep a dead worker's job, nor one that jumps ahead take a living one's.
    for n in 0..deaths {
        let task = world.task(None, Act::Gate);
        world.push(Kind::A, vec![task.clone()]).await;
        world.until("it runs", |events| has(events, BEGUN, &task)).await;
        set(file.path(), if n % 2 == 0 { -5 * HOURS } else { 5 * HOURS });
        let events = world.events().await.unwrap();
        let runner = events.iter().find(|event| event.n == task.n).unwrap().worker.clone();
        workers.iter_mut().find(|worker| worker.plan.name == runner).unwrap().kill_and_start_again();
        world
            .until("another run has it", |events| {
                events.iter().filter(|event| event.what == BEGUN && event.n == task.n).count() == 2
            })
            .await;
        world.open_gate(&task).await;
    }
    // Whatever is still ahead.
    set(file.path(), 100 * HOURS);
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    Covered {
        faults: vec![(jumps + deaths, "jumps of the clock"), (deaths, "SIGKILLs under a wrong clock")],
        ..Covered::of(sums)
    }
}

/// What is due runs, and what is to run at once, and not what is not due.
async fn what_is_due_follows(world: &World, wrong: i64) {
    let at = async |seconds: i64| {
        let task = world.task(None, Act::Work(1));
        let run_at = Some(Utc::now() + TimeDelta::seconds(wrong + seconds));
        let options = EnqueueOptions { run_at, ..EnqueueOptions::default() };
        world.try_push(Kind::A, vec![task.clone()], &options).await.unwrap();
        task
    };
    let at_once = async || {
        let task = world.task(None, Act::Work(1));
        world.push(Kind::A, vec![task.clone()]).await;
        world.until("what is to run at once runs", |events| has(events, DONE, &task)).await;
    };
    let due = at(-10 * MINUTES).await;
    // Fails once: when it comes again goes by the clock, too.
    let mut failing = world.task(None, Act::Work(1));
    failing.fails = 1;
    world.push(Kind::A, vec![failing.clone()]).await;
    world.until("what is due runs", |events| has(events, DONE, &due) && has(events, DONE, &failing)).await;
    // By now nobody is still at a claim that began before the jump.
    let not_due = at(10 * MINUTES).await;
    at_once().await;
    at_once().await;
    assert!(!has(&world.events().await.unwrap(), BEGUN, &not_due), "it runs too early");
}

fn has(events: &[Event], what: &str, task: &Task) -> bool {
    events.iter().any(|event| event.n == task.n && event.what == what)
}

fn set(file: &Path, wrong_by_seconds: i64) {
    // Replaced as a whole, so that nobody reads the half of it.
    let new = file.with_extension("new");
    fs::write(&new, wrong_by_seconds.to_string()).unwrap();
    fs::rename(&new, file).unwrap();
}
