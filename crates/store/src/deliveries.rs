//! Stored webhook requests, as a worker reads them and says what became of them.

pub mod list;

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, TenantId, delivery::Outcome};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

/// A stored request, with what its plugin needs to read it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The connection it concerns.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for the connection.
    pub plugin_id: String,
    /// The connection's settings, without its secrets.
    pub settings: Value,
    /// The request method.
    pub method: String,
    /// The query string, without its question mark.
    pub query: String,
    /// Header names and values, credentials left out.
    pub headers: Value,
    /// The body, or this connection's part of it.
    pub body: Vec<u8>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// A delivery by its id, in one round trip and without a transaction; `None` if it or its connection was deleted.
pub async fn load(db: impl PgExecutor<'_>, tenant: TenantId, id: DeliveryId) -> Result<Option<Delivery>> {
    Ok(sqlx::query_as!(
        Delivery,
        r#"SELECT connection_id AS "connection_id!", plugin_id AS "plugin_id!", settings AS "settings!",
                  method AS "method!", query AS "query!", headers AS "headers!", body AS "body!",
                  received_at AS "received_at!"
             FROM load_delivery($1, $2)"#,
        tenant.0,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// Notes what became of a delivery.
pub async fn set_outcome(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: DeliveryId,
    outcome: Outcome,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE deliveries SET outcome = $3, reason = $4, processed_at = $5 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        outcome.as_str(),
        reason,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
