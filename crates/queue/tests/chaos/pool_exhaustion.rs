//! Handlers take every connection of the product's pool and keep it for several leases. Claims, acks and heartbeats
//! have their own.

use crate::harness::{
    Act, Covered, Kind, Worker, World, eventually,
    ledger::{BEGUN, DONE},
    sized,
    world::LEASE,
};
use std::collections::BTreeSet;

/// Connections of each worker's pool.
const CONNECTIONS: u32 = 2;
const WORKERS: usize = 2;
const QUICK: usize = 20;

pub async fn run() -> Covered {
    let (rounds, leases) = (sized(2, 15), sized(2, 4));
    let world = World::new().await;
    let mut workers: Vec<_> = (0..WORKERS)
        .map(|n| {
            let mut plan = world.plan(&format!("w{n}"));
            // As many jobs of a lane as there are connections.
            (plan.connections, plan.concurrency) = (CONNECTIONS, CONNECTIONS as usize);
            Worker::start(plan)
        })
        .collect();
    let held = WORKERS * CONNECTIONS as usize;
    for _ in 0..rounds {
        let hogs: Vec<_> = (0..held).map(|_| world.task(None, Act::Hog)).collect();
        world.push(Kind::C, hogs.clone()).await;
        let numbers: BTreeSet<_> = hogs.iter().map(|task| task.n).collect();
        world
            .until("all connections are taken", |events| {
                events.iter().filter(|event| event.what == BEGUN && numbers.contains(&event.n)).count() == held
            })
            .await;

        // As many leases later they still have their jobs, and others have come and gone.
        for _ in 0..leases {
            let start: f64 = now(&world).await;
            eventually("a lease has passed, in which jobs are claimed and acked", async || {
                let quick = (0..QUICK).map(|_| world.task(None, Act::Aside)).collect();
                world.push(Kind::A, quick).await;
                world.unfinished("the quick jobs are claimed and acked", hogs.len()).await;
                Ok(now(&world).await - start > LEASE.as_secs_f64())
            })
            .await;
        }
        let events = world.events().await.unwrap();
        let of = |what| events.iter().filter(move |event| event.what == what);
        let ended = of(DONE).filter(|event| numbers.contains(&event.n)).count();
        assert_eq!(ended, 0, "they still hold their connections");
        for hog in &hogs {
            world.open_gate(hog).await;
        }
        world.unfinished("all has ended", 0).await;
        // A run that began is the one that ended: no lease was lost.
        let events = world.events().await.unwrap();
        for n in &numbers {
            let of = |what| events.iter().filter(move |event| event.what == what && event.n == *n);
            let runs = |what| of(what).map(|event| event.run).collect::<Vec<_>>();
            assert_eq!(runs(BEGUN), runs(DONE), "job {n} was taken from its worker");
        }
        workers.iter_mut().for_each(Worker::assert_alive);
    }
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    let mut covered = Covered { faults: vec![(rounds * WORKERS, "pools used up")], ..Covered::of(sums) };
    covered.notes.push(format!("each for {leases} leases and more"));
    covered
}

/// The database's time, by which leases go, in seconds.
async fn now(world: &World) -> f64 {
    sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::float8").fetch_one(&world.pool).await.unwrap()
}
