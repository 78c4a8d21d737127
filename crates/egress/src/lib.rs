//! The only way out over HTTP: policy, resolution, limits, redirects.
//!
//! Plugins, outgoing webhooks and token refreshes all call through [`Egress::send`]. One pooled
//! client serves them all, and every request passes the same gates in the same order: the URL is
//! https and plain, the caller's [`Policy`] and the operator's both allow it, the name resolves
//! to public addresses only, and the connection goes to exactly those. Redirects go through the
//! gates again. Nothing here retries: a [`Failure`] says whether the server may have seen the
//! request, and the caller decides.

mod address;
mod client;
mod coding;
mod config;
mod exchange;
mod failure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod policy;
mod resolve;
mod target;

pub use address::refusal;
pub use client::{Egress, Request, Response};
pub use config::{Config, Exception, InvalidConfig, Mapping, OperatorPolicy};
pub use failure::{Failure, FailureKind};
pub use policy::{InvalidRule, Policy, Rule};
pub use resolve::{Resolver, SystemResolver};
