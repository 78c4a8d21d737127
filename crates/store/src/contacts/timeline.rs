//! Everything that happened to a contact, over all their conversations.

use crate::{
    Result,
    conversations::sight::within,
    database::plan_for_filters,
    events::{Event, Row},
};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, EventId,
    sight::{Reach, Sight},
};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// The last entry of a page, from which the next one goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Which.
    pub id: EventId,
}

/// At most `limit` events of a contact before `before` (or the latest), the latest first: those of no conversation, and
/// those of conversations that somebody sees. What happened to contacts who were merged into it is among them.
pub async fn page(
    conn: &mut PgConnection,
    contact: ContactId,
    sight: &Sight,
    before: Option<Position>,
    limit: i64,
) -> Result<Vec<Event>> {
    plan_for_filters(conn).await?;
    let mut query = QueryBuilder::<Postgres>::new("WITH RECURSIVE people AS (SELECT ");
    query.push_bind(contact.0).push("::uuid AS id UNION SELECT c.id FROM contacts c JOIN people p");
    query.push(" ON c.tenant_id = current_tenant() AND c.merged_into = p.id)");
    query.push(
        " SELECT e.id, e.kind, e.conversation_id, e.seq, e.contact_id, e.actor, e.data, e.causation_id, e.depth,
                 e.trace_id, e.occurred_at
            FROM people CROSS JOIN LATERAL (
                 SELECT e.* FROM events e WHERE e.tenant_id = current_tenant() AND e.contact_id = people.id",
    );
    // A merge is told of both: here once is enough.
    query.push(" AND (people.id = ").push_bind(contact.0);
    query.push(" OR e.kind NOT IN ('contact.merged', 'contact.unmerged'))");
    if sight.reach < Reach::Everything {
        query.push(" AND (e.conversation_id IS NULL OR EXISTS (SELECT FROM conversations v");
        query.push(" WHERE v.tenant_id = e.tenant_id AND v.id = e.conversation_id");
        within(&mut query, sight);
        query.push("))");
    }
    if let Some(before) = before {
        query.push(" AND (e.occurred_at, e.id) < (").push_bind(before.occurred_at).push(", ").push_bind(before.id.0);
        query.push(")");
    }
    query.push(" ORDER BY e.occurred_at DESC, e.id DESC LIMIT ").push_bind(limit).push(") e");
    query.push(" ORDER BY e.occurred_at DESC, e.id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}
