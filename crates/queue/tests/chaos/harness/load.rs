//! Producers that enqueue all the time while faults happen.

use super::{Act, Kind, World};
use queue::EnqueueOptions;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

const PRODUCERS: usize = 3;
/// Keys of each producer: a key has one, so that its order is known.
const KEYS: usize = 6;
const PAUSE: Duration = Duration::from_millis(40);

/// Enqueues until it is told to end.
pub struct Load {
    ending: Arc<AtomicBool>,
    repeated: Arc<AtomicUsize>,
    producers: JoinSet<()>,
}

impl Load {
    /// Producers who trust the database: an error is one of the test.
    pub fn start(world: &Arc<World>) -> Self {
        Self::begin(world, false)
    }

    /// Producers who try again until they have heard that the jobs are stored.
    pub fn persistent(world: &Arc<World>) -> Self {
        Self::begin(world, true)
    }

    fn begin(world: &Arc<World>, persistent: bool) -> Self {
        let (ending, repeated) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let mut producers = JoinSet::new();
        for producer in 0..PRODUCERS {
            let (world, ending, repeated) = (Arc::clone(world), Arc::clone(&ending), Arc::clone(&repeated));
            producers.spawn(async move {
                let mut rng = StdRng::seed_from_u64(producer as u64);
                while !ending.load(Ordering::Relaxed) {
                    repeated.fetch_add(enqueue(&world, producer, persistent, &mut rng).await, Ordering::Relaxed);
                    sleep(PAUSE).await;
                }
            });
        }
        Self { ending, repeated, producers }
    }

    /// Enqueues no more. Returns how often an enqueueing had to be repeated.
    pub async fn end(self) -> usize {
        self.ending.store(true, Ordering::Relaxed);
        self.producers.join_all().await;
        self.repeated.load(Ordering::Relaxed)
    }
}

/// Some jobs in one transaction: of a key or of none, in either lane, a few of which fail at first.
async fn enqueue(world: &World, producer: usize, persistent: bool, rng: &mut StdRng) -> usize {
    let key = rng.random_bool(0.8).then(|| format!("{producer}.{}", rng.random_range(0..KEYS)));
    let kind = if rng.random() { Kind::A } else { Kind::C };
    let tasks: Vec<_> = (0..rng.random_range(1..5))
        .map(|_| {
            let mut task = world.task(key.clone(), Act::Work(rng.random_range(1..20)));
            task.fails = if rng.random_bool(0.1) { rng.random_range(1..3) } else { 0 };
            task.once = persistent;
            task
        })
        .collect();
    let mut repeated = 0;
    while let Err(error) = world.try_push(kind, tasks.clone(), &EnqueueOptions::default()).await {
        assert!(persistent, "it cannot be enqueued: {error:?}");
        repeated += 1;
        sleep(PAUSE).await;
    }
    repeated
}
