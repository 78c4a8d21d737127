//! Storing a batch: companies, contacts, conversations, what was said, in the order in which they refer to each other.

mod companies;
mod contacts;
mod conversations;
mod messages;

use crate::{
    Error,
    batch::{Decision, Done, Entry, Fit, Key, Known},
    directory::Directory,
    record::Kind,
    report::{Code, Outcome},
};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, EventId, ImportId, TenantId,
    event::{Actor, EventKind},
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use store::{events::Event, imports::Item};
use uuid::Uuid;

/// Where a batch goes.
pub(crate) struct Batch<'a> {
    pub conn: &'a mut PgConnection,
    pub tenant: TenantId,
    pub source: &'a str,
    pub import: ImportId,
    pub directory: &'a Directory,
    pub now: DateTime<Utc>,
}

/// Stores what has been decided on, and says what became of each line, in their order.
pub(crate) async fn all(
    batch: Batch<'_>,
    known: Known,
    decisions: Vec<(&Entry, Decision<'_>)>,
) -> Result<Vec<Done>, Error> {
    let mut work = Work { batch, known: known.into_items(), written: Vec::new(), events: Vec::new(), done: Vec::new() };
    let mut tasks: HashMap<Kind, Vec<Task<'_>>> = HashMap::new();
    for (entry, decision) in decisions {
        match decision {
            Decision::Refuse(refusal) => work.done.push(Done::refused(entry, refusal)),
            Decision::Same(item) => work.repeat(entry, &item),
            Decision::Create(fit) => tasks.entry(fit.record.kind()).or_default().push(Task { entry, fit, last: None }),
            Decision::Change(fit, item) => {
                tasks.entry(fit.record.kind()).or_default().push(Task { entry, fit, last: Some(item) });
            }
        }
    }
    let mut of = |kind| tasks.remove(&kind).unwrap_or_default();
    companies::write(&mut work, of(Kind::Company)).await?;
    contacts::write(&mut work, of(Kind::Contact)).await?;
    conversations::write(&mut work, of(Kind::Conversation)).await?;
    let mut said = of(Kind::Message);
    said.extend(of(Kind::Note));
    said.sort_by_key(|task| task.entry.line);
    messages::write(&mut work, said).await?;
    work.end().await
}

/// A line that is to be stored.
struct Task<'a> {
    entry: &'a Entry,
    fit: &'a Fit,
    /// What it became last time.
    last: Option<Item>,
}

/// A batch that is being stored.
struct Work<'a> {
    batch: Batch<'a>,
    known: HashMap<Key, Item>,
    written: Vec<Item>,
    events: Vec<Event>,
    done: Vec<Done>,
}

impl Work<'_> {
    /// What an object has become, in this batch or before.
    fn target(&self, kind: Kind, id: &str) -> Option<Uuid> {
        self.known.get(&(kind, id.to_owned())).map(|item| item.target_id)
    }

    /// Notes what a line has become.
    fn wrote(&mut self, task: &Task<'_>, outcome: Outcome, target: Uuid, version: Option<i64>, notes: Vec<Code>) {
        let record = &task.fit.record;
        let item = Item {
            kind: record.kind().as_str().to_owned(),
            source_id: record.id().to_owned(),
            target_id: target,
            digest: task.fit.digest.clone(),
            version,
            notes: notes.iter().map(|code| code.name()).collect::<Vec<_>>().join(","),
        };
        self.known.insert((record.kind(), record.id().to_owned()), item.clone());
        self.written.push(item);
        self.done.push(Done { notes, ..Done::new(task.entry, outcome) });
    }

    /// Notes that a line is another one, but what it became stays: the next time it is another one again.
    fn kept(&mut self, task: &Task<'_>) {
        self.done.push(Done::new(task.entry, Outcome::Kept));
    }

    fn refuse(&mut self, task: &Task<'_>, code: Code) {
        self.done.push(Done::refused(task.entry, code.into()));
    }

    /// A line that was imported before: what was to be said about it still is.
    fn repeat(&mut self, entry: &Entry, item: &Item) {
        let notes = item.notes.split(',').filter_map(Code::named).collect();
        self.done.push(Done { notes, ..Done::new(entry, Outcome::Unchanged) });
    }

    /// Appends an event, which no rule is asked about.
    fn tell(
        &mut self,
        kind: EventKind,
        conversation: Option<(ConversationId, i64)>,
        contact_id: Option<ContactId>,
        mut data: Value,
    ) {
        data["import_id"] = json!(self.batch.import);
        data["source"] = json!(self.batch.source);
        self.events.push(Event {
            id: EventId::new(),
            kind,
            conversation,
            contact_id,
            actor: Actor::System,
            data,
            causation_id: None,
            depth: 0,
            trace_id: None,
            occurred_at: self.batch.now,
        });
    }

    async fn end(mut self) -> Result<Vec<Done>, Error> {
        let Batch { conn, tenant, source, .. } = self.batch;
        store::events::append(conn, tenant, &self.events, false).await?;
        store::imports::put_items(conn, tenant, source, &self.written).await?;
        self.done.sort_by_key(|done| done.line);
        Ok(self.done)
    }
}
