//! Failed logins: after a few, an address of the network and a person's address have to wait.
//!
//! Kept in memory: each process counts for itself, which weakens the limit by the number of processes and no more.

use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Failures within this time count.
const WINDOW: TimeDelta = TimeDelta::minutes(5);
/// Failures of one network address with one person's address.
const PER_PAIR: u32 = 10;
/// Failures of one network address, whoever it tries to be: a whole office may sit behind it.
const PER_ADDRESS: u32 = 100;
/// How many counters are kept; a flood of addresses must not fill the memory.
const COUNTERS: usize = 50_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counter {
    Pair(IpAddr, String),
    Address(IpAddr),
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    until: DateTime<Utc>,
}

/// Counts failed logins.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<Counter, Count>>);

impl Throttle {
    /// How long this login has to wait, if it has to.
    pub fn wait(&self, client: IpAddr, email: &str, now: DateTime<Utc>) -> Option<Duration> {
        let counts = self.lock();
        counters(client, email)
            .into_iter()
            .filter_map(|(counter, limit)| {
                let count = counts.get(&counter)?;
                let waits = count.failures >= limit && count.until > now;
                waits.then(|| (count.until - now).to_std().unwrap_or_default())
            })
            .max()
    }

    /// Counts a failure.
    pub fn failed(&self, client: IpAddr, email: &str, now: DateTime<Utc>) {
        let mut counts = self.lock();
        if counts.len() >= COUNTERS {
            counts.retain(|_, count| count.until > now);
        }
        if counts.len() >= COUNTERS {
            counts.clear();
        }
        for (counter, _) in counters(client, email) {
            let fresh = Count { failures: 0, until: now + WINDOW };
            let count = counts.entry(counter).or_insert(fresh);
            if count.until <= now {
                *count = fresh;
            }
            count.failures += 1;
        }
    }

    /// Forgets the failures of a person who made it; those of the network address stay.
    pub fn succeeded(&self, client: IpAddr, email: &str) {
        self.lock().remove(&Counter::Pair(client, email.to_lowercase()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Counter, Count>> {
        // The map is valid after every step of a panicking holder.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counters(client: IpAddr, email: &str) -> [(Counter, u32); 2] {
    [(Counter::Pair(client, email.to_lowercase()), PER_PAIR), (Counter::Address(client), PER_ADDRESS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_add_up_and_run_out() {
        let (throttle, client) = (Throttle::default(), IpAddr::from([192, 0, 2, 1]));
        let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        for _ in 0..PER_PAIR {
            assert_eq!(throttle.wait(client, "a@b.example", start), None);
            throttle.failed(client, "A@b.example", start);
        }
        assert_eq!(throttle.wait(client, "a@B.example", start), Some(Duration::from_mins(5)));
        assert_eq!(throttle.wait(client, "other@b.example", start), None);
        assert_eq!(throttle.wait(IpAddr::from([192, 0, 2, 2]), "a@b.example", start), None);
        assert_eq!(throttle.wait(client, "a@b.example", start + WINDOW), None);
    }

    #[test]
    fn an_address_that_tries_everybody_waits_for_everybody() {
        let (throttle, client) = (Throttle::default(), IpAddr::from([192, 0, 2, 1]));
        let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        for n in 0..PER_ADDRESS {
            throttle.failed(client, &format!("{n}@b.example"), start);
        }
        assert!(throttle.wait(client, "new@b.example", start).is_some());
    }
}
