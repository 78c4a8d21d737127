//! The queue against a real PostgreSQL.

mod control;
mod enqueueing;
mod history;
mod isolation;
mod leases;
mod model;
mod operation;
mod order;
mod outages;
mod outcomes;
mod plans;
mod schedules;
mod steering;
mod support;
