//! The job queue: an apalis backend on PostgreSQL tables of its own.
//!
//! A job is stored in the caller's transaction, and runs at least once after it has committed:
//!
//! ```
//! # use domain::{TenantId, job::{Job, Lane, RetryPolicy}};
//! use queue::{Handlers, JobContext, JobError, Queue, Settings, Workers};
//!
//! #[derive(Debug, serde::Serialize, serde::Deserialize)]
//! struct Greet {
//!     tenant: TenantId,
//!     contact: u64,
//! }
//!
//! impl Job for Greet {
//!     const KIND: &'static str = "greet";
//!     const LANE: Lane = Lane::Live;
//!     const RETRY: RetryPolicy = RetryPolicy::PROMPT;
//!
//!     fn tenant(&self) -> TenantId {
//!         self.tenant
//!     }
//!
//!     fn key(&self) -> Option<String> {
//!         Some(format!("contact:{}", self.contact))
//!     }
//! }
//!
//! async fn greet(_env: (), job: Greet, ctx: JobContext) -> Result<(), JobError> {
//!     println!("hello, {}, attempt {}", job.contact, ctx.attempt);
//!     Ok(())
//! }
//!
//! # async fn example(queue: Queue, mut tx: sqlx::Transaction<'_, sqlx::Postgres>, tenant: TenantId)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! // Where something happens:
//! queue::enqueue(&mut tx, &Greet { tenant, contact: 7 }).await?;
//! tx.commit().await?;
//! queue.wake(Greet::LANE);
//!
//! // Where the work is done:
//! let handlers = Handlers::new(()).register(greet);
//! let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
//! Workers::new(queue, handlers, Settings::default()).run(stop).await?;
//! # Ok(()) }
//! ```
//!
//! # The life of a job
//!
//! ```text
//!                enqueue ────────────┐ (run_at given)
//!                   │                ▼
//!                   ▼     due    ┌─────────┐
//!   ┌────────┐   ┌───────┐ ◄──── │ delayed │ ◄─┐
//!   │ parked │ ◄─│ ready │       └─────────┘   │ Retry, Snooze, Turn
//!   │  held  │ ─►└───────┘                     │
//!   └────────┘     │   ▲ handed back at a      │
//!    its key is    │   │ shutdown, or lease    │
//!    busy; it is   ▼   │ lost with its worker  │
//!    held back
//!                ┌─────────┐ ──────────────────┘
//!                │ running │ ──► Ok, Cancel: gone
//!                └─────────┘ ──► Fail, attempts used up: dead letter ──► replay: ready
//! ```
//!
//! # What is promised
//!
//! - **At least once.** A committed job ends in success, cancelled by its handler, or as a dead
//!   letter. Handlers may run twice, so their effects are idempotent; [`JobContext::fence`] makes a
//!   transaction that only the owner of the lease can commit.
//! - **Turns.** Every claim gives each tenant that has work an equal share of the places; within a tenant it is
//!   priority, then age. Priority orders keys, and never overtakes within one.
//! - **Order.** Jobs of one key run one at a time, in the order of enqueueing, across all workers,
//!   lanes and kinds of a tenant. A job that waits for its retry holds its key; a dead letter
//!   releases it. Of two *overlapping* transactions the order is that of their inserts, unless the
//!   later one commits and starts first. A scheduled job joins the line when it is due.
//! - **Leases.** A worker keeps its jobs while its heartbeat, a thread of its own, reaches the
//!   database. The jobs of a dead worker run elsewhere within 15 s. While the database is away no
//!   lease is lost: a process rescues only after it has itself reached the database without a gap
//!   for one lease, and by then every living worker has spoken. After any trouble a worker and the
//!   database compare what runs where, so that a lost answer leaves no job that runs nowhere.
//! - **Holds.** Lanes, kinds, tenants and connections can be paused ([`holds`]); a connection that needs
//!   to be authorized anew is parked ([`park`]); five failures in a row that a handler blames on the
//!   provider open the connection's circuit breaker. What is held back uses up no attempt.
//! - **Rate limits** are token buckets that the whole fleet shares ([`Limit`]). Who has to wait gets a
//!   time of its own and is not asked again before it.
//! - **Schedules** fire each slot of a cron expression once across the fleet ([`schedules`]).
//! - **Lanes** have their own concurrency, fetcher and acks.
//! - **Unknown kinds** wait: a worker claims only what it has a handler for.
//! - **Idempotency keys** are per tenant and kind. They outlive their job by
//!   [`Settings::idempotency_horizon`], counted from its end.

#![deny(clippy::disallowed_methods, missing_docs)]

mod ack;
mod acker;
mod backend;
mod buffer;
mod cancellation;
mod claim;
mod context;
mod control;
pub mod dead_letters;
mod drain;
mod enqueue;
mod fetcher;
mod figures;
mod fleet;
mod gather;
mod handlers;
mod heartbeat;
mod held;
pub mod history;
pub mod holds;
mod ids;
pub mod jobs;
mod lane;
mod limits;
mod listener;
mod outcome;
mod parking;
mod queue;
mod registration;
mod report;
mod runner;
mod scan;
pub mod schedules;
mod settings;
mod slots;
mod stats;
pub mod tenant_stats;
mod upkeep;
mod wake;
mod workers;

pub use context::{FenceError, JobContext};
pub use drain::Ran;
pub use enqueue::{EnqueueError, EnqueueOptions, Enqueued, enqueue, enqueue_at, enqueue_many, enqueue_with};
pub use figures::Figures;
pub use fleet::Worker;
pub use handlers::Handlers;
pub use ids::{JobId, RunToken, WorkerId};
pub use limits::Limit;
pub use outcome::{JobError, Outcome};
pub use parking::{park, unpark};
pub use queue::Queue;
pub use settings::Settings;
pub use stats::{DeadLetterSummary, LaneStats, Unfinished};
pub use workers::{Workers, WorkersError};

use sqlx::postgres::types::PgInterval;
use std::time::Duration;

fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
