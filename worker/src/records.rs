//! The account of plugin calls, written a batch at a time: a call takes microseconds, and must not wait for its row.
//!
//! It is an account, not the truth: calls that the database does not take in time are dropped and counted
//! (`signalbox_plugin_calls_unrecorded_total`). Why it is done so is in `docs/adr/0019-account-of-plugin-calls.md`.

use chrono::TimeDelta;
use domain::{Clock, ConnectionId, TenantId};
use plugin_host::{CallContext, CallRecord, Recorder, RequestRecord};
use queue::{JobContext, JobId};
use serde_json::{Value, json};
use std::{fmt, sync::Arc, time::Duration};
use store::{
    Database,
    plugin_calls::{self, Call},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};
use uuid::Uuid;

/// How long a call waits for others to be written with.
const ROUND: Duration = Duration::from_secs(1);
/// Calls of one statement.
const MOST: usize = 500;
/// Calls that may wait while the database is slow.
const WAITING: usize = 10_000;

/// What a call is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The job that calls, if one does.
    pub job: Option<JobId>,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// Which attempt it is, counted from 1.
    pub attempt: u32,
}

impl Origin {
    /// A person calls, at a command line.
    pub const BY_HAND: Self = Self { job: None, trace_id: None, attempt: 1 };
}

impl From<&JobContext> for Origin {
    fn from(ctx: &JobContext) -> Self {
        Self { job: Some(ctx.id), trace_id: ctx.trace_id.clone(), attempt: ctx.attempt }
    }
}

/// The account. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    entries: mpsc::Sender<Entry>,
    clock: Arc<dyn Clock>,
}

enum Entry {
    Call(TenantId, Box<Call>),
    /// Somebody wants everything before this to be written.
    Flush(oneshot::Sender<()>),
}

impl Records {
    /// An account in `db`. Needs a running tokio runtime, and ends when the last clone is dropped.
    pub fn new(db: &Database, clock: Arc<dyn Clock>) -> Self {
        let (entries, received) = mpsc::channel(WAITING);
        // Jobs that hold the connections of the pool do not keep the account waiting.
        tokio::spawn(write_all(db.aside(1), received));
        Self { entries, clock }
    }

    /// Who keeps account of a call about a connection.
    pub fn of(&self, tenant: TenantId, connection: ConnectionId, origin: &Origin) -> Arc<dyn Recorder> {
        Arc::new(Entrant { records: self.clone(), tenant, connection, origin: origin.clone() })
    }

    /// Waits until every call that is over has been written, or could not be.
    pub async fn flush(&self) {
        let (sender, written) = oneshot::channel();
        if self.entries.send(Entry::Flush(sender)).await.is_ok() {
            // The writer is gone only if its task was ended with everything else.
            let _ = written.await;
        }
    }
}

/// Enters one call, of which it knows what the plugin host does not.
struct Entrant {
    records: Records,
    tenant: TenantId,
    connection: ConnectionId,
    origin: Origin,
}

impl fmt::Debug for Entrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entrant({})", self.connection)
    }
}

impl Recorder for Entrant {
    fn record(&self, ctx: &CallContext, record: CallRecord) {
        let took = TimeDelta::from_std(record.duration).unwrap_or_default();
        let outcome = record.outcome();
        let failed = record.failed;
        let call = Call {
            id: Uuid::now_v7(),
            connection_id: self.connection,
            called_at: self.records.clock.now() - took,
            plugin_id: record.manifest.id.clone(),
            plugin_version: record.manifest.version.clone(),
            function: record.function.as_str().to_owned(),
            attempt: ctx.attempt.try_into().unwrap_or(i32::MAX),
            duration_us: micros(record.duration),
            busy_us: micros(record.busy),
            memory: record.memory.try_into().unwrap_or(i64::MAX),
            host_calls: record.host_calls.try_into().unwrap_or(i32::MAX),
            requests: (!record.requests.is_empty()).then(|| record.requests.iter().map(shown).collect()),
            outcome: outcome.to_owned(),
            error_kind: failed.as_ref().and_then(|failed| failed.kind).map(|kind| kind.as_str().to_owned()),
            detail: failed.and_then(|failed| failed.detail).map(storable),
            call_id: ctx.call_id.clone(),
            job_id: self.origin.job.map(|job| job.0),
            trace_id: self.origin.trace_id.clone(),
        };
        if self.records.entries.try_send(Entry::Call(self.tenant, Box::new(call))).is_err() {
            count_unrecorded(1);
        }
    }
}

