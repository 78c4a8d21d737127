//! One change with everything that follows from it.

use crate::{
    Error,
    announcer::Announcer,
    assignment::occupies,
    metrics::{self, Assigned},
};
use chrono::{DateTime, Utc};
use domain::{
    Clock, ContactId, ConversationId, EventId, TeamId, TenantId, UserId,
    event::{Actor, EventKind, MAX_CAUSATION_DEPTH},
    job::{Job, Lane},
    jobs::EvaluateRules,
};
use queue::{EnqueueOptions, Queue};
use serde_json::Value;
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};
use store::{Database, TenantTx, conversations::Conversation, events::Event, streams::Committed};

/// Where changes begin.
#[derive(Clone)]
pub struct Inbox {
    pub(crate) db: Database,
    pub(crate) queue: Queue,
    pub(crate) announcer: Arc<Announcer>,
    clock: Arc<dyn Clock>,
}

/// Who changes something, and because of what.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// The event whose rule acts, and the length of the chain that led to it.
    pub event: Option<(EventId, i16)>,
    /// The trace that runs from the webhook to the provider call.
    pub trace_id: Option<String>,
}

impl Cause {
    /// A change that begins a chain of its own.
    pub fn of(actor: Actor, trace_id: Option<String>) -> Self {
        Self { actor, event: None, trace_id }
    }

    fn depth(&self) -> i16 {
        self.event.map_or(0, |(_, depth)| depth + 1)
    }
}

/// A locked conversation, as it is stored and as it will be.
struct Held {
    stored: Conversation,
    now: Conversation,
}

impl Held {
    fn new(conversation: Conversation) -> Self {
        Self { stored: conversation.clone(), now: conversation }
    }
}

/// A change in the making. Dropped without [`Transaction::commit`], it leaves nothing behind.
pub struct Transaction {
    tx: TenantTx,
    queue: Queue,
    now: DateTime<Utc>,
    cause: Cause,
    conversations: BTreeMap<ConversationId, Held>,
    log: Vec<Event>,
    woken: BTreeSet<Lane>,
    assigned: Vec<Assigned>,
    announcer: Arc<Announcer>,
    /// What clients are to see, once it is durable.
    committed: BTreeSet<Committed>,
    /// Whether other streams than those of conversations tell some of it.
    told_elsewhere: bool,
}

impl Inbox {
    /// Changes are written to `db`, what follows goes to `queue`, and the time is that of `clock`.
    pub fn new(db: Database, queue: Queue, clock: Arc<dyn Clock>) -> Self {
        let announcer = Arc::new(Announcer::new(db.clone()));
        Self { db, queue, announcer, clock }
    }

    /// The current time, by the clock that changes carry.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The database behind it, for reading.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// Begins a change of `tenant`.
    pub async fn begin(&self, tenant: TenantId, cause: Cause) -> Result<Transaction, Error> {
        Ok(self.resume(self.db.begin(tenant).await?, cause))
    }

    /// Makes a transaction that has only read so far a change.
    pub fn resume(&self, tx: TenantTx, cause: Cause) -> Transaction {
        Transaction {
            tx,
            queue: self.queue.clone(),
            now: self.clock.now(),
            cause,
            conversations: BTreeMap::new(),
            log: Vec::new(),
            woken: BTreeSet::new(),
            assigned: Vec::new(),
            announcer: Arc::clone(&self.announcer),
            committed: BTreeSet::new(),
            told_elsewhere: false,
        }
    }
}

impl Transaction {
    /// Whose change this is.
    pub fn tenant(&self) -> TenantId {
        self.tx.tenant()
    }

    /// The time of the change, the same throughout.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Who changes something, and because of what.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The connection, for statements that are part of the change.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// A conversation, locked until the change is over.
    pub async fn conversation(&mut self, id: ConversationId) -> Result<&mut Conversation, Error> {
        match self.conversations.entry(id) {
            Entry::Occupied(entry) => Ok(&mut entry.into_mut().now),
            Entry::Vacant(entry) => {
                let tenant = self.tx.tenant();
                let found = store::conversations::lock(&mut self.tx, tenant, id).await?;
                Ok(&mut entry.insert(Held::new(found.ok_or(Error::NotFound)?)).now)
            }
        }
    }

    /// Takes in a conversation that the caller has locked, unless this change holds it already.
    ///
    /// Two locks of one row in one transaction read the same stored values, and the copy that is held is newer.
    pub fn hold(&mut self, conversation: Conversation) -> &mut Conversation {
        &mut self.conversations.entry(conversation.id).or_insert_with(|| Held::new(conversation)).now
    }

    /// Appends an event about a conversation that this change holds.
    pub async fn emit(&mut self, conversation: ConversationId, kind: EventKind, data: Value) -> Result<EventId, Error> {
        let id = EventId::new();
        self.emit_as(id, conversation, kind, data).await?;
        Ok(id)
    }

    /// The same under an id that the caller derived, so that it can tell whether the event was appended before.
    pub async fn emit_as(
        &mut self,
        id: EventId,
        conversation: ConversationId,
        kind: EventKind,
        data: Value,
    ) -> Result<(), Error> {
        let held = self.conversation(conversation).await?;
        let (seq, contact) = (held.next_seq(), held.contact_id());
        self.push(id, kind, Some((conversation, seq)), contact, data);
        Ok(())
    }

