//! The product from outside: real processes, a real database, the simulated provider, and nothing but HTTP and the
//! command line between them and these stories.

mod harness;

mod chaos;
mod drain;
mod faults;
mod identity;
mod import;
mod ingest;
mod outage;
mod playground;
mod plugins;
mod queue;
mod realtime;
mod statuses;
mod story;
mod tenants;
mod typescript;
mod window;
