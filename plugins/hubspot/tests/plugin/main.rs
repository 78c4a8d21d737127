//! The plugin as the host calls it, natively.

mod admin;
mod associations;
mod contacts;
mod engagements;
mod facts;
mod lost_answers;
mod manifest;
mod poll;
mod properties;
mod support;
mod tickets;
mod webhooks;
