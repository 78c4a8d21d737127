//! Two versions of the fleet side by side: the old one knows one kind of job, the new one knows more. Jobs that the old
//! one does not know wait for the new one, and what stands behind them in their keys waits, too.

use crate::harness::{
    Act, Covered, Kind, Load, Plan, Worker, World,
    ledger::{BEGUN, DONE, Event},
    sized,
};
use std::collections::BTreeSet;
use uuid::Uuid;

const KEYS: usize = 5;

pub async fn run() -> Covered {
    let rollouts = sized(3, 30);
    let world = World::new().await;
    let old = |n: usize| Plan { kinds: vec![Kind::A], ..world.plan(&format!("old{n}")) };
    let new = |n: usize| world.plan(&format!("new{n}"));

    // Only the old version is there.
    let mut workers = vec![Worker::start(old(0)), Worker::start(old(1))];
    let (before, unknown, behind) = lines(&world).await;
    world.until("what the old version knows is done", |events| wrote_all(events, DONE, &before)).await;
    // A second set, whose first jobs come last: had the old version wanted the others, it would have begun them by now.
    let (before, more_unknown, more_behind) = lines(&world).await;
    world.until("what the old version knows is done", |events| wrote_all(events, DONE, &before)).await;
    let events = world.events().await.unwrap();
    for waiting in [&unknown, &behind, &more_unknown, &more_behind] {
        assert!(!wrote_any(&events, BEGUN, waiting), "it has to wait for the new version");
    }

    // Both are there, then one takes the other's place, and back, under load.
    workers.push(Worker::start(new(0)));
    world.until("the new version does the rest", |events| wrote_all(events, DONE, &more_behind)).await;
    let load = Load::start(&world);
    for n in 1..=rollouts {
        let next = if n % 2 == 0 { old(n + 1) } else { new(n + 1) };
        workers.push(Worker::start(next));
        let fresh = workers.last().unwrap().plan.name.clone();
        world
            .until("the one just started works beside the others", |events| {
                events.iter().any(|event| event.what == DONE && event.worker == fresh)
            })
            .await;
        // One of the old version goes if there is more than one; so there is always one that knows all.
        let goes = workers.iter().position(|worker| worker.plan.kinds.len() == 1).unwrap_or(0);
        workers.remove(goes).stop().await;
        lines(&world).await;
    }
    load.end().await;
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    Covered { faults: vec![(rollouts, "changes of the fleet's versions")], ..Covered::of(sums) }
}

/// In each key a job that all know, two that only the new version knows, in either lane, and one that all know.
async fn lines(world: &World) -> (BTreeSet<i64>, BTreeSet<i64>, BTreeSet<i64>) {
    let (mut before, mut unknown, mut behind) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for line in 0..KEYS {
        let key = format!("line{line}.{}", Uuid::new_v4());
        let push = async |kind| {
            let task = world.task(Some(key.clone()), Act::Work(2));
            let n = task.n;
            world.push(kind, vec![task]).await;
            n
        };
        before.insert(push(Kind::A).await);
        unknown.extend([push(Kind::B).await, push(Kind::C).await]);
        behind.insert(push(Kind::A).await);
    }
    (before, unknown, behind)
}

fn wrote_all(events: &[Event], what: &str, numbers: &BTreeSet<i64>) -> bool {
    numbers.iter().all(|n| events.iter().any(|event| event.n == *n && event.what == what))
}

fn wrote_any(events: &[Event], what: &str, numbers: &BTreeSet<i64>) -> bool {
    events.iter().any(|event| event.what == what && numbers.contains(&event.n))
}
