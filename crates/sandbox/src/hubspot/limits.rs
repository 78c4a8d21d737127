//! How many requests an account may make.
//!
//! 190 in ten seconds, five searches a second, 650,000 a day. A refused request is answered with 429 and the name of
//! the policy that was broken.
//!
//! Source: developers.hubspot.com, "API usage guidelines and limits".

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::VecDeque;

const SEARCHES_PER_SECOND: usize = 5;
const PER_DAY: u32 = 650_000;
const WINDOW: TimeDelta = TimeDelta::seconds(10);

/// A limit that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Policy {
    /// Too many requests in ten seconds.
    TenSecondlyRolling,
    /// Too many searches in a second.
    Secondly,
    /// Too many requests today.
    Daily,
}

impl Policy {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TenSecondlyRolling => "TEN_SECONDLY_ROLLING",
            Self::Secondly => "SECONDLY",
            Self::Daily => "DAILY",
        }
    }
}

pub(super) struct Limits {
    per_window: u32,
    requests: VecDeque<DateTime<Utc>>,
    searches: VecDeque<DateTime<Utc>>,
    day: Option<chrono::NaiveDate>,
    today: u32,
    /// Refusals that were ordered.
    ordered: Option<(Policy, u32)>,
}

impl Limits {
    pub(super) fn new(per_window: u32) -> Self {
        let (requests, searches) = (VecDeque::new(), VecDeque::new());
        Self { per_window, requests, searches, day: None, today: 0, ordered: None }
    }

    /// The next requests break this policy.
    pub(super) fn refuse(&mut self, policy: Policy, requests: u32) {
        self.ordered = (requests > 0).then_some((policy, requests));
    }

    /// Counts a request, or names the policy that it breaks.
    pub(super) fn take(&mut self, search: bool, now: DateTime<Utc>) -> Result<(), Policy> {
        if let Some((policy, left)) = self.ordered {
            self.refuse(policy, left - 1);
            return Err(policy);
        }
        if self.day != Some(now.date_naive()) {
            self.day = Some(now.date_naive());
            self.today = 0;
        }
        forget(&mut self.requests, now - WINDOW);
        forget(&mut self.searches, now - TimeDelta::seconds(1));
        if self.today >= PER_DAY {
            return Err(Policy::Daily);
        }
        if self.requests.len() >= self.per_window as usize {
            return Err(Policy::TenSecondlyRolling);
        }
        if search && self.searches.len() >= SEARCHES_PER_SECOND {
            return Err(Policy::Secondly);
        }
        self.today += 1;
        self.requests.push_back(now);
        if search {
            self.searches.push_back(now);
        }
        Ok(())
    }

    /// What every answer says about the limits.
    pub(super) fn headers(&self) -> HeaderMap {
        let left = self.per_window.saturating_sub(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
        let headers = [
            ("x-hubspot-ratelimit-max", self.per_window),
            ("x-hubspot-ratelimit-remaining", left),
            ("x-hubspot-ratelimit-interval-milliseconds", 10_000),
            ("x-hubspot-ratelimit-daily", PER_DAY),
            ("x-hubspot-ratelimit-daily-remaining", PER_DAY - self.today),
        ];
        headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from(value))).collect()
    }
}

fn forget(times: &mut VecDeque<DateTime<Utc>>, before: DateTime<Utc>) {
    while times.front().is_some_and(|at| *at <= before) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_and_single_seconds_are_counted_apart() {
        let start = DateTime::UNIX_EPOCH;
        let mut limits = Limits::new(7);
        for _ in 0..5 {
            assert_eq!(limits.take(true, start), Ok(()));
        }
        assert_eq!(limits.take(true, start), Err(Policy::Secondly));
        assert_eq!(limits.take(false, start), Ok(()));
        let later = start + TimeDelta::seconds(1);
        assert_eq!(limits.take(true, later), Ok(()));
        assert_eq!(limits.take(false, later), Err(Policy::TenSecondlyRolling));
        assert_eq!(limits.headers()["x-hubspot-ratelimit-remaining"], "0");
        assert_eq!(limits.take(false, start + WINDOW), Ok(()));
    }

    #[test]
    fn ordered_refusals_come_first_and_end() {
        let mut limits = Limits::new(10);
        limits.refuse(Policy::Daily, 2);
        let taken: Vec<_> = (0..3).map(|_| limits.take(false, DateTime::UNIX_EPOCH)).collect();
        assert_eq!(taken, [Err(Policy::Daily), Err(Policy::Daily), Ok(())]);
    }
}
