//! The simulated Cloud API, asked by a real HTTP client and reporting to a real HTTP server.

mod callbacks;
mod control;
mod faults;
mod limits;
mod reads;
mod receiver;
mod recording;
mod sends;
mod world;
