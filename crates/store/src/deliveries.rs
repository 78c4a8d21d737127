//! Stored webhook requests, as a worker reads them and says what became of them.

pub mod list;

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, TenantId, delivery::Outcome};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use std::collections::HashMap;
use uuid::Uuid;

/// A stored request, with what its plugin needs to read it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The connection it concerns.
    pub connection_id: ConnectionId,
    /// The plugin that speaks for the connection.
    pub plugin_id: String,
    /// The version of the plugin that does.
    pub plugin_version: String,
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

/// Deliveries by tenant and id, in one round trip and without a transaction. The answers are in the same order; `None`
/// for one that was deleted, or whose connection was.
pub async fn load(db: impl PgExecutor<'_>, wanted: &[(TenantId, DeliveryId)]) -> Result<Vec<Option<Delivery>>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = wanted.iter().map(|(tenant, id)| (tenant.0, id.0)).unzip();
    let rows = sqlx::query!(
        r#"SELECT tenant_id AS "tenant_id!", id AS "id!", connection_id AS "connection_id!", plugin_id AS "plugin_id!",
                  plugin_version AS "plugin_version!", settings AS "settings!", method AS "method!", query AS "query!",
                  headers AS "headers!", body AS "body!", received_at AS "received_at!"
             FROM load_versioned_deliveries($1, $2)"#,
        &tenants,
        &ids
    )
    .fetch_all(db)
    .await?;
    let mut found: HashMap<(Uuid, Uuid), Delivery> = rows
        .into_iter()
        .map(|row| {
            let delivery = Delivery {
                connection_id: row.connection_id.into(),
                plugin_id: row.plugin_id,
                plugin_version: row.plugin_version,
                settings: row.settings,
                method: row.method,
                query: row.query,
                headers: row.headers,
                body: row.body,
                received_at: row.received_at,
            };
            ((row.tenant_id, row.id), delivery)
        })
        .collect();
    Ok(wanted.iter().map(|(tenant, id)| found.remove(&(tenant.0, id.0))).collect())
}

/// Deliveries of a connection that could not be processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How many, at most 100.
    pub count: i64,
    /// When the first of them arrived.
    pub since: Option<DateTime<Utc>>,
}

/// What of a connection's deliveries, of those that arrived after `after`, could not be processed.
pub async fn trouble(conn: &mut PgConnection, connection: ConnectionId, after: DateTime<Utc>) -> Result<Trouble> {
    Ok(sqlx::query_as!(
        Trouble,
        r#"SELECT count(*) AS "count!", min(received_at) AS since
             FROM (SELECT received_at FROM deliveries
                    WHERE reason IS NOT NULL AND outcome IN ('failed', 'parked') AND connection_id = $1
                      AND received_at > $2
                    ORDER BY id DESC LIMIT 100) latest"#,
        connection.0,
        after
    )
    .fetch_one(conn)
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
