//! Stored webhook requests: what came, what became of it, and once more.

pub mod body;
pub mod get;
pub mod list;
pub mod replay;

use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EndpointId, delivery::Outcome};
use serde::Serialize;
use serde_json::Value;
use store::deliveries::list::Listed;

/// A stored webhook request, without its body.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Delivery)]
pub struct ShownDelivery {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: DeliveryId,
    /// The connection it concerns.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// Where it was posted.
    #[schema(value_type = uuid::Uuid)]
    endpoint_id: EndpointId,
    /// What became of it.
    #[schema(schema_with = crate::openapi::delivery_outcome)]
    outcome: Outcome,
    /// Why it failed.
    reason: Option<String>,
    /// What makes it a repetition of another.
    dedupe_key: String,
    /// The request method.
    method: String,
    /// The query string.
    query: String,
    /// Pairs of header names and values, credentials left out.
    #[schema(value_type = Vec<Vec<String>>)]
    headers: Value,
    /// How many bytes the body has.
    body_size: i32,
    /// Whether the body was cut down to this connection, because the request concerned several.
    partial: bool,
    /// The trace it began: the same id stands in the log from here to the provider call.
    trace_id: String,
    /// When it arrived.
    received_at: DateTime<Utc>,
    /// When it was last processed.
    processed_at: Option<DateTime<Utc>>,
}

impl From<Listed> for ShownDelivery {
    fn from(row: Listed) -> Self {
        Self {
            id: row.id,
            connection_id: row.connection_id,
            endpoint_id: row.endpoint_id,
            outcome: row.outcome,
            reason: row.reason,
            dedupe_key: row.dedupe_key,
            method: row.method,
            query: row.query,
            headers: row.headers,
            body_size: row.body_size,
            partial: row.partial,
            trace_id: row.trace_id,
            received_at: row.received_at,
            processed_at: row.processed_at,
        }
    }
}
