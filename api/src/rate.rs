//! How often somebody may ask: a bucket of tokens for each caller, in the memory of each process.
//!
//! A bucket fills at an even pace up to a minute's worth, and every request takes one out. People and API keys have
//! buckets of their own; what is not signed in, or not successfully, shares that of its network address, so that making
//! up tokens gains nothing. Answers say what is left in the headers of draft-ietf-httpapi-ratelimit-headers.

use crate::{
    api_keys,
    auth::{ClientAddress, bearer},
    problem::{Code, Problem},
    state::Api,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::UserId;
use http::{HeaderName, HeaderValue, StatusCode};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What a bucket is filled with in this time.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// How many buckets are kept; a flood of callers must not fill the memory.
const BUCKETS: usize = 100_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Whose bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Person(UserId),
    /// By the hash of what was shown, which may be a key or not.
    Key([u8; 32]),
    Address(IpAddr),
}

/// A bucket that is full is not kept.
#[derive(Clone, Copy)]
struct Bucket {
    /// When it will be full again, if nobody takes anything out.
    full_at: DateTime<Utc>,
}

/// What is in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    /// What it holds when it is full.
    limit: u32,
    /// Whole requests that are left.
    left: u32,
    /// Until it is full again.
    full_in: Duration,
    /// Until one more is left, if none is.
    wait: Option<Duration>,
}

/// The buckets.
pub struct Rates {
    per_caller: u32,
    per_address: u32,
    buckets: Mutex<HashMap<Owner, Bucket>>,
}

impl Rates {
    /// With these limits; 0 is none.
    pub fn new(limits: &config::RateLimit) -> Self {
        Self { per_caller: limits.per_caller, per_address: limits.per_address, buckets: Mutex::default() }
    }

    fn limit(&self, owner: Owner) -> u32 {
        match owner {
            Owner::Person(_) | Owner::Key(_) => self.per_caller,
            Owner::Address(_) => self.per_address,
        }
    }

    /// Takes so many out of a bucket, if they are in it, and says what it holds then. `None`: there is no limit.
    fn take(&self, owner: Owner, wanted: u32, now: DateTime<Utc>) -> Option<Level> {
        let limit = self.limit(owner);
        if limit == 0 {
            return None;
        }
        // What one request costs, as time to fill it in again.
        let one = WINDOW / i32::try_from(limit).unwrap_or(i32::MAX);
        let mut buckets = self.lock();
        let full_at = buckets.get(&owner).map_or(now, |bucket| bucket.full_at.max(now));
        let after = full_at + one * i32::try_from(wanted).unwrap_or(i32::MAX);
        let room = one * i32::try_from(limit).unwrap_or(i32::MAX);
        let full_at = if after - now <= room { after } else { full_at };
        let refused = after - now > room;
        if full_at > now {
            make_room(&mut buckets, now);
            buckets.insert(owner, Bucket { full_at });
        }
        drop(buckets);
        let missing = (full_at - now).num_nanoseconds().unwrap_or(i64::MAX);
        let cost = one.num_nanoseconds().unwrap_or(i64::MAX).max(1);
        let used =
            u32::try_from(missing.div_euclid(cost) + i64::from(missing.rem_euclid(cost) > 0)).unwrap_or(u32::MAX);
        let wait = refused.then(|| (after - now - room).to_std().unwrap_or_default());
        let full_in = (full_at - now).to_std().unwrap_or_default();
        Some(Level { limit, left: limit.saturating_sub(used), full_in, wait })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Owner, Bucket>> {
        // The map is valid after every step of a panicking holder.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets buckets that are full again, and all of them if that is not enough.
fn make_room(buckets: &mut HashMap<Owner, Bucket>, now: DateTime<Utc>) {
    if buckets.len() >= BUCKETS {
        buckets.retain(|_, bucket| bucket.full_at > now);
    }
    if buckets.len() >= BUCKETS {
        buckets.clear();
    }
}

/// Counts a request, or refuses it.
pub async fn limit(State(api): State<Api>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(&mut parts, &api).await;
    let (now, address) = (api.now(), Owner::Address(address));
    let token = bearer(&parts);
    let owner = match token.and_then(api_keys::token) {
        Some(key) => Owner::Key(key.hash()),
        None => token
            .and_then(|token| api.access_key.verify(token, now))
            .map_or(address, |claims| Owner::Person(claims.user)),
    };
    if let Some(level) = api.rates.take(owner, 1, now)
        && let Some(wait) = level.wait
    {
        return with(refuse(wait), level);
    }
    // Whoever shows a key that is none has no bucket of their own.
    if matches!(owner, Owner::Key(_))
        && let Some(level) = api.rates.take(address, 0, now)
        && level.left == 0
    {
        return with(refuse(level.full_in), level);
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    let charged = if response.status() == StatusCode::UNAUTHORIZED && owner != address {
        api.rates.take(address, 1, now)
    } else {
        api.rates.take(owner, 0, now)
    };
    match charged {
        Some(level) => with(response, level),
        None => response,
    }
}

fn refuse(wait: Duration) -> Response {
    // Rounded up: a client that waits for as long as it was told is not refused again.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(Code::TooManyRequests).retry_after(Duration::from_secs(seconds)).into_response()
}

fn with(mut response: Response, level: Level) -> Response {
    let policy = format!("\"requests\";q={};w={}", level.limit, WINDOW.num_seconds());
    let seconds = level.full_in.as_secs() + u64::from(level.full_in.subsec_nanos() > 0);
    let left = format!("\"requests\";r={};t={seconds}", level.left);
    for (name, value) in [(POLICY, policy), (LEFT, left)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(last: u8) -> Owner {
        Owner::Address(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_bucket_empties_and_fills_at_its_pace() {
        let rates = Rates::new(&config::RateLimit { per_caller: 0, per_address: 60 });
        let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        for left in (0..60).rev() {
            let level = rates.take(owner(1), 1, start).unwrap();
            assert_eq!((level.left, level.wait), (left, None));
        }
        let refused = rates.take(owner(1), 1, start).unwrap();
        assert_eq!((refused.left, refused.wait), (0, Some(Duration::from_secs(1))));
        assert_eq!(refused.full_in, Duration::from_mins(1));
        assert_eq!(rates.take(owner(2), 1, start).unwrap().left, 59, "others are not concerned");
        let later = start + TimeDelta::seconds(3);
        assert_eq!(rates.take(owner(1), 0, later).unwrap().left, 3);
        assert_eq!(rates.take(owner(1), 1, later).unwrap().left, 2);
        assert_eq!(rates.take(owner(1), 1, start + TimeDelta::hours(1)).unwrap().left, 59);
    }

    #[test]
    fn nothing_is_counted_without_a_limit() {
        let rates = Rates::new(&config::RateLimit { per_caller: 0, per_address: 1 });
        let now = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        for _ in 0..1000 {
            assert_eq!(rates.take(Owner::Person(UserId::new()), 1, now), None);
        }
        assert!(rates.lock().is_empty());
    }
}
