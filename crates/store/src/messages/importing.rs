//! Messages that were written in another system.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::TenantId;
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A message as the other system kept it.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// Which; later ones are greater, and stand behind others of the same moment.
    pub id: Uuid,
    /// Where it belongs.
    pub conversation_id: Uuid,
    /// Which way it went.
    pub direction: &'static str,
    /// Who wrote it.
    pub sender_kind: &'static str,
    /// The user who wrote it. A message of the contact is the conversation's contact's.
    pub sender_id: Option<Uuid>,
    /// The content's `type`.
    pub content_type: &'static str,
    /// The content, as `messages.content` has it.
    pub content: Value,
    /// Its beginning, for lists.
    pub preview: String,
    /// The provider's id.
    pub external_id: Option<String>,
    /// The provider's id of the message it answers.
    pub reply_to: Option<String>,
    /// How far it came.
    pub status: &'static str,
    /// When it was written.
    pub occurred_at: DateTime<Utc>,
    /// Whatever else is kept, as an object.
    pub metadata: Value,
}

/// Stores messages of conversations that the caller has locked, and returns the ids of those that were not there: a
/// message whose provider's id is known came over the channel before.
pub async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    written: &[Written],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let inserted = sqlx::query_scalar!(
        "INSERT INTO messages (tenant_id, id, conversation_id, connection_id, direction, sender_kind, sender_id,
                               content_type, content, preview, external_id, reply_to, status, occurred_at, metadata,
                               created_at)
         SELECT $1, n.id, v.id, CASE WHEN n.direction <> 'internal' THEN v.connection_id END, n.direction, n.sender_kind,
                CASE WHEN n.sender_kind = 'contact' THEN v.contact_id ELSE n.sender_id END, n.content_type, n.content,
                n.preview, n.external_id, n.reply_to, n.status, n.occurred_at, n.metadata, $3
           FROM jsonb_to_recordset($2) AS n (
                    id uuid, conversation_id uuid, direction text, sender_kind text, sender_id uuid, content_type text,
                    content jsonb, preview text, external_id text, reply_to text, status text, occurred_at timestamptz,
                    metadata jsonb)
           JOIN conversations v ON v.tenant_id = $1 AND v.id = n.conversation_id
         ON CONFLICT DO NOTHING RETURNING id",
        tenant.0,
        Json(written) as _,
        now
    );
    Ok(inserted.fetch_all(conn).await?)
}

/// The ids of messages by the provider's ids of them, at the accounts of these conversations.
pub async fn by_external_id(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversations: &[Uuid],
    external_ids: &[String],
) -> Result<Vec<(Uuid, String, Uuid)>> {
    let rows = sqlx::query!(
        r#"SELECT w.conversation AS "conversation!", w.external AS "external!", m.id
             FROM unnest($2::uuid[], $3::text[]) AS w (conversation, external)
             JOIN conversations v ON v.tenant_id = $1 AND v.id = w.conversation
             JOIN messages m ON m.tenant_id = $1 AND m.connection_id = v.connection_id AND m.external_id = w.external"#,
        tenant.0,
        conversations,
        external_ids
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.conversation, row.external, row.id)).collect())
}
