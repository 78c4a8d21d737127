//! Whole HTTP requests, written and signed before the clock runs.

use crate::stand::Account;
use chrono::Utc;
use sandbox::{
    signing::{SIGNATURE_HEADER, escape_like_meta, sign},
    traffic::{Customer, Inbound},
};
use std::ops::Range;

/// Requests that lie one after another in memory.
#[derive(Default)]
pub struct Requests {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Requests {
    /// Adds a signed webhook. `hook` is the path it is posted to.
    pub fn push(&mut self, hook: &str, signature: &str, body: &[u8]) {
        let start = self.bytes.len();
        let head = format!(
            "POST {hook} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n\
             Content-Type: application/json\r\n{SIGNATURE_HEADER}: {signature}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(body);
        self.places.push(start..self.bytes.len());
    }

    /// One of them.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        Some(&self.bytes[self.places.get(index)?.clone()])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }
}

/// Texts of many customers to one number, each a webhook of about a kilobyte and unlike the others. `first` counts
/// them on from earlier ones.
pub fn text_webhooks(account: &Account, first: usize, count: usize) -> Requests {
    let (line, now) = (account.lines[0].traffic(), Utc::now());
    let mut requests = Requests::default();
    for place in first..first + count {
        let customer = Customer::with_phone(format!("{}", 4_915_100_000_000_usize + place % 5_000), "Ada Customer");
        let text = format!("Message {place}: {}", "is my order already on its way to me? ".repeat(12));
        let body = escape_like_meta(&Inbound::text(customer, text).webhook(&line, now));
        requests.push(&account.hook, &sign(&account.app_secret, &body), &body);
    }
    requests
}
