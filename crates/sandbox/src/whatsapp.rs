//! The WhatsApp Cloud API.

pub(crate) mod app;
pub(crate) mod control;
pub(crate) mod directory;
pub(crate) mod faults;
pub(crate) mod graph;
mod graph_error;
mod ids;
pub(crate) mod ledger;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod play;
pub mod recording;
pub(crate) mod shared;
pub mod signing;
pub(crate) mod templates;
pub mod traffic;
mod validate;
