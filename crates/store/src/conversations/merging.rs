//! Two conversations that become one, and how that is taken back.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConversationId, TenantId, event::Actor};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// A merge that has not been taken back.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Which.
    pub id: Uuid,
    /// What went.
    pub source_id: ConversationId,
    /// Where to.
    pub target_id: ConversationId,
    /// How both stood before.
    pub before: Value,
    /// When.
    pub merged_at: DateTime<Utc>,
}

/// Moves all messages of one conversation to another, under the id of the merge. Says how many there were.
pub async fn merge(conn: &mut PgConnection, tenant: TenantId, merge: &Merge, by: Actor) -> Result<u64> {
    sqlx::query!(
        "INSERT INTO conversation_merges (tenant_id, id, source_id, target_id, before, merged_by, merged_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant.0,
        merge.id,
        merge.source_id.0,
        merge.target_id.0,
        merge.before,
        json!(by),
        merge.merged_at
    )
    .execute(&mut *conn)
    .await?;
    // What an earlier merge brought to the source keeps that merge's id, so that both can be taken back.
    let moved = sqlx::query!(
        "UPDATE messages SET conversation_id = $4, merge_id = coalesce(merge_id, $2)
          WHERE tenant_id = $1 AND conversation_id = $3",
        tenant.0,
        merge.id,
        merge.source_id.0,
        merge.target_id.0
    )
    .execute(conn)
    .await?;
    Ok(moved.rows_affected())
}

/// The merge that a conversation went away with.
pub async fn of_source(conn: &mut PgConnection, tenant: TenantId, source: ConversationId) -> Result<Option<Merge>> {
    let row = sqlx::query!(
        "SELECT id, source_id, target_id, before, merged_at
           FROM conversation_merges WHERE tenant_id = $1 AND source_id = $2 AND undone_at IS NULL FOR UPDATE",
        tenant.0,
        source.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Merge {
        id: row.id,
        source_id: row.source_id.into(),
        target_id: row.target_id.into(),
        before: row.before,
        merged_at: row.merged_at,
    }))
}

/// Moves the messages of a merge back, with those that earlier merges had brought along. Says how many there were.
pub async fn undo(conn: &mut PgConnection, tenant: TenantId, merge: &Merge, now: DateTime<Utc>) -> Result<u64> {
    sqlx::query!(
        "UPDATE conversation_merges SET undone_at = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        merge.id,
        now
    )
    .execute(&mut *conn)
    .await?;
    let moved = sqlx::query!(
        "WITH RECURSIVE came AS (
             SELECT id, source_id FROM conversation_merges WHERE tenant_id = $1 AND id = $2
             UNION ALL
             SELECT m.id, m.source_id FROM conversation_merges m
               JOIN came ON m.tenant_id = $1 AND m.target_id = came.source_id AND m.undone_at IS NULL
         )
         UPDATE messages SET conversation_id = $3, merge_id = nullif(merge_id, $2)
          WHERE tenant_id = $1 AND merge_id IN (SELECT id FROM came)",
        tenant.0,
        merge.id,
        merge.source_id.0
    )
    .execute(conn)
    .await?;
    Ok(moved.rows_affected())
}
