//! The queues of teams: what waits, since when, and taking the next.

pub mod list;
pub mod take_next;
