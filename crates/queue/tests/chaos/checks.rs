//! Whoever judges the others is judged first: each kind of wrong is found.

use crate::harness::{
    Covered,
    ledger::{AGAIN, BEGUN, DONE, Event, Sums, check},
};
use uuid::Uuid;

fn event(key: &str, n: i64, run: u128, what: &str) -> Event {
    let key = (!key.is_empty()).then(|| key.to_owned());
    Event { n, key, what: what.to_owned(), worker: "w".to_owned(), run: Some(Uuid::from_u128(run)) }
}

#[expect(clippy::unused_async, reason = "a scenario is a future")]
pub async fn run() -> Covered {
    let check = |events: &[Event]| check(events, &[1, 2].into());
    let right = [
        event("k", 1, 10, BEGUN),
        event("", 2, 20, BEGUN),
        event("k", 1, 11, BEGUN),
        event("k", 1, 11, DONE),
        event("k", 1, 12, AGAIN),
        event("", 2, 20, DONE),
    ];
    assert_eq!(check(&right), Ok(Sums { jobs: 2, runs: 4, repeated: 1, refused: 0 }));

    let with = |more: &[Event]| [&right, more].concat();
    let wrong = [
        ("lost", right[..5].to_vec()),
        ("doubled", with(&[event("", 2, 20, DONE)])),
        ("never enqueued", with(&[event("", 3, 30, DONE)])),
        ("two runs of a key beside each other", with(&[event("k", 1, 11, AGAIN)])),
        ("two runs of a job beside each other", with(&[event("", 2, 21, BEGUN), event("", 2, 20, AGAIN)])),
        (
            "out of order",
            vec![event("k", 2, 1, BEGUN), event("k", 2, 1, DONE), event("k", 1, 2, BEGUN), event("k", 1, 2, DONE)],
        ),
        (
            "overlapping in a key",
            vec![event("k", 1, 1, BEGUN), event("k", 2, 2, BEGUN), event("k", 1, 1, DONE), event("k", 2, 2, DONE)],
        ),
    ];
    for (what, events) in &wrong {
        assert!(check(events).is_err(), "not found: {what}");
    }
    Covered { faults: vec![(wrong.len(), "wrong ledgers")], ..Covered::default() }
}
