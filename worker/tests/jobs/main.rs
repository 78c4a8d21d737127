//! Jobs, run one after another on a real database, with the real plugin, the simulated provider and a clock that
//! stands still until it is moved.

mod actions;
mod close_reasons;
mod customers;
mod inbound;
mod links;
mod oauth;
mod people;
mod polls;
mod ratings;
mod records;
mod rich;
mod sending;
mod setup;
mod triage;
mod trouble;
mod versions;
mod world;