    /// Appends an event that belongs to no conversation.
    pub fn emit_apart(&mut self, kind: EventKind, contact: Option<ContactId>, data: Value) -> EventId {
        let id = EventId::new();
        self.emit_apart_as(id, kind, contact, data);
        id
    }

    /// The same under an id that the caller derived, so that it can tell whether the event was appended before.
    pub fn emit_apart_as(&mut self, id: EventId, kind: EventKind, contact: Option<ContactId>, data: Value) {
        self.push(id, kind, None, contact, data);
    }

    /// Enqueues a job with the change, under its trace.
    pub async fn enqueue<J: Job>(&mut self, job: &J) -> Result<(), Error> {
        self.enqueue_with(job, None).await
    }

    /// The same for a time to come.
    pub async fn enqueue_at<J: Job>(&mut self, job: &J, at: DateTime<Utc>) -> Result<(), Error> {
        self.enqueue_with(job, Some(at)).await
    }

    async fn enqueue_with<J: Job>(&mut self, job: &J, run_at: Option<DateTime<Utc>>) -> Result<(), Error> {
        let options = EnqueueOptions { run_at, trace_id: self.cause.trace_id.clone() };
        queue::enqueue_with(&mut self.tx, job, &options).await?;
        self.woken.insert(J::LANE);
        Ok(())
    }

    /// Makes the change durable with its events and jobs, and wakes who waits for them.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.write().await?;
        let tenant = self.tx.tenant();
        self.tx.commit().await?;
        self.announcer.say(tenant, self.committed, self.told_elsewhere);
        for lane in self.woken {
            self.queue.wake(lane);
        }
        self.assigned.iter().for_each(metrics::assigned);
        Ok(())
    }

    fn push(
        &mut self,
        id: EventId,
        kind: EventKind,
        conversation: Option<(ConversationId, i64)>,
        contact_id: Option<ContactId>,
        data: Value,
    ) {
        self.log.push(Event {
            id,
            kind,
            conversation,
            contact_id,
            actor: self.cause.actor,
            data,
            causation_id: self.cause.event.map(|(id, _)| id),
            depth: self.cause.depth(),
            trace_id: self.cause.trace_id.clone(),
            occurred_at: self.now,
        });
    }

    /// Writes what has been collected so far; what is held may be changed by others in this transaction then.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        self.write().await?;
        self.conversations.clear();
        self.log.clear();
        Ok(())
    }

    /// Lets the conversations with a contact that this change holds be found by another name.
    pub(crate) fn rename_held(&mut self, contact: ContactId, name: Option<&str>) {
        for held in self.conversations.values_mut().filter(|held| held.now.contact_id() == Some(contact)) {
            held.now.contact_name = name.map(str::to_owned);
        }
    }

    /// Has an assignment counted, once it is durable.
    pub(crate) fn note_assignment(&mut self, assigned: Assigned) {
        self.assigned.push(assigned);
    }

    /// Has clients told of this, once it is durable.
    pub(crate) fn will_commit(&mut self, what: Committed) {
        self.committed.insert(what);
    }

    pub(crate) fn woke(&mut self, lane: Lane) {
        self.woken.insert(lane);
    }

    async fn write(&mut self) -> Result<(), Error> {
        let tenant = self.tx.tenant();
        let (waiting, freed) = self.queues_to_serve();
        // A lock alone is no change.
        for held in self.conversations.values().filter(|held| held.now != held.stored) {
            store::conversations::save(&mut self.tx, tenant, &held.now).await?;
        }
        // A chain that rules made ends at its longest length.
        let ask_rules = self.cause.depth() <= MAX_CAUSATION_DEPTH;
        if !ask_rules && !self.log.is_empty() {
            tracing::warn!(%tenant, depth = self.cause.depth(), "rules caused each other too often; the chain ends here");
        }
        self.told_elsewhere |= self.log.iter().any(Event::is_told_elsewhere);
        self.committed.extend(self.log.iter().filter_map(|event| event.conversation).map(|(id, _)| Committed::In(id)));
        if store::events::append(&mut self.tx, tenant, &self.log, ask_rules).await? {
            self.woken.insert(EvaluateRules::LANE);
        }
        self.serve_queues(&waiting, &freed).await
    }

    /// The teams in whose queues something has come to wait with this change, and the people it has relieved.
    fn queues_to_serve(&self) -> (Vec<TeamId>, Vec<UserId>) {
        let begun = |id: ConversationId| {
            self.log.iter().any(|event| {
                event.kind == EventKind::ConversationCreated && event.conversation.is_some_and(|(of, _)| of == id)
            })
        };
        let (mut teams, mut people) = (BTreeSet::new(), BTreeSet::new());
        for Held { stored, now } in self.conversations.values() {
            let waited = stored.queued_at.is_some() && stored.team_id == now.team_id && !begun(now.id);
            teams.extend(now.team_id.filter(|_| now.queued_at.is_some() && !waited));
            people.extend(occupies(stored).filter(|user| occupies(now) != Some(*user)));
        }
        (teams.into_iter().collect(), people.into_iter().collect())
    }
}
