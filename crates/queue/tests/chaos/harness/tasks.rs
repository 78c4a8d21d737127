//! The jobs: three kinds in two lanes, which do what the scenario says.

use domain::{
    TenantId,
    job::{Job, Lane, RetryPolicy},
};
use queue::{EnqueueError, EnqueueOptions, enqueue_many};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::time::Duration;

/// What a job is about. Its number says where in its line it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    pub tenant: TenantId,
    pub n: i64,
    pub key: Option<String>,
    /// Enqueued under an idempotency key, because the producer may not hear whether it was stored.
    pub once: bool,
    /// How many of its first attempts fail when they are about to write their effect.
    pub fails: u32,
    pub act: Act,
    /// Takes up room in the database.
    pub ballast: String,
}

/// What a run does between its beginning and its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Takes some milliseconds.
    Work(u64),
    /// The first attempt takes some milliseconds.
    SlowOnce(u64),
    /// Waits until the scenario opens the task's gate.
    Gate,
    /// The same, with a connection of the product's pool in hand.
    Hog,
    /// Nothing, without any connection of the product's pool.
    Aside,
    /// The first attempt gives the job up after some milliseconds; any other is a `Gate`.
    GiveUpOnce(u64),
    /// The first attempt takes some milliseconds inside its fenced transaction.
    StallInside(u64),
}

/// `A` and `B` share a lane, `C` has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    A,
    B,
    C,
}

impl Kind {
    pub async fn enqueue(
        self,
        conn: &mut PgConnection,
        tasks: Vec<Task>,
        options: &EnqueueOptions,
    ) -> Result<(), EnqueueError> {
        match self {
            Self::A => enqueue_many(conn, &tasks.into_iter().map(A).collect::<Vec<_>>(), options).await,
            Self::B => enqueue_many(conn, &tasks.into_iter().map(B).collect::<Vec<_>>(), options).await,
            Self::C => enqueue_many(conn, &tasks.into_iter().map(C).collect::<Vec<_>>(), options).await,
        }
        .map(drop)
    }

    pub const fn lane(self) -> Lane {
        match self {
            Self::A | Self::B => Lane::Live,
            Self::C => Lane::Bulk,
        }
    }
}

macro_rules! job {
    ($kind:ident, $name:literal) => {
        #[derive(Debug, Serialize, Deserialize)]
        pub struct $kind(pub Task);

        impl Job for $kind {
            const KIND: &'static str = $name;
            const LANE: Lane = Kind::$kind.lane();
            /// Attempts count that were lost with their workers; none must be given up for that.
            const RETRY: RetryPolicy = RetryPolicy {
                max_attempts: 1000,
                first_delay: Duration::from_millis(20),
                max_delay: Duration::from_millis(200),
            };

            fn tenant(&self) -> TenantId {
                self.0.tenant
            }

            fn key(&self) -> Option<String> {
                self.0.key.clone()
            }

            fn idempotency_key(&self) -> Option<String> {
                self.0.once.then(|| self.0.n.to_string())
            }
        }
    };
}

job!(A, "chaos-a");
job!(B, "chaos-b");
job!(C, "chaos-c");
