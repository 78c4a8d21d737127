//! Faults, on purpose: worker processes and the database between them are killed, frozen, cut off and filled up.
//! After each scenario every job has ended, every effect is there exactly once, and every key kept its order.
//!
//! The workers are real processes: this program, started again with [`worker::PLAN`] in its environment. So it has a
//! `main` of its own, which runs one scenario after another, as each wants the machine for itself, and says what each
//! covered. Names given as arguments select scenarios, as with other tests. `SIGNALBOX_CHAOS=full` (`make chaos`) takes
//! minutes and many more faults; without it the whole takes about a minute.

mod checks;
mod clock_jumps;
mod disk_full;
mod fleets;
mod half_open;
mod harness;
mod killed_workers;
mod migrations;
mod pool_exhaustion;
mod restarts;
mod stalled_workers;

use futures::{FutureExt as _, future::LocalBoxFuture};
use harness::{Covered, full, worker};
use std::{
    env,
    panic::AssertUnwindSafe,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::runtime;

type Scenario = (&'static str, fn() -> LocalBoxFuture<'static, Covered>);

const SCENARIOS: [Scenario; 10] = [
    ("checks_find_what_is_wrong", || checks::run().boxed_local()),
    ("killed_workers", || killed_workers::run().boxed_local()),
    ("stalled_workers", || stalled_workers::run().boxed_local()),
    ("restarts_of_postgresql", || restarts::run().boxed_local()),
    ("half_open_connections", || half_open::run().boxed_local()),
    ("pool_exhaustion", || pool_exhaustion::run().boxed_local()),
    ("clock_jumps", || clock_jumps::run().boxed_local()),
    ("disk_full", || disk_full::run().boxed_local()),
    ("two_fleet_versions", || fleets::run().boxed_local()),
    ("online_migrations", || migrations::run().boxed_local()),
];

fn main() -> ExitCode {
    if let Ok(plan) = env::var(worker::PLAN) {
        return worker::main(&plan);
    }
    let arguments = Arguments::given();
    let chosen: Vec<_> = SCENARIOS.into_iter().filter(|(name, _)| arguments.choose(name)).collect();
    if arguments.list {
        for (name, _) in chosen {
            println!("{name}: test");
        }
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} scenarios{}", chosen.len(), if full() { " in full" } else { ", shortened" });
    let failed = chosen.into_iter().filter(|(name, scenario)| !succeeds(name, scenario())).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

/// Runs one scenario on a runtime of its own, so that nothing of it is left for the next.
fn succeeds(name: &str, scenario: LocalBoxFuture<'static, Covered>) -> bool {
    let start = Instant::now();
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let ended = runtime.block_on(AssertUnwindSafe(scenario).catch_unwind());
    // What still holds on to a database is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    let time = start.elapsed().as_secs_f32();
    match &ended {
        Ok(covered) => println!("chaos {name} ... ok: {covered} ({time:.1} s)"),
        // What went wrong was printed when it panicked.
        Err(_) => println!("chaos {name} ... FAILED ({time:.1} s)"),
    }
    ended.is_ok()
}

/// As much of the usual arguments of a test as makes a difference here.
struct Arguments {
    names: Vec<String>,
    exact: bool,
    list: bool,
}

impl Arguments {
    fn given() -> Self {
        let mut arguments = Self { names: Vec::new(), exact: false, list: false };
        let mut given = env::args().skip(1);
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--exact" => arguments.exact = true,
                "--list" => arguments.list = true,
                // Scenarios run one after another in any case.
                "--test-threads" | "--format" | "--color" | "--skip" | "-Z" => drop(given.next()),
                flag if flag.starts_with('-') => {}
                name => arguments.names.push(name.to_owned()),
            }
        }
        arguments
    }

    fn choose(&self, name: &str) -> bool {
        let matches = |given: &String| if self.exact { name == given } else { name.contains(given) };
        self.names.is_empty() || self.names.iter().any(matches)
    }
}
