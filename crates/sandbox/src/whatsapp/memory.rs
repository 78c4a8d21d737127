//! What the simulator remembers between requests, bounded so that a long run does not grow it.

use crate::recent::Recent;
use crate::whatsapp::faults::Faults;
use crate::whatsapp::ids::Author;
use crate::whatsapp::ledger::Ledger;
use crate::whatsapp::limits::{Bucket, Limits, Rate};
use crate::whatsapp::traffic::Customer;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// How long after a customer's message free-form answers reach them.
const WINDOW: TimeDelta = TimeDelta::hours(24);
/// How many customers, messages and attachments are remembered.
const CAPACITY: usize = 100_000;

pub(crate) struct Memory {
    /// The last message of a customer, by number and identifier.
    last_inbound: Recent<String, DateTime<Utc>>,
    /// The newest message of a conversation, by number and identifier.
    newest: Recent<String, String>,
    /// The number that each message belongs to, and who wrote it.
    messages: Recent<String, (String, Author)>,
    customers: Recent<String, Customer>,
    /// MIME type and number of attachments.
    media: Recent<String, StoredMedia>,
    pair_rates: Recent<String, Bucket>,
    throughput: HashMap<String, Bucket>,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
}

/// An attachment that a customer sent.
#[derive(Clone)]
pub(crate) struct StoredMedia {
    pub(crate) phone_number_id: String,
    pub(crate) mime_type: String,
}

/// Which rate limit a send would break.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RateHit {
    Pair,
    Throughput,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            last_inbound: Recent::new(CAPACITY),
            newest: Recent::new(CAPACITY),
            messages: Recent::new(CAPACITY),
            customers: Recent::new(CAPACITY),
            media: Recent::new(CAPACITY),
            pair_rates: Recent::new(CAPACITY),
            throughput: HashMap::new(),
            faults: Faults::default(),
            ledger: Ledger::default(),
        }
    }

    /// A customer wrote to a number: opens the window.
    pub(crate) fn customer_wrote(&mut self, number: &str, customer: &Customer, wamid: &str, at: DateTime<Utc>) {
        self.open_window(number, customer, at);
        for identifier in customer.identifiers() {
            self.newest.insert(pair(number, identifier), wamid.to_owned());
        }
        self.messages.insert(wamid.to_owned(), (number.to_owned(), Author::Customer));
    }

    /// The window is open as if the customer had written at `at`; it never closes earlier by this.
    pub(crate) fn open_window(&mut self, number: &str, customer: &Customer, at: DateTime<Utc>) {
        for identifier in customer.identifiers() {
            let last = self.last_inbound.entry(pair(number, identifier), || at);
            *last = (*last).max(at);
            self.customers.insert(identifier.to_owned(), customer.clone());
        }
    }

    /// The business wrote to a customer.
    pub(crate) fn business_wrote(&mut self, number: &str, identifier: &str, wamid: &str) {
        self.newest.insert(pair(number, identifier), wamid.to_owned());
        let customer = self.customer(identifier);
        for other in customer.identifiers().filter(|other| *other != identifier) {
            self.newest.insert(pair(number, other), wamid.to_owned());
        }
        self.messages.insert(wamid.to_owned(), (number.to_owned(), Author::Business));
    }

    pub(crate) fn window_is_open(&self, number: &str, identifier: &str, now: DateTime<Utc>) -> bool {
        self.last_inbound.get(&pair(number, identifier)).is_some_and(|last| now - *last <= WINDOW)
    }

    pub(crate) fn newest_message(&self, number: &str, customer: &Customer) -> Option<&String> {
        customer.identifiers().find_map(|identifier| self.newest.get(&pair(number, identifier)))
    }

    /// Who wrote this message of a number's conversations.
    pub(crate) fn author(&self, number: &str, wamid: &str) -> Option<Author> {
        let (owner, author) = self.messages.get(wamid)?;
        (owner == number).then_some(*author)
    }

    /// The customer behind an identifier, as far as they are known.
    pub(crate) fn customer(&self, identifier: &str) -> Customer {
        self.customers.get(identifier).cloned().unwrap_or_else(|| {
            let identifier = Some(identifier.to_owned());
            if identifier.as_deref().is_some_and(|text| text.contains('.')) {
                Customer { user_id: identifier, ..Customer::default() }
            } else {
                Customer { phone: identifier, ..Customer::default() }
            }
        })
    }

    pub(crate) fn keep_media(&mut self, id: String, media: StoredMedia) {
        self.media.insert(id, media);
    }

    pub(crate) fn media(&self, id: &str) -> Option<&StoredMedia> {
        self.media.get(id)
    }

    /// Counts a send against the limits.
    pub(crate) fn take_rate(
        &mut self,
        limits: Limits,
        number: &str,
        identifier: &str,
        now: DateTime<Utc>,
    ) -> Result<(), RateHit> {
        let take = |bucket: &mut Bucket, rate: Rate| bucket.take(rate, now);
        if let Some(rate) = limits.throughput {
            let bucket = self.throughput.entry(number.to_owned()).or_insert_with(|| Bucket::full(rate, now));
            if !take(bucket, rate) {
                return Err(RateHit::Throughput);
            }
        }
        if let Some(rate) = limits.pair {
            let bucket = self.pair_rates.entry(pair(number, identifier), || Bucket::full(rate, now));
            if !take(bucket, rate) {
                return Err(RateHit::Pair);
            }
        }
        Ok(())
    }
}

fn pair(number: &str, identifier: &str) -> String {
    format!("{number}/{identifier}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_open_for_24_hours_under_every_identifier() {
        let mut memory = Memory::new();
        let customer = Customer::with_phone("491511", "Ada").and_user_id("DE.1");
        let start = DateTime::UNIX_EPOCH;
        memory.customer_wrote("7", &customer, "wamid.1", start);
        for identifier in ["491511", "DE.1"] {
            assert!(memory.window_is_open("7", identifier, start + WINDOW));
            assert!(!memory.window_is_open("7", identifier, start + WINDOW + TimeDelta::seconds(1)));
            assert!(!memory.window_is_open("8", identifier, start));
        }
        memory.open_window("7", &customer, start - WINDOW);
        assert!(memory.window_is_open("7", "DE.1", start + WINDOW), "an older message closes nothing");
    }

    #[test]
    fn the_newest_message_of_a_conversation_may_be_ours() {
        let mut memory = Memory::new();
        let customer = Customer::with_phone("491511", "Ada").and_user_id("DE.1");
        memory.customer_wrote("7", &customer, "wamid.1", DateTime::UNIX_EPOCH);
        memory.business_wrote("7", "DE.1", "wamid.2");
        assert_eq!(memory.newest_message("7", &customer).unwrap(), "wamid.2");
        assert_eq!(memory.author("7", "wamid.1"), Some(Author::Customer));
        assert_eq!(memory.author("7", "wamid.2"), Some(Author::Business));
        assert_eq!(memory.author("8", "wamid.1"), None);
    }
}
