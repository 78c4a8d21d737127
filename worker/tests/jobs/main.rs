//! Jobs, run one after another on a real database, with the real plugin, the simulated provider and a clock that
//! stands still until it is moved.

mod inbound;
mod oauth;
mod records;
mod sending;
mod trouble;
mod versions;
mod world;
