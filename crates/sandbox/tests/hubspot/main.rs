//! The simulated HubSpot, asked by a real HTTP client and reporting to a real HTTP server.

mod associations;
mod limits;
mod objects;
#[path = "../support/receiver.rs"]
mod receiver;
mod tokens;
mod webhooks;
mod world;
