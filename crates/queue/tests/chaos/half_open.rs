//! The network between workers and PostgreSQL: connections are cut, slow, and half open, so that a question gets neither
//! an answer nor an error.

use crate::harness::{Act, Covered, Kind, Load, Worker, World, eventually, ledger::DONE, proxy::Proxy, sized, world};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// How long the network swallows everything, which is longer than a lease.
const AWAY: Duration = Duration::from_secs(2);

pub async fn run() -> Covered {
    // The proxies go first: a half-open listener, whose server process cannot write any more, holds up the removal of any
    // database on that server.
    let worlds = (World::new().await, World::new().await);
    let proxies = (Proxy::start(&worlds.0.app).await, Proxy::start(&worlds.1.app).await);
    let network = broken_network(&worlds.0, &proxies.0);
    let (network, listeners) = tokio::join!(network, dead_listeners(&worlds.1, &proxies.1));
    let mut covered = Covered { jobs: network.jobs + listeners.jobs, ..network };
    covered.faults.extend(listeners.faults);
    covered.notes.extend(listeners.notes);
    covered
}

async fn broken_network(world: &Arc<World>, proxy: &Proxy) -> Covered {
    let rounds = sized(2, 12);
    let through = proxy.options(&world.app);
    let mut workers: Vec<_> = (0..2).map(|n| Worker::start(world::plan(&format!("w{n}"), &through))).collect();
    let load = Load::start(world);
    let (mut cut, mut silent, mut longest) = (0, 0, Duration::ZERO);
    for _ in 0..rounds {
        for _ in 0..4 {
            world.progress("the workers work", 20).await;
            cut += proxy.cut();
        }
        proxy.delay(Duration::from_millis(20));
        world.progress("the workers work, slowly", 20).await;
        proxy.delay(Duration::ZERO);

        proxy.swallow(true);
        silent += proxy.silence();
        sleep(AWAY).await;
        proxy.swallow(false);
        let back = Instant::now();
        works_again(world, &workers).await;
        longest = longest.max(back.elapsed());
        workers.iter_mut().for_each(Worker::assert_alive);
    }
    load.end().await;
    let sums = world.settle().await;
    // Those that are silent for ever would hold up nobody but the server.
    proxy.cut();
    for worker in workers {
        worker.stop().await;
    }
    let mut covered = Covered::of(sums);
    covered.faults = vec![(cut, "connections cut"), (silent, "connections half open"), (rounds, "slow spells")];
    covered.notes.push(format!("all workers worked again within {longest:.1?}"));
    covered
}

/// Each of the workers, and not only one that takes over from the others.
async fn works_again(world: &World, workers: &[Worker]) {
    let before = world.events().await.unwrap().len();
    world
        .until("each worker works again", |events| {
            let new = || events.iter().skip(before).filter(|event| event.what == DONE);
            workers.iter().all(|worker| new().any(|event| event.worker == worker.plan.name))
        })
        .await;
}

/// The connection on which a worker hears of new jobs is half open; it never polls. So a job that waits is found only
/// by replacing the connection.
async fn dead_listeners(world: &World, proxy: &Proxy) -> Covered {
    let deaths = sized(1, 4);
    let worker = Worker::start({
        let mut plan = world::plan("listening", &proxy.options(&world.app));
        plan.poll = Duration::from_hours(1);
        plan
    });
    let mut longest = Duration::ZERO;
    for _ in 0..deaths {
        eventually("the worker listens", async || Ok(proxy.listeners() == 1)).await;
        hears_of_a_job(world).await;
        assert_eq!(proxy.silence_listeners(), 1);
        let deaf = Instant::now();
        hears_of_a_job(world).await;
        longest = longest.max(deaf.elapsed());
    }
    let sums = world.settle().await;
    proxy.cut();
    worker.stop().await;
    let note = format!("a worker that never polls was deaf for {longest:.1?} at most");
    Covered { jobs: sums.jobs, faults: vec![(deaths, "listeners half open")], notes: vec![note] }
}

async fn hears_of_a_job(world: &World) {
    let task = world.task(None, Act::Work(1));
    world.push(Kind::A, vec![task.clone()]).await;
    world
        .until("the worker hears of a job", |events| events.iter().any(|event| event.what == DONE && event.n == task.n))
        .await;
}
