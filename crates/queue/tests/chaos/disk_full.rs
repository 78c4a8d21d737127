//! The disk of PostgreSQL is full: first only tables cannot grow, then nothing can be written at all. What was committed
//! is there, what was refused is not, and all goes on when there is space again.

use crate::harness::{Act, Covered, Kind, Load, Plan, Task, Worker, World, disk, eventually, server::Server, sized};
use queue::{EnqueueError, EnqueueOptions};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sqlx::Error::Database;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A fat job is as long as this; a table of 16 MB has room for some 150.
const FAT: usize = 100_000;
const MOST: usize = 400;
/// For how long nothing can be written.
const FULL: Duration = Duration::from_secs(2);
const RECOVERY: Duration = Duration::from_secs(10);

pub async fn run() -> Covered {
    let crashes = sized(1, 5);
    let server = Server::start().await;
    if !disk::can_be_filled(&server) {
        server.stop().await;
        return Covered { notes: vec!["NOT RUN: no `prlimit` here".to_owned()], ..Covered::default() };
    }
    let world = server.world().await;
    let thin = |name: &str| Plan { kinds: vec![Kind::A, Kind::C], ..world.plan(name) };
    let mut workers = vec![Worker::start(thin("w0")), Worker::start(thin("w1"))];
    let load = Load::persistent(&world);
    world.progress("the workers work", 20).await;

    disk::fill(&server, disk::TABLES);
    let before = server.pid();
    let (stored, refused) = fat_jobs_until_full(&world).await;
    world.progress("thin jobs go on", 20).await;
    assert_eq!(server.pid(), before, "only statements fail");
    disk::free(&server);
    for task in &refused {
        world.push(Kind::B, vec![task.clone()]).await;
    }
    // Whoever knows the fat ones comes only now, or the table would not have filled up.
    workers.push(Worker::start(world.plan("fat")));
    world.progress("the workers work", 20).await;

    let mut longest = Duration::ZERO;
    for _ in 0..crashes {
        nothing_can_be_written(&server, &world).await;
        let back = Instant::now();
        world.progress("the workers work again", 1).await;
        longest = longest.max(back.elapsed());
        assert!(back.elapsed() < RECOVERY, "{:?}", back.elapsed());
        workers.iter_mut().for_each(Worker::assert_alive);
    }
    let repeated = load.end().await;
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    drop(world);
    server.stop().await;
    let faults = vec![(refused.len(), "enqueueings refused by a full table"), (crashes, "crashes by a full log")];
    let mut covered = Covered { faults, ..Covered::of(sums) };
    covered.notes.push(format!("{stored} fat jobs were stored before it was full; {repeated} others were repeated"));
    covered.notes.push(format!("recovered within {longest:.1?}"));
    covered
}

/// How many could be stored, and those that could not.
async fn fat_jobs_until_full(world: &World) -> (usize, Vec<Task>) {
    // Random, as it would be compressed otherwise.
    let mut rng = StdRng::seed_from_u64(1);
    let ballast: String = (0..FAT).map(|_| char::from(rng.random_range(b' '..=b'~'))).collect();
    let (mut stored, mut refused) = (0, Vec::new());
    while refused.len() < 5 {
        assert!(stored < MOST, "the table does not fill up");
        let mut task = world.task(None, Act::Work(1));
        task.ballast.clone_from(&ballast);
        match world.try_push(Kind::B, vec![task.clone()], &EnqueueOptions::default()).await {
            Ok(()) => stored += 1,
            Err(EnqueueError::Database(Database(_))) => refused.push(task),
            Err(other) => panic!("{other:?}"),
        }
    }
    (stored, refused)
}

/// Returns when the server answers again.
async fn nothing_can_be_written(server: &Server, world: &World) {
    let mut since = None;
    while since.is_none_or(|since: Instant| since.elapsed() < FULL) {
        // Also those that were started meanwhile.
        disk::fill(server, disk::EVERYTHING);
        if since.is_none() && world.effects().await.is_err() {
            since = Some(Instant::now());
        }
        sleep(Duration::from_millis(20)).await;
    }
    eventually("the server is back", async || {
        disk::free(server);
        world.effects().await.map(|_| true)
    })
    .await;
}
