//! What every other crate talks about: ids, states with their transitions, events, job arguments.
//!
//! No I/O and no clock: whoever needs the time is handed it.

#![deny(clippy::disallowed_methods, missing_docs)]

pub mod attribute;
pub mod clock;
pub mod close_reason;
pub mod connection;
pub mod conversation;
pub mod cron;
pub mod delivery;
pub mod event;
pub mod handle;
pub mod id;
pub mod job;
pub mod jobs;
pub mod mention;
pub mod message;
pub mod plugin;
pub mod presence;
pub mod rich;
pub mod role;
pub mod second_factor;
pub mod sight;
pub mod stream;
pub mod team;
pub mod triage;

pub use clock::{Clock, ManualClock};
pub use id::*;
