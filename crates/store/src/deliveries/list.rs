//! Stored webhook requests, as the operator looks through them.

use crate::{Error, Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EndpointId, delivery::Outcome};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A delivery without its body.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub id: DeliveryId,
    /// The connection it concerns.
    pub connection_id: ConnectionId,
    /// Where it was posted.
    pub endpoint_id: EndpointId,
    /// What makes it a repetition of another.
    pub dedupe_key: String,
    /// The request method.
    pub method: String,
    /// The query string.
    pub query: String,
    /// Header names and values, credentials left out.
    pub headers: Value,
    /// How many bytes the body has.
    pub body_size: i32,
    /// Whether the body was cut down to this connection.
    pub partial: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed.
    pub reason: Option<String>,
    /// The trace it began.
    pub trace_id: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it was last processed.
    pub processed_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    connection_id: Uuid,
    endpoint_id: Uuid,
    dedupe_key: String,
    method: String,
    query: String,
    headers: Value,
    body_size: i32,
    partial: bool,
    outcome: String,
    reason: Option<String>,
    trace_id: String,
    received_at: DateTime<Utc>,
    processed_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            connection_id: row.connection_id.into(),
            endpoint_id: row.endpoint_id.into(),
            dedupe_key: row.dedupe_key,
            method: row.method,
            query: row.query,
            headers: row.headers,
            body_size: row.body_size,
            partial: row.partial,
            outcome: row.outcome.parse().map_err(|error| Error::corrupt("deliveries.outcome", error))?,
            reason: row.reason,
            trace_id: row.trace_id,
            received_at: row.received_at,
            processed_at: row.processed_at,
        })
    }
}

/// A page of at most `limit` deliveries before `before`, the newest first.
pub async fn page(
    conn: &mut PgConnection,
    outcome: Option<Outcome>,
    connection: Option<ConnectionId>,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    plan_for_filters(conn).await?;
    sqlx::query_as!(
        Row,
        r#"SELECT id, connection_id, endpoint_id, dedupe_key, method, query, headers, octet_length(body) AS "body_size!",
                  partial, outcome, reason, trace_id, received_at, processed_at
             FROM deliveries
            WHERE ($1::text IS NULL OR outcome = $1)
              AND ($2::uuid IS NULL OR connection_id = $2)
              AND ($3::uuid IS NULL OR id < $3)
              AND (NOT $5 OR reason IS NOT NULL)
              AND (NOT $6 OR id IN (
                   SELECT (args ->> 'delivery_id')::uuid FROM queue.jobs WHERE kind = 'process-delivery'
                   UNION ALL
                   SELECT (args ->> 'delivery_id')::uuid FROM queue.dead_letters WHERE kind = 'process-delivery'))
            ORDER BY id DESC LIMIT $4"#,
        outcome.map(Outcome::as_str),
        connection.map(Uuid::from),
        before.map(Uuid::from),
        limit,
        // No index holds the outcome, because it changes with every delivery; these find the few that matter.
        matches!(outcome, Some(Outcome::Failed | Outcome::Parked)),
        outcome == Some(Outcome::Received)
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}

/// One delivery.
pub async fn one(conn: &mut PgConnection, id: DeliveryId) -> Result<Option<Listed>> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, connection_id, endpoint_id, dedupe_key, method, query, headers, octet_length(body) AS "body_size!",
                  partial, outcome, reason, trace_id, received_at, processed_at
             FROM deliveries WHERE id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(Listed::try_from)
    .transpose()
}

/// The body of a delivery.
pub async fn body(conn: &mut PgConnection, id: DeliveryId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("SELECT body FROM deliveries WHERE id = $1", id.0).fetch_optional(conn).await?)
}

/// Makes a delivery wait for a worker again. `false`: it waits already, or there is none.
pub async fn reset(conn: &mut PgConnection, id: DeliveryId) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE deliveries SET outcome = 'received', reason = NULL, processed_at = NULL
          WHERE id = $1 AND outcome <> 'received'",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
