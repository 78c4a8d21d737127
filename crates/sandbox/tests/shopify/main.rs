//! The simulated Shopify, asked by a real HTTP client and reporting to a real HTTP server.

mod mutations;
mod points;
mod queries;
#[path = "../support/receiver.rs"]
mod receiver;
mod tokens;
mod webhooks;
mod world;
