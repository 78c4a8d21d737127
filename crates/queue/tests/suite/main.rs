//! The queue against a real PostgreSQL.

mod enqueueing;
mod isolation;
mod leases;
mod model;
mod operation;
mod order;
mod outages;
mod outcomes;
mod plans;
mod support;
