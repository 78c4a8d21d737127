//! The real plugins, in the sandbox they are run in, against the simulated providers: each function of their manifests,
//! and what they make of throttling, expired tokens and refusals.
//!
//! The plugins are built apart from the workspace: `make plugins`.

mod hubspot;
#[path = "../host/memory.rs"]
mod memory;
mod receiver;
mod shopify;
mod whatsapp;
mod world;
