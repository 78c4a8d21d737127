//! Storing webhooks before it is known whose they are: in batches, across tenants, with their jobs.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EndpointId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use std::collections::HashSet;
use uuid::Uuid;

/// A verified request, as far as it concerns one connection.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// Whose connection it is.
    pub tenant_id: TenantId,
    /// The delivery's id.
    pub id: DeliveryId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Where it was posted.
    pub endpoint_id: EndpointId,
    /// What makes it a repetition of another.
    pub dedupe_key: String,
    /// The request method.
    pub method: String,
    /// The query string, without its question mark.
    pub query: String,
    /// Header names and values, credentials left out.
    pub headers: Value,
    /// The body, or this connection's part of it.
    pub body: Vec<u8>,
    /// Whether the body was cut down to this connection.
    pub partial: bool,
    /// The trace it begins.
    pub trace_id: String,
    /// What keeps its job in order: [`domain::jobs::ProcessDelivery::key_of`].
    pub queue_key: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// Stores deliveries with their jobs, all or none, in one statement that is its own transaction.
///
/// The answer says for each whether it was stored; the others are repetitions.
pub async fn accept(pool: &PgPool, deliveries: &[NewDelivery]) -> Result<Vec<bool>> {
    fn column<T>(deliveries: &[NewDelivery], of: impl Fn(&NewDelivery) -> T) -> Vec<T> {
        deliveries.iter().map(of).collect()
    }
    let bodies: Vec<&[u8]> = deliveries.iter().map(|d| d.body.as_slice()).collect();
    let stored: HashSet<Uuid> = sqlx::query_scalar!(
        r#"SELECT accept_deliveries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS "id!""#,
        &column(deliveries, |d| d.tenant_id.0),
        &column(deliveries, |d| d.id.0),
        &column(deliveries, |d| d.connection_id.0),
        &column(deliveries, |d| d.endpoint_id.0),
        &column(deliveries, |d| d.dedupe_key.clone()),
        &column(deliveries, |d| d.method.clone()),
        &column(deliveries, |d| d.query.clone()),
        &column(deliveries, |d| d.headers.clone()),
        &bodies as &[&[u8]],
        &column(deliveries, |d| d.partial),
        &column(deliveries, |d| d.trace_id.clone()),
        &column(deliveries, |d| d.queue_key.clone()),
        &column(deliveries, |d| d.received_at)
    )
    .fetch_all(pool)
    .await?
    .into_iter()
    .collect();
    Ok(deliveries.iter().map(|delivery| stored.contains(&delivery.id.0)).collect())
}

/// A verified request that no connection claims.
#[derive(Clone, Debug)]
pub struct Unrouted {
    /// Where it was posted.
    pub endpoint_id: EndpointId,
    /// The account it names, if it names one.
    pub account: Option<String>,
    /// The digest of its thread, for the queue key it will get.
    pub thread: Option<String>,
    /// What makes it a repetition of another.
    pub dedupe_key: String,
    /// The request method.
    pub method: String,
    /// The query string, without its question mark.
    pub query: String,
    /// Header names and values, credentials left out.
    pub headers: Value,
    /// The body, or the unclaimed part of it.
    pub body: Vec<u8>,
    /// Whether the body was cut down to this account.
    pub partial: bool,
    /// Why it waits.
    pub reason: String,
    /// The trace it begins.
    pub trace_id: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// Keeps a request for the connection that will claim its account, or for the operator. `false`: it is kept already.
pub async fn keep_unrouted(pool: &PgPool, unrouted: &Unrouted) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT keep_unrouted($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS "kept!""#,
        DeliveryId::new().0,
        unrouted.endpoint_id.0,
        unrouted.account,
        unrouted.thread,
        unrouted.dedupe_key,
        unrouted.method,
        unrouted.query,
        unrouted.headers,
        unrouted.body,
        unrouted.partial,
        unrouted.reason,
        unrouted.trace_id,
        unrouted.received_at
    )
    .fetch_one(pool)
    .await?)
}

/// Gives a new connection what waited for its accounts. Returns how many deliveries that were; wake the live lane.
pub async fn adopt_unrouted(conn: &mut PgConnection, connection: ConnectionId) -> Result<u64> {
    let adopted = sqlx::query_scalar!(r#"SELECT adopt_unrouted($1) AS "count!""#, connection.0).fetch_one(conn).await?;
    Ok(adopted.try_into().unwrap_or_default())
}

/// How many requests wait at an endpoint for a connection to claim them.
pub async fn count_unrouted(conn: &mut PgConnection, endpoint: EndpointId) -> Result<u64> {
    let waiting = sqlx::query_scalar!(r#"SELECT count_unrouted($1) AS "count!""#, endpoint.0).fetch_one(conn).await?;
    Ok(waiting.try_into().unwrap_or_default())
}

/// Forgets deliveries, reports, answers and ended sessions older than `before`, of all tenants, at most `limit` rows
/// of each.
/// Returns how many went: call again while it is not zero.
pub async fn purge(pool: &PgPool, before: DateTime<Utc>, limit: i32) -> Result<u64> {
    let gone =
        sqlx::query_scalar!(r#"SELECT purge_deliveries($1, $2) AS "count!""#, before, limit).fetch_one(pool).await?;
    Ok(gone.try_into().unwrap_or_default())
}
