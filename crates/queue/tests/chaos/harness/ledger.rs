//! What the runs wrote down, and what must be true of it.
//!
//! A run writes twice, each time in a transaction with its fence: that it has begun, and its effect. Before the effect
//! it looks whether an earlier run has left it already, as handlers do whose worker may die between the commit and the
//! ack. No constraint helps: if two runs of a job could commit beside each other, the effect would be there twice.

use sqlx::{PgPool, Row as _};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

pub const TABLE: &str = "
    CREATE TABLE chaos_events (
        seq     bigint GENERATED ALWAYS AS IDENTITY,
        n       bigint NOT NULL,
        key     text,
        kind    text,
        what    text NOT NULL,
        worker  text NOT NULL,
        run     uuid,
        at      timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX ON chaos_events (n, what);
    GRANT SELECT, INSERT ON chaos_events TO signalbox_app";

/// Written with the fence: a run has begun.
pub const BEGUN: &str = "begun";
/// Written with the fence: the effect.
pub const DONE: &str = "done";
/// Written with the fence: an earlier run has left the effect already.
pub const AGAIN: &str = "again";
/// A run was told that it had lost its lease.
pub const REFUSED: &str = "refused";
/// A run is inside its fenced transaction.
pub const INSIDE: &str = "inside";
/// A run is about to give its job up.
pub const GIVING_UP: &str = "giving up";
/// Written by the scenario: the gate of a task is open.
pub const OPEN: &str = "open";

#[derive(Clone, Debug)]
pub struct Event {
    pub n: i64,
    pub key: Option<String>,
    pub what: String,
    pub worker: String,
    pub run: Option<Uuid>,
}

/// All events in the order in which they were written.
pub async fn read(pool: &PgPool) -> sqlx::Result<Vec<Event>> {
    let rows = sqlx::query("SELECT n, key, what, worker, run FROM chaos_events ORDER BY seq").fetch_all(pool).await?;
    let event = |row: sqlx::postgres::PgRow| Event {
        n: row.get("n"),
        key: row.get("key"),
        what: row.get("what"),
        worker: row.get("worker"),
        run: row.get("run"),
    };
    Ok(rows.into_iter().map(event).collect())
}

/// What the events of correct runs add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    pub jobs: usize,
    pub runs: usize,
    /// Effects that a later run found there.
    pub repeated: usize,
    pub refused: usize,
}

/// Each expected job has its effect once; of each key, and of each job, one run after another wrote, and keys in order.
pub fn check(events: &[Event], expected: &BTreeSet<i64>) -> Result<Sums, String> {
    let mut effects: BTreeMap<i64, usize> = BTreeMap::new();
    for event in events.iter().filter(|event| event.what == DONE) {
        *effects.entry(event.n).or_default() += 1;
    }
    if let Some((n, times)) = effects.iter().find(|(_, times)| **times != 1) {
        return Err(format!("the effect of job {n} is there {times} times"));
    }
    let done: BTreeSet<_> = effects.into_keys().collect();
    if let Some(n) = expected.symmetric_difference(&done).next() {
        return Err(format!("job {n} was {} and {}", named(expected, *n, "enqueued"), named(&done, *n, "done")));
    }

    let mut lines: HashMap<Line, (i64, Uuid)> = HashMap::new();
    let mut over: HashSet<(i64, Uuid)> = HashSet::new();
    let mut runs = HashSet::new();
    for event in events.iter().filter(|event| [BEGUN, DONE, AGAIN].contains(&event.what.as_str())) {
        let run = event.run.ok_or("a fenced event names its run")?;
        runs.insert((event.n, run));
        let line = event.key.as_deref().map_or(Line::Job(event.n), Line::Key);
        if let Some((before, last)) = lines.insert(line, (event.n, run)) {
            if event.n < before {
                return Err(format!("job {} of key {:?} wrote after job {before}: {event:?}", event.n, event.key));
            }
            // A run is a job and the claim it began with.
            if (event.n, run) != (before, last) {
                over.insert((before, last));
            }
        }
        if over.contains(&(event.n, run)) {
            return Err(format!("a run wrote after its successor: {event:?}"));
        }
    }
    let count = |what| events.iter().filter(|event| event.what == what).count();
    Ok(Sums { jobs: done.len(), runs: runs.len(), repeated: count(AGAIN), refused: count(REFUSED) })
}

/// What must be one after another.
#[derive(PartialEq, Eq, Hash)]
enum Line<'a> {
    Key(&'a str),
    Job(i64),
}

fn named(all: &BTreeSet<i64>, n: i64, what: &str) -> String {
    format!("{}{what}", if all.contains(&n) { "" } else { "not " })
}