fn shown(request: &RequestRecord) -> Value {
    let mut shown = json!({ "method": storable(request.method.clone()), "host": storable(request.host.clone()) });
    match request.answer {
        Ok(status) => shown["status"] = json!(status),
        Err(failure) => shown["failure"] = json!(failure),
    }
    shown
}

/// PostgreSQL's text holds no zero byte, and one bad row would cost its whole batch.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn micros(duration: Duration) -> i64 {
    duration.as_micros().try_into().unwrap_or(i64::MAX)
}

async fn write_all(db: Database, mut entries: mpsc::Receiver<Entry>) {
    let mut batch = Vec::with_capacity(MOST);
    while entries.recv_many(&mut batch, MOST).await > 0 {
        let round = Instant::now() + ROUND;
        // An account that somebody waits for is written at once.
        while batch.len() < MOST && !batch.iter().any(|entry| matches!(entry, Entry::Flush(_))) {
            let room = MOST - batch.len();
            match timeout_at(round, entries.recv_many(&mut batch, room)).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        write(&db, batch.drain(..)).await;
    }
}

async fn write(db: &Database, entries: impl Iterator<Item = Entry>) {
    let (mut calls, mut waiting) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Call(tenant, call) => calls.push((tenant, *call)),
            Entry::Flush(sender) => waiting.push(sender),
        }
    }
    if !calls.is_empty()
        && let Err(error) = plugin_calls::record(db.pool(), &calls).await
    {
        tracing::warn!(%error, calls = calls.len(), "plugin calls could not be recorded");
        count_unrecorded(calls.len());
    }
    for sender in waiting {
        // Who waited may have gone away.
        let _ = sender.send(());
    }
}

fn count_unrecorded(calls: usize) {
    metrics::counter!("signalbox_plugin_calls_unrecorded_total").increment(calls as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ManualClock;
    use plugin_host::{CallSecrets, Function, Tape};

    /// Nobody listens there.
    fn nowhere() -> Database {
        Database::connect_lazy("postgres://nobody@127.0.0.1:1/none".parse().unwrap(), 1, Duration::from_millis(50))
    }

    fn over() -> (CallContext, CallRecord) {
        let manifest = json!({"id": "probe", "name": "Probe", "version": "1.2.3", "api": "1", "interfaces": ["admin"]});
        let ctx = CallContext {
            call_id: "call-1".to_owned(),
            attempt: 1,
            now_ms: 0,
            connection_id: "c".to_owned(),
            settings: Value::Null,
            secrets: CallSecrets::default(),
            state: None,
            recorder: None,
            tape: Tape::off(),
        };
        let record = CallRecord {
            manifest: Arc::new(manifest::Manifest::parse(manifest.to_string().as_bytes()).unwrap()),
            function: Function::Check,
            duration: Duration::from_millis(3),
            busy: Duration::from_micros(40),
            memory: 65_536,
            host_calls: 0,
            requests: Vec::new(),
            failed: None,
        };
        (ctx, record)
    }

    #[tokio::test]
    async fn a_database_that_is_away_holds_nobody_up() {
        let clock = Arc::new(ManualClock::at(chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap()));
        let records = Records::new(&nowhere(), clock);
        let recorder = records.of(TenantId::new(), ConnectionId::new(), &Origin::BY_HAND);
        let (ctx, record) = over();
        // More than may wait; each returns at once.
        for _ in 0..WAITING + 10 {
            recorder.record(&ctx, record.clone());
        }
        records.flush().await;
        recorder.record(&ctx, record);
        records.flush().await;
    }
}
