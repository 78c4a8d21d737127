//! The account of plugin calls: written in batches across tenants, read by connection, forgotten day by day.

use crate::{Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A call that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its id; ids of later calls are greater.
    pub id: Uuid,
    /// The connection it was about.
    pub connection_id: ConnectionId,
    /// When it began.
    pub called_at: DateTime<Utc>,
    /// The plugin.
    pub plugin_id: String,
    /// Its version.
    pub plugin_version: String,
    /// What was called, by its name in the plugin API.
    pub function: String,
    /// Which attempt it was, counted from 1.
    pub attempt: i32,
    /// From start to end, in microseconds.
    pub duration_us: i64,
    /// How much of that it was running, in microseconds.
    pub busy_us: i64,
    /// The most linear memory that it had, in bytes.
    pub memory: i64,
    /// How often it called the host.
    pub host_calls: i32,
    /// Its HTTP requests, if it made any: method, host, and status or failure.
    pub requests: Option<Value>,
    /// How it ended.
    pub outcome: String,
    /// The kind of the error that the plugin answered with.
    pub error_kind: Option<String>,
    /// The code of that error, or what the host says.
    pub detail: Option<String>,
    /// What the plugin was told as the id of the call.
    pub call_id: String,
    /// The job that called.
    pub job_id: Option<i64>,
    /// The trace that job belongs to.
    pub trace_id: Option<String>,
}

/// Which calls of a connection are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Only of this function.
    pub function: Option<&'a str>,
    /// Only those that failed.
    pub failed: bool,
}

/// Stores calls, all or none, in one statement that is its own transaction.
pub async fn record(db: impl PgExecutor<'_>, calls: &[(TenantId, Call)]) -> Result<()> {
    fn column<T>(calls: &[(TenantId, Call)], of: impl Fn(&Call) -> T) -> Vec<T> {
        calls.iter().map(|(_, call)| of(call)).collect()
    }
    let tenants: Vec<Uuid> = calls.iter().map(|(tenant, _)| tenant.0).collect();
    sqlx::query!(
        r#"SELECT record_plugin_calls($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                                      $19) AS "stored!""#,
        &tenants,
        &column(calls, |call| call.connection_id.0),
        &column(calls, |call| call.id),
        &column(calls, |call| call.called_at),
        &column(calls, |call| call.plugin_id.clone()),
        &column(calls, |call| call.plugin_version.clone()),
        &column(calls, |call| call.function.clone()),
        &column(calls, |call| call.attempt),
        &column(calls, |call| call.duration_us),
        &column(calls, |call| call.busy_us),
        &column(calls, |call| call.memory),
        &column(calls, |call| call.host_calls),
        &column(calls, |call| call.requests.clone()) as &[Option<Value>],
        &column(calls, |call| call.outcome.clone()),
        &column(calls, |call| call.error_kind.clone()) as &[Option<String>],
        &column(calls, |call| call.detail.clone()) as &[Option<String>],
        &column(calls, |call| call.call_id.clone()),
        &column(calls, |call| call.job_id) as &[Option<i64>],
        &column(calls, |call| call.trace_id.clone()) as &[Option<String>]
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// A page of at most `limit` calls of a connection before `before`, the latest first.
pub async fn page(
    conn: &mut PgConnection,
    connection: ConnectionId,
    filter: Filter<'_>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Call>> {
    plan_for_filters(conn).await?;
    Ok(sqlx::query_as!(
        Call,
        "SELECT id, connection_id, called_at, plugin_id, plugin_version, function, attempt, duration_us, busy_us, memory,
                host_calls, requests, outcome, error_kind, detail, call_id, job_id, trace_id
           FROM plugin_calls
          WHERE connection_id = $1
            AND ($2::text IS NULL OR function = $2)
            AND (NOT $3 OR outcome <> 'ok')
            AND ($4::uuid IS NULL OR id < $4)
          ORDER BY id DESC LIMIT $5",
        connection.0,
        filter.function,
        filter.failed,
        before,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Forgets the calls of days that ended before `before`, of all tenants. Returns of how many days.
pub async fn forget(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64> {
    let days = sqlx::query_scalar!(r#"SELECT forget_plugin_calls($1) AS "days!""#, before).fetch_one(db).await?;
    Ok(days.try_into().unwrap_or_default())
}
