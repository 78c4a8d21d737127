//! The event log as clients follow it: stream by stream, from a number on.

use crate::{Error, Result, conversations::sight::reach, events::Event};
use chrono::{DateTime, Utc};
use domain::{ConversationId, TenantId, UserId, sight::Sight};
use serde::Serialize;
use sqlx::{PgConnection, PgExecutor, types::Json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An event in the streams of a tenant.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its number there.
    pub seq: i64,
    /// Whose stream tells it; `None`: the inbox.
    pub reader: Option<UserId>,
    /// What happened.
    pub event: Event,
}

/// Which telling of the log the transaction's tenant is at: numbers of another one mean nothing.
pub async fn epoch(conn: &mut PgConnection) -> Result<String> {
    Ok(sqlx::query_scalar!(r#"SELECT stream_epoch() AS "epoch!""#).fetch_one(conn).await?)
}

/// The number of a conversation's last event, if there is such a conversation.
pub async fn head(conn: &mut PgConnection, conversation: ConversationId) -> Result<Option<i64>> {
    let head = sqlx::query_scalar!(
        "SELECT event_seq FROM conversations WHERE tenant_id = current_tenant() AND id = $1",
        conversation.0
    );
    Ok(head.fetch_optional(conn).await?)
}

/// Which of these conversations have events behind these numbers.
#[expect(clippy::implicit_hasher, reason = "one caller keeps them so")]
pub async fn ahead(conn: &mut PgConnection, told: &HashMap<ConversationId, i64>) -> Result<Vec<ConversationId>> {
    let (ids, seqs): (Vec<Uuid>, Vec<i64>) = told.iter().map(|(id, seq)| (id.0, *seq)).unzip();
    let rows = sqlx::query_scalar!(
        r#"SELECT told.id AS "id!"
             FROM unnest($1::uuid[], $2::bigint[]) AS told (id, seq)
            CROSS JOIN LATERAL (
                  SELECT v.event_seq FROM conversations v
                   WHERE v.tenant_id = current_tenant() AND v.id = told.id OFFSET 0) v
            WHERE v.event_seq > told.seq"#,
        &ids,
        &seqs
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(Into::into).collect())
}

/// Events of these conversations behind these numbers, at most `limit` of each, in the order of each conversation.
#[expect(clippy::implicit_hasher, reason = "one caller keeps them so")]
pub async fn of_conversations(
    conn: &mut PgConnection,
    after: &HashMap<ConversationId, i64>,
    limit: i64,
) -> Result<Vec<Event>> {
    let (ids, seqs): (Vec<Uuid>, Vec<i64>) = after.iter().map(|(id, seq)| (id.0, *seq)).unzip();
    sqlx::query_as!(
        crate::events::Row,
        r#"SELECT e.id, e.kind, e.conversation_id, e.seq, e.contact_id, e.actor, e.data, e.causation_id, e.depth,
                  e.trace_id, e.occurred_at
             FROM unnest($1::uuid[], $2::bigint[]) AS told (id, seq)
            CROSS JOIN LATERAL (
                  SELECT e.* FROM events e
                   WHERE e.tenant_id = current_tenant() AND e.conversation_id = told.id AND e.seq > told.seq
                   ORDER BY e.seq LIMIT $3) e
            ORDER BY e.conversation_id, e.seq"#,
        &ids,
        &seqs,
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(TryInto::try_into)
    .collect()
}

/// The last number of the tenant's streams, and the last that is forgotten.
pub async fn tenant_head(conn: &mut PgConnection) -> Result<(i64, i64)> {
    let head = sqlx::query!("SELECT seq, forgotten FROM stream_heads WHERE tenant_id = current_tenant()");
    Ok(head.fetch_optional(conn).await?.map_or((0, 0), |head| (head.seq, head.forgotten)))
}

struct Row {
    place: i64,
    reader: Option<Uuid>,
    id: Uuid,
    kind: String,
    conversation_id: Option<Uuid>,
    seq: Option<i64>,
    contact_id: Option<Uuid>,
    actor: serde_json::Value,
    data: serde_json::Value,
    causation_id: Option<Uuid>,
    depth: i16,
    trace_id: Option<String>,
    occurred_at: DateTime<Utc>,
}

impl TryFrom<Row> for Told {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let event = crate::events::Row {
            id: row.id,
            kind: row.kind,
            conversation_id: row.conversation_id,
            seq: row.seq,
            contact_id: row.contact_id,
            actor: row.actor,
            data: row.data,
            causation_id: row.causation_id,
            depth: row.depth,
            trace_id: row.trace_id,
            occurred_at: row.occurred_at,
        };
        Ok(Self { seq: row.place, reader: row.reader.map(UserId), event: event.try_into()? })
    }
}

/// What the tenant's streams tell behind `after` and up to `up_to`, at most `limit` of it: with `only`, what they tell in
/// the inbox (`None`) or to this person.
pub async fn of_tenant(
    conn: &mut PgConnection,
    after: i64,
    up_to: i64,
    only: Option<Option<UserId>>,
    limit: i64,
) -> Result<Vec<Told>> {
    sqlx::query_as!(
        Row,
        r#"SELECT s.seq AS "place!", s.user_id AS reader, e.id, e.kind, e.conversation_id, e.seq, e.contact_id, e.actor,
                  e.data, e.causation_id, e.depth, e.trace_id, e.occurred_at
             FROM (SELECT s.seq, s.user_id, s.event_id FROM stream_entries s
                    WHERE s.tenant_id = current_tenant() AND s.seq > $1 AND s.seq <= $2
                      AND ($3 OR s.user_id IS NOT DISTINCT FROM $4) ORDER BY s.seq LIMIT $5) s
            CROSS JOIN LATERAL (
                  SELECT e.* FROM events e WHERE e.tenant_id = current_tenant() AND e.id = s.event_id OFFSET 0) e
            ORDER BY s.seq"#,
        after,
        up_to,
        only.is_none(),
        only.flatten().map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(TryInto::try_into)
    .collect()
}

#[derive(Serialize)]
struct Viewer<'a> {
    place: usize,
    #[serde(rename = "viewer")]
    user: Uuid,
    reach: &'a str,
    teams: Vec<Uuid>,
}

/// Who of these people, by their places, sees which of these conversations now: asked once for all of them, as lists ask
/// it.
pub async fn seen_by(
    conn: &mut PgConnection,
    conversations: &[ConversationId],
    people: &[Sight],
) -> Result<HashMap<ConversationId, HashSet<usize>>> {
    if conversations.is_empty() || people.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = conversations.iter().map(|id| id.0).collect();
    let viewers: Vec<Viewer<'_>> = people
        .iter()
        .enumerate()
        .map(|(place, sight)| Viewer {
            place,
            user: sight.user.0,
            reach: reach(sight),
            teams: sight.teams.iter().map(|team| team.0).collect(),
        })
        .collect();
    let rows = sqlx::query!(
        r#"SELECT v.id AS "id!", p.place AS "place!"
             FROM unnest($1::uuid[]) AS wanted (id)
            CROSS JOIN LATERAL (
                  SELECT v.id, v.type, v.is_private, v.team_id, v.assignee_id, v.requester_id,
                         ARRAY(SELECT c.user_id FROM conversation_participants c
                                WHERE c.tenant_id = v.tenant_id AND c.conversation_id = v.id AND c.left_at IS NULL)
                             AS participants
                    FROM conversations v WHERE v.tenant_id = current_tenant() AND v.id = wanted.id OFFSET 0) v
            CROSS JOIN jsonb_to_recordset($2) AS p (place integer, viewer uuid, reach text, teams uuid[])
            WHERE in_sight(v.type, v.is_private, v.team_id, v.assignee_id, v.requester_id, p.viewer, p.teams, p.reach)
               OR p.viewer = ANY (v.participants)"#,
        &ids,
        Json(viewers) as _
    )
    .fetch_all(conn)
    .await?;
    let mut seen: HashMap<ConversationId, HashSet<usize>> = HashMap::new();
    for row in rows {
        let place = usize::try_from(row.place).map_err(|error| Error::corrupt("a place among viewers", error))?;
        seen.entry(row.id.into()).or_default().insert(place);
    }
    Ok(seen)
}

/// Something committed that processes are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Committed {
    /// This conversation has new events.
    In(ConversationId),
    /// This event, if it was appended at all.
    Event(Uuid),
}

/// Tells every process what was committed, of all tenants; with `settling` after numbering what other streams tell.
pub async fn announce(db: impl PgExecutor<'_>, committed: &[(TenantId, Committed)], settling: bool) -> Result<()> {
    let tenants: Vec<Uuid> = committed.iter().map(|(tenant, _)| tenant.0).collect();
    let conversation = |what: &Committed| match what {
        Committed::In(id) => Some(id.0),
        Committed::Event(_) => None,
    };
    let event = |what: &Committed| match what {
        Committed::In(_) => None,
        Committed::Event(id) => Some(*id),
    };
    let conversations: Vec<Option<Uuid>> = committed.iter().map(|(_, what)| conversation(what)).collect();
    let events: Vec<Option<Uuid>> = committed.iter().map(|(_, what)| event(what)).collect();
    sqlx::query!(
        "SELECT announce_events($1, $2, $3, $4)",
        &tenants,
        &conversations as &[Option<Uuid>],
        &events as &[Option<Uuid>],
        settling
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Numbers what is committed and has no number yet, of all tenants; how many there were.
pub async fn settle(db: impl PgExecutor<'_>, at_most: i32) -> Result<i32> {
    Ok(sqlx::query_scalar!(r#"SELECT settle_streams($1) AS "settled!""#, at_most).fetch_one(db).await?)
}

/// Whether something of any tenant waits for its number.
pub async fn is_unsettled(db: impl PgExecutor<'_>) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"SELECT streams_unsettled() AS "unsettled!""#).fetch_one(db).await?)
}

/// Forgets what the streams of all tenants told before `before`: at most `limit` of each. How many went.
pub async fn purge(db: impl PgExecutor<'_>, before: DateTime<Utc>, limit: i32) -> Result<u64> {
    let gone = sqlx::query_scalar!(r#"SELECT purge_stream_entries($1, $2) AS "gone!""#, before, limit);
    Ok(gone.fetch_one(db).await?.cast_unsigned())
}
