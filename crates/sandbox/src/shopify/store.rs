//! A shop with all that the simulator knows of it.

use super::Shop;
use super::points::Points;
use super::records::Records;
use super::tokens::Tokens;
use crate::recent::Recent;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// How many idempotency keys are remembered.
const KEYS: usize = 10_000;

pub(super) struct Store {
    pub(super) shop: Shop,
    pub(super) records: Records,
    pub(super) points: Points,
    pub(super) tokens: Tokens,
    /// Answers by idempotency key, with the arguments they were for.
    pub(super) settled: Recent<String, (Value, Value)>,
}

impl Store {
    pub(super) fn open(mut shop: Shop, now: DateTime<Utc>) -> Self {
        let records = std::mem::replace(&mut shop.records, Records::empty()).settled();
        let tokens = Tokens::new(&shop);
        Self { shop, records, points: Points::full(now), tokens, settled: Recent::new(KEYS) }
    }
}
