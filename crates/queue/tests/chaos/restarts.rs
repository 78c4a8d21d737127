//! PostgreSQL is shut down, ended at once, and killed, under load. Work goes on within ten seconds of its return.

use crate::harness::{Covered, Load, Worker, server::Server, sized};
use nix::sys::signal::Signal;
use std::time::Duration;
use tokio::time::Instant;

/// From the moment at which the server takes connections again to the next effect.
const RECOVERY: Duration = Duration::from_secs(10);

/// "Fast", "immediate", and no shutdown at all.
const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGKILL];

pub async fn run() -> Covered {
    let restarts = sized(3, 15);
    let server = Server::start().await;
    let world = server.world().await;
    let mut workers: Vec<_> = (0..2).map(|n| Worker::start(world.plan(&format!("w{n}")))).collect();
    let load = Load::persistent(&world);
    let (mut longest, mut longest_away) = (Duration::ZERO, Duration::ZERO);
    for signal in SIGNALS.into_iter().cycle().take(restarts) {
        world.progress("the workers work", 25).await;
        let ended = Instant::now();
        server.restart(signal).await;
        let back = Instant::now();
        world.progress("the workers work again", 1).await;
        longest_away = longest_away.max(back - ended);
        longest = longest.max(back.elapsed());
        assert!(back.elapsed() < RECOVERY, "{:?} after {signal}", back.elapsed());
        workers.iter_mut().for_each(Worker::assert_alive);
    }
    world.progress("the workers work", 25).await;
    let repeated = load.end().await;
    let sums = world.settle().await;
    for worker in workers {
        worker.stop().await;
    }
    drop(world);
    server.stop().await;
    let mut covered = Covered { faults: vec![(restarts, "restarts of PostgreSQL")], ..Covered::of(sums) };
    covered.notes.push(format!("{repeated} enqueueings were repeated"));
    covered.notes.push(format!("away for {longest_away:.1?} at most, recovered within {longest:.1?}"));
    covered
}
