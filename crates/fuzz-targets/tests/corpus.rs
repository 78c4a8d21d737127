//! The targets over the committed corpus, and over mutations of it.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use signalbox_fuzz_targets::{Outcome, TARGETS};

/// How many mutations of each corpus are tried, unless this variable says otherwise.
const MUTATIONS: u32 = 2000;
const MUTATIONS_VARIABLE: &str = "SIGNALBOX_FUZZ_MUTATIONS";

/// Names and contents of the corpus of `target`, in order.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut entries: Vec<_> = fs::read_dir(&dir)
        .unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect();
    entries.sort();
    entries
}

#[test]
fn the_corpus_passes_and_ends_as_its_names_say() {
    for (target, run) in TARGETS {
        let entries = corpus(target);
        let mut accepted = 0;
        for (name, data) in &entries {
            let outcome = run(data);
            if name.starts_with("accepted-") {
                assert_eq!(outcome, Outcome::Accepted, "{target}/{name}");
                accepted += 1;
            } else if name.starts_with("refused-") {
                assert_eq!(outcome, Outcome::Refused, "{target}/{name}");
            }
        }
        assert!(accepted >= 3 && entries.len() >= 8, "{target}: {accepted} of {} are accepted", entries.len());
    }
}

#[test]
fn mutations_of_the_corpus_pass() {
    let cases = std::env::var(MUTATIONS_VARIABLE).map_or(MUTATIONS, |count| count.parse().expect("a number"));
    for (target, run) in TARGETS {
        let entries: Vec<_> = corpus(target).into_iter().map(|(_, data)| data).collect();
        let strategy = (select(entries.clone()), prop::collection::vec(mutation(entries), 1..6))
            .prop_map(|(data, mutations)| mutations.into_iter().fold(data, |data, mutation| mutation.apply(data)));
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&strategy, |data| {
                run(&data);
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{target}: {error}"));
    }
}

/// One step away from an input.
#[derive(Debug, Clone)]
enum Mutation {
    Flip { at: Index, bit: u8 },
    Insert { at: Index, bytes: Vec<u8> },
    Delete { at: Index, length: usize },
    Repeat { at: Index, length: usize, times: usize },
    Splice { at: Index, other: Vec<u8>, from: Index },
}

/// What parsers of URLs, JSON and HTTP stumble over.
const TOKENS: [&str; 44] = [
    "\0",
    "\n",
    "\r\n",
    "\t",
    " ",
    "%",
    "%00",
    "%2F",
    "%252F",
    "%7Btoken%7D",
    "{token}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\u0000",
    "\\ud83d",
    "@",
    ":",
    ":443",
    ":0",
    "/",
    "//",
    "/../",
    "?",
    "#",
    "&key=",
    "*",
    ".",
    "..",
    "xn--",
    "127.0.0.1",
    "0x7f000001",
    "[::1]",
    "\u{430}",
    "\u{ff0e}",
    "\u{ad}",
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    "true",
];

fn mutation(others: Vec<Vec<u8>>) -> impl Strategy<Value = Mutation> {
    let token = select(&TOKENS[..]).prop_map(|token| token.as_bytes().to_vec());
    let bytes = prop_oneof![3 => token, 1 => prop::collection::vec(any::<u8>(), 1..8)];
    prop_oneof![
        3 => (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Mutation::Flip { at, bit }),
        4 => (any::<Index>(), bytes).prop_map(|(at, bytes)| Mutation::Insert { at, bytes }),
        3 => (any::<Index>(), 1..12usize).prop_map(|(at, length)| Mutation::Delete { at, length }),
        1 => (any::<Index>(), 1..40usize, 2..200usize)
            .prop_map(|(at, length, times)| Mutation::Repeat { at, length, times }),
        1 => (any::<Index>(), select(others), any::<Index>())
            .prop_map(|(at, other, from)| Mutation::Splice { at, other, from }),
    ]
}

impl Mutation {
    fn apply(self, mut data: Vec<u8>) -> Vec<u8> {
        let place = |at: Index, length: usize| at.index(length + 1);
        let length = data.len();
        match self {
            Self::Flip { at, bit } => {
                if let Some(byte) = data.get_mut(place(at, length)) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Insert { at, bytes } => {
                let at = place(at, length);
                data.splice(at..at, bytes);
            }
            Self::Delete { at, length: count } => {
                let at = place(at, length);
                data.drain(at..(at + count).min(length));
            }
            Self::Repeat { at, length: count, times } => {
                let at = place(at, length);
                let part = data[at..(at + count).min(length)].repeat(times);
                data.splice(at..at, part);
            }
            Self::Splice { at, other, from } => {
                data.truncate(place(at, length));
                data.extend_from_slice(&other[place(from, other.len())..]);
            }
        }
        data
    }
}
