//! The event log: appended to in the transaction of the change, never rewritten.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, EventId, TenantId,
    event::{Actor, EventKind},
    stream,
};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// One entry of the log.
#[derive(Clone, Debug)]
pub struct Event {
    /// Which.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// In which conversation, and the number in its stream.
    pub conversation: Option<(ConversationId, i64)>,
    /// About whom.
    pub contact_id: Option<ContactId>,
    /// Who made it happen.
    pub actor: Actor,
    /// Its details.
    pub data: Value,
    /// The event whose rule caused it.
    pub causation_id: Option<EventId>,
    /// How long that chain is.
    pub depth: i16,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl Event {
    /// The streams that tell it, beside that of its conversation: `None` is the inbox.
    fn readers(&self) -> impl Iterator<Item = Option<Uuid>> {
        let inbox = stream::changes_lists(self.kind).then_some(None);
        inbox.into_iter().chain(stream::concerned(self.kind, &self.data).into_iter().map(|user| Some(user.0)))
    }

    /// Whether other streams than that of its conversation tell it.
    pub fn is_told_elsewhere(&self) -> bool {
        self.readers().next().is_some()
    }
}

/// Appends the events of one change with the streams that tell them, and with `ask_rules` a job for each that an enabled
/// rule waits for. Returns whether there was such a one.
pub async fn append(conn: &mut PgConnection, tenant: TenantId, events: &[Event], ask_rules: bool) -> Result<bool> {
    let Some(Event { occurred_at, .. }) = events.first() else { return Ok(false) };
    let ids: Vec<Uuid> = events.iter().map(|e| e.id.0).collect();
    let kinds: Vec<String> = events.iter().map(|e| e.kind.as_str().to_owned()).collect();
    let conversations: Vec<Option<Uuid>> = events.iter().map(|e| e.conversation.map(|(id, _)| id.0)).collect();
    let seqs: Vec<Option<i64>> = events.iter().map(|e| e.conversation.map(|(_, seq)| seq)).collect();
    let contacts: Vec<Option<Uuid>> = events.iter().map(|e| e.contact_id.map(|id| id.0)).collect();
    let actors: Vec<Value> = events.iter().map(|e| serde_json::json!(e.actor)).collect();
    let data: Vec<Value> = events.iter().map(|e| e.data.clone()).collect();
    let causes: Vec<Option<Uuid>> = events.iter().map(|e| e.causation_id.map(|id| id.0)).collect();
    let depths: Vec<i16> = events.iter().map(|e| e.depth).collect();
    let traces: Vec<Option<String>> = events.iter().map(|e| e.trace_id.clone()).collect();
    let (told, readers): (Vec<Uuid>, Vec<Option<Uuid>>) =
        events.iter().flat_map(|event| event.readers().map(|reader| (event.id.0, reader))).unzip();
    Ok(sqlx::query_scalar!(
        r#"SELECT append_events_told($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS "asked!""#,
        tenant.0,
        &ids,
        &kinds,
        &conversations as &[Option<Uuid>],
        &seqs as &[Option<i64>],
        &contacts as &[Option<Uuid>],
        &actors,
        &data,
        &causes as &[Option<Uuid>],
        &depths,
        &traces as &[Option<String>],
        occurred_at,
        ask_rules,
        &told,
        &readers as &[Option<Uuid>]
    )
    .fetch_one(conn)
    .await?)
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) conversation_id: Option<Uuid>,
    pub(crate) seq: Option<i64>,
    pub(crate) contact_id: Option<Uuid>,
    pub(crate) actor: Value,
    pub(crate) data: Value,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) depth: i16,
    pub(crate) trace_id: Option<String>,
    pub(crate) occurred_at: DateTime<Utc>,
}

impl TryFrom<Row> for Event {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            kind: row.kind.parse().map_err(|e| Error::corrupt("events.kind", e))?,
            conversation: row.conversation_id.map(ConversationId::from).zip(row.seq),
            contact_id: row.contact_id.map(Into::into),
            actor: serde_json::from_value(row.actor).map_err(|e| Error::corrupt("events.actor", e))?,
            data: row.data,
            causation_id: row.causation_id.map(Into::into),
            depth: row.depth,
            trace_id: row.trace_id,
            occurred_at: row.occurred_at,
        })
    }
}

/// One event.
pub async fn load(conn: &mut PgConnection, tenant: TenantId, id: EventId) -> Result<Option<Event>> {
    sqlx::query_as!(
        Row,
        "SELECT id, kind, conversation_id, seq, contact_id, actor, data, causation_id, depth, trace_id, occurred_at
           FROM events WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(TryInto::try_into)
    .transpose()
}

/// At most `limit` events of a conversation before `before` (or the latest), the latest first; with `kinds` only these.
pub async fn of_conversation(
    conn: &mut PgConnection,
    conversation: ConversationId,
    kinds: Option<&[EventKind]>,
    before: Option<EventId>,
    limit: i64,
) -> Result<Vec<Event>> {
    let kinds: Option<Vec<String>> = kinds.map(|kinds| kinds.iter().map(|kind| kind.as_str().to_owned()).collect());
    sqlx::query_as!(
        Row,
        "SELECT id, kind, conversation_id, seq, contact_id, actor, data, causation_id, depth, trace_id, occurred_at
           FROM events
          WHERE tenant_id = current_tenant() AND conversation_id = $1
            AND seq < coalesce((SELECT b.seq FROM events b
                                 WHERE b.tenant_id = current_tenant() AND b.id = $2 AND b.conversation_id = $1),
                               9223372036854775807)
            AND ($4::text[] IS NULL OR kind = ANY ($4))
          ORDER BY seq DESC LIMIT $3",
        conversation.0,
        before.map(|id| id.0),
        limit,
        kinds.as_deref() as Option<&[String]>
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(TryInto::try_into)
    .collect()
}
