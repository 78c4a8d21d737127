//! Rules as the engine needs them: enabled, by the event they wait for, in order.

use crate::Result;
use domain::{RuleId, TenantId, event::EventKind};
use serde_json::Value;
use sqlx::PgConnection;

/// An enabled rule.
#[derive(Clone, Debug)]
pub struct ActiveRule {
    /// Which.
    pub id: RuleId,
    /// Its name, for the log.
    pub name: String,
    /// Its version, for the log and for caches.
    pub version: i64,
    /// What it says.
    pub definition: Value,
}

/// The enabled rules that wait for `kind`, in their order.
pub async fn for_event(conn: &mut PgConnection, tenant: TenantId, kind: EventKind) -> Result<Vec<ActiveRule>> {
    Ok(sqlx::query_as!(
        ActiveRule,
        "SELECT id, name, version, definition FROM rules
          WHERE tenant_id = $1 AND event_kind = $2 AND enabled ORDER BY position, id",
        tenant.0,
        kind.as_str()
    )
    .fetch_all(conn)
    .await?)
}
