//! Whose a request is, what must stay in order, and whether it was here before.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::place::Element;
use super::request::Body;
use super::{Place, Recipe, Request};

/// Most (account, thread) pairs one request may name; Meta batches up to a thousand updates.
const PARTS_MAX: usize = 2000;

/// Longest key kept as it is; longer ones are replaced by their hash.
const KEY_MAX: usize = 128;

/// Where a request belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// Equal for two deliveries of the same request; at most 140 printable characters.
    pub dedupe_key: String,
    /// The distinct parts in document order; never empty, so that nothing goes unrouted.
    pub parts: Vec<Part>,
}

/// What one or more elements of a request have in common. Keys are at most 128 characters long
/// and free of control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The account as the provider names it; `None` if the element names none, in which case it
    /// belongs to whichever connection the endpoint serves.
    pub account: Option<String>,
    /// What must stay in order within the account.
    pub thread: Option<String>,
}

/// Why a request cannot be routed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unroutable {
    /// The body is not JSON.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// Line of the first error, from 1.
        line: usize,
        /// Column of the first error.
        column: usize,
    },
    /// The body names more accounts and threads than any provider batches.
    #[error("the body names more than {limit} accounts and threads")]
    TooManyParts {
        /// The limit.
        limit: usize,
    },
}

impl Recipe {
    /// Where `request` belongs. To be called only after it was verified.
    pub fn route(&self, request: &Request<'_>) -> Result<Routing, Unroutable> {
        let body = request.body(self.body)?;
        Ok(Routing { dedupe_key: self.dedupe_key(request), parts: self.parts(request, body)? })
    }

    fn parts(&self, request: &Request<'_>, body: Body<'_>) -> Result<Vec<Part>, Unroutable> {
        let mut parts = Vec::new();
        let mut seen = BTreeSet::new();
        if let (Some(each), Body::Json(root)) = (&self.each, body) {
            each.elements(root, &mut |indices| {
                let part = self.part(request, Element::new(each, indices));
                if seen.insert(part.clone()) {
                    parts.push(part);
                }
                let limit = PARTS_MAX;
                if parts.len() > limit {
                    return Err(Unroutable::TooManyParts { limit });
                }
                Ok(())
            })?;
        }
        if parts.is_empty() {
            parts.push(self.part(request, Element::WHOLE));
        }
        Ok(parts)
    }

    fn part(&self, request: &Request<'_>, element: Element<'_>) -> Part {
        Part { account: self.account(request, element), thread: self.first(&self.thread, request, element) }
    }

    /// The account that `element` belongs to.
    pub(super) fn account(&self, request: &Request<'_>, element: Element<'_>) -> Option<String> {
        self.first(&self.accounts, request, element)
    }

    fn first(&self, places: &[Place], request: &Request<'_>, element: Element<'_>) -> Option<String> {
        let mut found = places.iter().filter_map(|place| place.first(request, self.body, element));
        found.next().map(storable)
    }

    /// The number before the mark says which alternative of the recipe it was; `:` is followed by
    /// the provider's own id, `#` by a hash.
    fn dedupe_key(&self, request: &Request<'_>) -> String {
        for (index, places) in self.dedupe.iter().enumerate() {
            let values: Vec<_> = places.iter().map(|place| place.all(request, self.body)).collect();
            if values.iter().any(Vec::is_empty) {
                continue;
            }
            return match values.as_slice() {
                [values] if values.len() == 1 && is_storable(&values[0]) => {
                    format!("{index}:{}", values[0])
                }
                values => format!("{index}#{}", joint_hash(values)),
            };
        }
        format!("body#{}", hex::encode(Sha256::digest(request.body)))
    }
}

/// A hash that no other division of the same characters into values shares.
fn joint_hash(places: &[Vec<Cow<'_, str>>]) -> String {
    let mut hash = Sha256::new();
    for values in places {
        hash.update(values.len().to_be_bytes());
        for value in values {
            hash.update(value.len().to_be_bytes());
            hash.update(value.as_bytes());
        }
    }
    hex::encode(hash.finalize())
}

/// PostgreSQL has no text with a NUL, and nobody reads keys of a kilobyte.
fn is_storable(key: &str) -> bool {
    key.len() <= KEY_MAX && !key.chars().any(char::is_control)
}

fn storable(key: Cow<'_, str>) -> String {
    if is_storable(&key) { key.into_owned() } else { format!("#{}", hex::encode(Sha256::digest(key.as_bytes()))) }
}
