//! The state machine against a model of it that fits on a page, and against itself under load.

use crate::support::{Run, World, ack, claim_as, register};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Clock;
use proptest::prelude::*;
use queue::{EnqueueOptions, enqueue_with};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

#[derive(Clone, Debug)]
enum Op {
    Enqueue { key: Option<u8>, delay: i64 },
    Claim,
    Ack { which: prop::sample::Index, outcome: &'static str, delay: i64 },
    Rescue,
    Advance(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let outcome = prop::sample::select(vec!["done", "done", "cancelled", "dead", "retry", "snooze", "hand_back"]);
    prop_oneof![
        5 => (prop::option::weighted(0.8, 0u8..3), prop_oneof![4 => Just(0i64), 1 => 1i64..30])
            .prop_map(|(key, delay)| Op::Enqueue { key, delay }),
        3 => Just(Op::Claim),
        5 => (any::<prop::sample::Index>(), outcome, 0i64..30)
            .prop_map(|(which, outcome, delay)| Op::Ack { which, outcome, delay }),
        1 => Just(Op::Rescue),
        2 => (1i64..20).prop_map(Op::Advance),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waiting,
    Delayed(DateTime<Utc>),
    Running(Run),
}

#[derive(Clone, Debug)]
struct Modelled {
    key: Option<u8>,
    state: State,
    holds_key: bool,
    attempts: i32,
}

/// What the queue should hold: jobs by number, in the order of their enqueueing.
#[derive(Default)]
struct Model(BTreeMap<i32, Modelled>);

impl Model {
    /// The jobs that may start now: of each key its holder, or else the oldest that is due.
    fn claimable(&self, now: DateTime<Utc>) -> Vec<i32> {
        let due = |job: &Modelled| match job.state {
            State::Waiting => true,
            State::Delayed(run_at) => run_at <= now,
            State::Running(_) => false,
        };
        let first_of_key = |n: i32, job: &Modelled| {
            let mut same_key = self.0.iter().filter(|(_, other)| other.key == job.key);
            match same_key.clone().find(|(_, other)| other.holds_key) {
                Some((holder, _)) => *holder == n,
                None => same_key.find(|(_, other)| due(other)).is_some_and(|(first, _)| *first == n),
            }
        };
        let claimable = self.0.iter().filter(|(n, job)| due(job) && (job.key.is_none() || first_of_key(**n, job)));
        claimable.map(|(n, _)| *n).collect()
    }

    fn running(&self) -> Vec<(i32, Run)> {
        let run = |job: &Modelled| if let State::Running(run) = job.state { Some(run) } else { None };
        self.0.iter().filter_map(|(n, job)| Some((*n, run(job)?))).collect()
    }
}

async fn check(world: &World, ops: Vec<Op>) {
    sqlx::raw_sql("TRUNCATE queue.jobs, queue.busy_keys, queue.dead_letters, queue.attempts")
        .execute(&world.db.owner)
        .await
        .unwrap();
    let pool = &world.db.app.clone();
    let mut model = Model::default();
    let mut next = 0;
    for op in ops {
        let now = world.clock.now();
        match op {
            Op::Enqueue { key, delay } => {
                let run_at = (delay > 0).then(|| now + TimeDelta::seconds(delay));
                let number = u32::try_from(next).unwrap();
                let note = crate::support::Note { key: key.map(|k| k.to_string()), ..world.note(number) };
                let mut tx = world.tx(world.tenant).await;
                enqueue_with(&mut tx, &note, &EnqueueOptions { run_at, ..EnqueueOptions::default() }).await.unwrap();
                tx.commit().await.unwrap();
                let state = run_at.map_or(State::Waiting, State::Delayed);
                model.0.insert(next, Modelled { key, state, holds_key: false, attempts: 0 });
                next += 1;
            }
            Op::Claim => {
                let expected = model.claimable(now);
                let runs = world.claim(1000, now).await;
                assert_eq!(runs.iter().map(|run| run.n).collect::<Vec<_>>(), expected);
                for run in runs {
                    let job = model.0.get_mut(&run.n).unwrap();
                    job.attempts += 1;
                    job.holds_key = job.key.is_some();
                    job.state = State::Running(run);
                    assert_eq!(run.attempt, job.attempts);
                }
            }
            Op::Ack { which, outcome, delay } => {
                let running = model.running();
                if running.is_empty() {
                    continue;
                }
                let (n, run) = running[which.index(running.len())];
                let run_at = now + TimeDelta::seconds(delay);
                let waits = matches!(outcome, "retry" | "snooze");
                assert_eq!(ack(pool, run, outcome, waits.then_some(run_at)).await.unwrap(), "acked");
                let job = model.0.get_mut(&n).unwrap();
                match outcome {
                    "retry" => job.state = State::Delayed(run_at),
                    "snooze" => (job.state, job.attempts) = (State::Delayed(run_at), job.attempts - 1),
                    "hand_back" => (job.state, job.attempts) = (State::Waiting, job.attempts - 1),
                    _ => drop(model.0.remove(&n)),
                }
                assert_eq!(ack(pool, run, "done", None).await.unwrap(), "lost", "a run ends once");
            }
            Op::Rescue => {
                let running = model.running();
                assert_eq!(world.die().await, i64::try_from(running.len()).unwrap());
                for (n, run) in running {
                    model.0.get_mut(&n).unwrap().state = State::Waiting;
                    assert_eq!(ack(pool, run, "done", None).await.unwrap(), "lost");
                }
            }
            Op::Advance(seconds) => world.advance(seconds),
        }
    }
    let kept: Vec<i32> = sqlx::query_scalar("SELECT (args->>'n')::int FROM queue.jobs ORDER BY id")
        .fetch_all(&world.db.owner)
        .await
        .unwrap();
    assert_eq!(kept, model.0.keys().copied().collect::<Vec<_>>(), "every job that has not ended is there");
}

#[test]
fn the_queue_does_what_the_model_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(ops in prop::collection::vec(op(), 1..60))| {
        runtime.block_on(check(&world, ops));
    });
    runtime.block_on(async { drop(world) });
}

/// Eight clients enqueue, claim, fail and finish jobs of four keys at once. The database refuses a
/// second holder of a key by itself; that no job is forgotten in the line is what this shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_forgotten_in_the_line() {
    const JOBS: usize = 1200;
    let world = World::new().await;
    let (made, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let producer = async || {
        loop {
            let n = made.fetch_add(1, Ordering::SeqCst);
            if n >= JOBS {
                break;
            }
            let mut tx = world.tx(world.tenant).await;
            let note = world.keyed(&(n % 4).to_string(), u32::try_from(n).unwrap());
            queue::enqueue(&mut tx, &note).await.unwrap();
            // Transactions overlap, and some come to nothing.
            tokio::task::yield_now().await;
            if n % 10 == 3 {
                ended.fetch_add(1, Ordering::SeqCst);
                tx.rollback().await.unwrap();
            } else {
                tx.commit().await.unwrap();
            }
        }
    };
    let consumer = async |seed: usize| {
        let mut turn = seed;
        let worker = register(&world.db.app).await;
        while ended.load(Ordering::SeqCst) < JOBS {
            for run in claim_as(&world.db.app, worker, 3, Utc::now()).await.unwrap() {
                turn += 1;
                let (outcome, run_at) = match turn % 5 {
                    0 => ("retry", Some(Utc::now())),
                    1 => ("hand_back", None),
                    _ => ("done", None),
                };
                let verdict = loop {
                    match ack(&world.db.app, run, outcome, run_at).await.unwrap().as_str() {
                        "busy" => tokio::task::yield_now().await,
                        other => break other.to_owned(),
                    }
                };
                assert_eq!(verdict, "acked");
                if outcome == "done" {
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    };
    let consumers = futures::future::join_all((0..5).map(consumer));
    let all = async { tokio::join!(producer(), producer(), producer(), consumers) };
    tokio::time::timeout(crate::support::PATIENCE, all).await.expect("jobs are left in the line for ever");
    assert!(world.states().await.is_empty());
}
