//! The audit log: who administered what. The product appends to it; the database lets it do nothing else.

pub mod list;

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ApiKeyId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which; later ones are greater.
    pub id: Uuid,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Who.
    pub user_id: UserId,
    /// By which key, if they did not do it themselves.
    pub api_key_id: Option<ApiKeyId>,
    /// What, as in `role.updated`.
    pub action: String,
    /// To what kind of thing.
    pub target_kind: String,
    /// To which of them; `None` where there is one only, or many were changed.
    pub target_id: Option<String>,
    /// What it was.
    pub before: Option<Value>,
    /// What it became.
    pub after: Option<Value>,
    /// From where: an IP address.
    pub address: String,
    /// By which request.
    pub request_id: String,
}

/// Appends an entry to the log of the running transaction's tenant.
pub async fn append(conn: &mut PgConnection, entry: &Entry) -> Result<()> {
    sqlx::query!(
        "INSERT INTO audit_log (tenant_id, id, occurred_at, user_id, api_key_id, action, target_kind, target_id, before,
                                after, address, request_id)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        entry.id,
        entry.occurred_at,
        entry.user_id.0,
        entry.api_key_id.map(Uuid::from),
        entry.action,
        entry.target_kind,
        entry.target_id,
        entry.before,
        entry.after,
        entry.address,
        entry.request_id
    )
    .execute(conn)
    .await?;
    Ok(())
}
