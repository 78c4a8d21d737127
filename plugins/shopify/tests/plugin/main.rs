//! The plugin as the host calls it, natively.

mod actions;
mod admin;
mod drafts;
mod enrich;
mod manifest;
mod properties;
mod setup;
mod support;
mod throttling;
mod webhooks;
