//! HTTP: webhook ingest and REST.
//!
//! [`mod@router`] is the table of contents: one line per endpoint, one file behind each line. What the endpoints stand
//! on:
//!
//! - [`state`]: what the process hands in
//! - `trace`, [`problem`]: the ids of a request, and what is answered when it fails
//! - `request`: what handlers take out of a request (body, idempotency key, entity tag, page)
//! - `auth`: who asks, and what they may do; every transaction of a person begins there
//! - `rate`: how often somebody may ask
//! - `realtime`: what happens, told to whoever may hear it
//! - `live`: waiting for what a worker answers
//! - `hooks`: how a provider's request is checked, routed and stored

#![deny(clippy::disallowed_methods)]

mod api_keys;
mod attributes;
mod audit_log;
mod auth;
mod authorizations;
mod brands;
mod canned_responses;
mod channels;
mod companies;
mod connections;
mod contacts;
mod conversations;
mod deliveries;
mod endpoints;
mod hooks;
mod invitations;
mod links;
mod live;
mod macros;
pub mod openapi;
mod operations;
mod plugins;
mod presence;
pub mod problem;
mod queue;
mod queues;
mod rate;
mod realtime;
mod replies;
mod request;
mod roles;
pub mod router;
mod rule_runs;
mod rules;
mod sealing;
mod search;
mod settings;
mod slug;
pub mod state;
mod surveys;
mod tags;
mod teams;
mod trace;
mod triage;
mod users;

pub use auth::{AccessKey, Claims, hash_password};
pub use router::router;
pub use state::{Api, Check, Parts, Readiness};
