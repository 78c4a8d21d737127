//! Every SQL statement outside the queue.
//!
//! Functions take a connection that is inside a tenant's transaction ([`Database::begin`]); what crosses tenants is a
//! named database function and says so. Nothing here decides: callers do, and store writes down what they decided.

#![deny(clippy::disallowed_methods, missing_docs)]

pub mod action_runs;
pub mod api_keys;
pub mod attributes;
pub mod audit;
pub mod brands;
pub mod companies;
pub mod connections;
pub mod contacts;
pub mod conversations;
pub mod database;
pub mod deliveries;
pub mod endpoints;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod imports;
pub mod ingest;
pub mod invitations;
pub mod locks;
pub mod mailed_links;
pub mod messages;
pub mod migrations;
pub mod oauth;
pub mod plugin_calls;
pub mod plugin_state;
pub mod plugins;
pub mod presence;
pub mod reactions;
pub mod realtime;
pub mod refresh_tokens;
pub mod replies;
pub mod roles;
pub mod rule_runs;
pub mod rules;
pub mod search;
pub mod second_factors;
pub mod secrets;
pub mod sessions;
pub mod streams;
pub mod surveys;
pub mod tags;
pub mod teams;
pub mod templates;
pub mod tenant_settings;
pub mod tenants;
pub mod triage;
pub mod users;

pub use database::{Database, TenantTx};
pub use error::{Constraint, Error, Result};
