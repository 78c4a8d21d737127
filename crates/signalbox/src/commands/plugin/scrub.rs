//! Other telephone numbers and e-mail addresses for those in a recording.
//!
//! The same one is replaced by the same everywhere in the recording, so that what belongs together stays together, and by
//! its place of first appearance, so that the replacement says nothing about the original. Digits of an id are left
//! alone: which digits are a telephone number is told by a `+`, or by the name of the member they stand in. Names of
//! people and what they wrote cannot be told from other text, and stay.

use regex::{Captures, Regex};
use serde_json::Value;
use std::collections::BTreeMap;

/// Members whose digits are a telephone number, in the words of the providers.
const MEMBERS: &str = r"(?i)^(from|to|wa_?id|recipient(_id)?|.*phone(_?number)?|msisdn|mobile|sender|author|tel)$";
/// A number has so many digits (E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// What is replaced by what, as it was found so far.
pub struct Scrubber {
    email: Regex,
    /// Digits in a row, or with a little between them.
    number: Regex,
    run: Regex,
    member: Regex,
    /// The digits of numbers that are known to be telephone numbers.
    numbers: BTreeMap<String, usize>,
    emails: BTreeMap<String, usize>,
}

impl Scrubber {
    /// Has seen nothing yet.
    pub fn new() -> Self {
        let regex = |pattern| Regex::new(pattern).expect("the pattern is a constant");
        Self {
            email: regex(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"),
            number: regex(r"\+?[0-9]{8,15}|\+?[0-9](?:[ ().\-]{0,2}[0-9]){7,14}"),
            run: regex("[0-9]{8,15}"),
            member: regex(MEMBERS),
            numbers: BTreeMap::new(),
            emails: BTreeMap::new(),
        }
    }

    /// Learns the telephone numbers of a JSON document by the members they stand in.
    pub fn learn(&mut self, document: &Value) {
        match document {
            Value::Object(members) => {
                for (name, value) in members {
                    if self.member.is_match(name) {
                        self.learn_number(value);
                    }
                    self.learn(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }

    fn learn_number(&mut self, value: &Value) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return,
        };
        let is_number = text.chars().all(|it| it.is_ascii_digit() || "+ ().-".contains(it));
        let digits = digits(&text);
        if is_number && DIGITS.contains(&digits.len()) {
            let next = self.numbers.len();
            self.numbers.entry(digits).or_insert(next);
        }
    }

    /// The text with its telephone numbers and e-mail addresses replaced.
    pub fn scrub(&mut self, text: &str) -> String {
        let emails = &mut self.emails;
        let text = self.email.replace_all(text, |found: &Captures<'_>| {
            let next = emails.len();
            format!("person{}@example.com", *emails.entry(found[0].to_lowercase()).or_insert(next) + 1)
        });
        let (numbers, run) = (&mut self.numbers, &self.run);
        let text = self.number.replace_all(&text, |found: &Captures<'_>| {
            let (written, digits) = (&found[0], digits(&found[0]));
            if written.starts_with('+') {
                let next = numbers.len();
                numbers.entry(digits.clone()).or_insert(next);
            }
            match numbers.get(&digits) {
                Some(place) => rewrite(written, *place),
                // Something else that stands close to a number.
                None => rewrite_runs(run, numbers, written),
            }
        });
        text.into_owned()
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number of the same length in the same writing, with digits that belong to nobody: `+1555…`.
fn rewrite(written: &str, place: usize) -> String {
    let length = digits(written).len();
    let invented = format!("1555{:0>width$}", place + 1, width = length.saturating_sub(4));
    let mut invented = invented.chars();
    let digit = |it: char| if it.is_ascii_digit() { invented.next().unwrap_or('0') } else { it };
    written.chars().map(digit).collect()
}

fn rewrite_runs(run: &Regex, numbers: &BTreeMap<String, usize>, text: &str) -> String {
    let replaced = run.replace_all(text, |found: &Captures<'_>| match numbers.get(&found[0]) {
        Some(place) => rewrite(&found[0], *place),
        None => found[0].to_owned(),
    });
    replaced.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_number_becomes_the_same_in_every_writing() {
        let mut scrubber = Scrubber::new();
        scrubber
            .learn(&json!({"messages": [{"from": "4915123456789", "id": "4915123456780", "timestamp": "1780000000"}],
                               "contacts": [{"wa_id": "4915123456789"}]}));
        let text = r#"{"from":"4915123456789","id":"4915123456780","timestamp":"1780000000",
                       "text":"call +49 151 2345-6789 or +1 (212) 555-0199, Ada@Shop.example or ada@shop.example"}"#;
        assert_eq!(
            scrubber.scrub(text),
            r#"{"from":"1555000000001","id":"4915123456780","timestamp":"1780000000",
                       "text":"call +15 550 0000-0001 or +1 (555) 000-0002, person1@example.com or person1@example.com"}"#
        );
        for (text, expected) in [
            ("to 4915123456789", "to 1555000000001"),
            ("12:30 4915123456789", "12:30 1555000000001"),
            ("from=%2B4915123456789", "from=%2B1555000000001"),
        ] {
            assert_eq!(scrubber.scrub(text), expected, "also in the next text");
        }
    }

    #[test]
    fn ids_amounts_and_times_stay() {
        let mut scrubber = Scrubber::new();
        scrubber.learn(&json!({"phone_number_id": "106540352242922", "from": "US.13491208655302741918", "to": 7}));
        for text in ["106540352242922", "1780000000000", "2026-05-28 20:26", "1.25", "wamid.HBg+", "+7", "@shop"] {
            assert_eq!(scrubber.scrub(text), text);
        }
    }
}
