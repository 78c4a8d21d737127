//! Recorded sessions that can be played again, each time by new customers.
//!
//! A recording is JSON: `title`, `description`, `recorded_at`, `customers` by key and `steps`. In a
//! customer's `phone` and `user_id` every `#` stands for a digit that differs in each run. A step has
//! `after_ms` (from the start of the session), the key of its `customer`, and a `message` in the form
//! of [`Content`].

use crate::whatsapp::ids;
use crate::whatsapp::traffic::{Content, Customer, Inbound, fresh_wamid};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A recorded session.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// A short name for people.
    pub title: String,
    /// What happens in it.
    pub description: String,
    /// When it was taken.
    pub recorded_at: DateTime<Utc>,
    customers: BTreeMap<String, Customer>,
    steps: Vec<RecordedStep>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedStep {
    after_ms: i64,
    customer: String,
    message: Content,
}

/// One message of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The customer's key in the recording.
    pub key: String,
    /// When to send it, counted from the start of the replay.
    pub after: TimeDelta,
    /// The message: of a fresh customer, with a fresh id, dated `start + after`.
    pub inbound: Inbound,
}

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is not JSON of the documented form.
    #[error("the recording cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A step names a customer who is not listed.
    #[error("step {step} names the customer {customer:?}, who is not in the list")]
    UnknownCustomer {
        /// The step's position, from 0.
        step: usize,
        /// The key it uses.
        customer: String,
    },
    /// A step comes before the one listed above it.
    #[error("step {step} is earlier than the step before it")]
    OutOfOrder {
        /// The step's position, from 0.
        step: usize,
    },
}

impl Recording {
    /// The story that comes with the product: a greeting, a question with a picture, a request for a
    /// refund, a customer without a phone number, a reaction and a location.
    pub fn first_day() -> Self {
        Self::parse(include_str!("../../recordings/first_day.json"))
            .expect("the recording in this crate is well formed")
    }

    /// Reads a recording and checks that its steps make sense.
    pub fn parse(json: &str) -> Result<Self, RecordingError> {
        let recording: Self = serde_json::from_str(json)?;
        let mut last = 0;
        for (step, recorded) in recording.steps.iter().enumerate() {
            if !recording.customers.contains_key(&recorded.customer) {
                let customer = recorded.customer.clone();
                return Err(RecordingError::UnknownCustomer { step, customer });
            }
            if recorded.after_ms < last {
                return Err(RecordingError::OutOfOrder { step });
            }
            last = recorded.after_ms;
        }
        Ok(recording)
    }

    /// The session as it happens again from `start`, by customers who have never written before.
    pub fn replay(&self, start: DateTime<Utc>) -> Vec<Step> {
        let customers: BTreeMap<&str, Customer> =
            self.customers.iter().map(|(key, customer)| (key.as_str(), fresh(customer))).collect();
        self.steps
            .iter()
            .map(|step| {
                let after = TimeDelta::milliseconds(step.after_ms);
                let customer = customers[step.customer.as_str()].clone();
                let inbound = Inbound {
                    wamid: Some(fresh_wamid(&customer)),
                    at: Some(start + after),
                    ..Inbound::new(customer, step.message.clone())
                };
                Step { key: step.customer.clone(), after, inbound }
            })
            .collect()
    }
}

fn fresh(pattern: &Customer) -> Customer {
    Customer {
        phone: pattern.phone.as_deref().map(ids::fill_digits),
        user_id: pattern.user_id.as_deref().map(ids::fill_digits),
        ..pattern.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_replay_has_fresh_ids_and_customers_and_times_from_its_start() {
        let recording = Recording::first_day();
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (one, two) = (recording.replay(start), recording.replay(start));
        assert_eq!(one.len(), recording.steps.len());

        let wamids: HashSet<_> = one.iter().chain(&two).map(|step| &step.inbound.wamid).collect();
        assert_eq!(wamids.len(), one.len() + two.len());
        for (a, b) in one.iter().zip(&two) {
            assert_ne!(a.inbound.customer, b.inbound.customer);
            assert_eq!(a.inbound.message, b.inbound.message);
            assert_eq!(a.inbound.at, Some(start + a.after));
        }
        let customers: HashSet<_> =
            one.iter().map(|step| (&step.key, step.inbound.customer.identifiers().next().unwrap())).collect();
        assert_eq!(customers.len(), 3, "one identity per recorded customer");
    }

    #[test]
    fn the_story_has_what_the_demo_tells() {
        let steps = Recording::first_day().replay(DateTime::UNIX_EPOCH);
        let has = |wanted: fn(&Inbound) -> bool| steps.iter().any(|step| wanted(&step.inbound));
        assert!(has(|m| m.customer.phone.is_none() && m.customer.user_id.is_some()));
        assert!(has(|m| matches!(&m.message, Content::Text { body } if body.to_lowercase().contains("refund please"))));
        assert!(has(|m| matches!(m.message, Content::Image(_))));
        assert!(has(|m| matches!(m.message, Content::Reaction { .. })));
        assert!(has(|m| matches!(m.message, Content::Location { .. })));
    }

    #[test]
    fn a_step_must_name_a_listed_customer_and_follow_in_time() {
        let recording = |steps: &str| {
            Recording::parse(&format!(
                r#"{{"title":"","description":"","recorded_at":"2026-01-01T00:00:00Z",
                    "customers":{{"a":{{"phone":"1"}}}},"steps":[{steps}]}}"#
            ))
        };
        let step = |after: u32, customer: &str| {
            format!(r#"{{"after_ms":{after},"customer":"{customer}","message":{{"type":"text","body":"x"}}}}"#)
        };
        assert!(recording(&step(0, "a")).is_ok());
        assert!(matches!(recording(&step(0, "b")), Err(RecordingError::UnknownCustomer { step: 0, .. })));
        assert!(matches!(
            recording(&format!("{},{}", step(5, "a"), step(4, "a"))),
            Err(RecordingError::OutOfOrder { step: 1 })
        ));
    }
}
