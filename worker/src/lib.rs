//! What happens after a webhook was stored and answered: one file per job kind, on workers of the queue.
//!
//! [`jobs`] is the list of kinds; [`inbound`] applies what a plugin read; [`outcome`] decides what a failed plugin
//! call means. The environment that jobs work in is passed to them, never global.

#![deny(clippy::disallowed_methods)]

pub mod call;
mod deliveries;
pub mod environment;
pub mod facts;
mod gather;
pub mod inbound;
pub mod jobs;
pub mod mail;
pub mod maintenance;
mod nul;
pub mod outcome;
pub mod plugins;
pub mod records;
mod registrations;
mod reports;
mod rich;
pub mod rulebook;
pub mod secrets;
mod state;
pub mod target;

pub use environment::{Environment, Parts};
