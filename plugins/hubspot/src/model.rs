//! What actions take and give. The modules below are also part of `build.rs`, which makes the
//! manifest's schemas out of them.

pub mod association;
pub mod contact;
pub mod engagement;
pub mod ticket;
