//! SIGKILL, again and again, in the middle of claims, runs and acks.

use crate::harness::{Covered, Load, Worker, World, sized};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::time::Duration;
use tokio::time::sleep;

const WORKERS: usize = 4;

pub async fn run() -> Covered {
    let kills = sized(16, 400);
    let world = World::new().await;
    let mut workers: Vec<_> = (0..WORKERS).map(|n| Worker::start(world.plan(&format!("w{n}")))).collect();
    let load = Load::start(&world);
    world.progress("the workers work", 1).await;

    let mut rng = StdRng::seed_from_u64(1);
    for n in 0..kills {
        sleep(Duration::from_millis(rng.random_range(50..500))).await;
        let worker = &mut workers[rng.random_range(0..WORKERS)];
        if rng.random() {
            worker.kill_and_start_again();
        } else {
            worker.kill();
            *worker = Worker::start(world.plan(&format!("replacement{n}")));
        }
    }
    load.end().await;
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    Covered { faults: vec![(kills, "SIGKILLs")], ..Covered::of(sums) }
}
