//! What operators and tools ask: is it alive, is it ready, how is it doing, what does it offer.

pub mod docs;
pub mod healthz;
pub mod metrics;
pub mod readyz;
