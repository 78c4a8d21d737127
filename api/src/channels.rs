//! Channels: the accounts over which customers are met, as agents need to know them.

pub mod list;
