//! A conversation as rules see it: read without a lock.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, TenantId,
    conversation::{Priority, Status},
};
use sqlx::PgConnection;

/// How a conversation stands.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The plugin that speaks for it.
    pub channel: String,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether somebody has it.
    pub assigned: bool,
    /// Messages in all.
    pub message_count: i32,
    /// Its tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Whether its contact has no other conversation.
    pub is_first: bool,
    /// When it began.
    pub created_at: DateTime<Utc>,
}

/// How a conversation stands at the moment.
pub async fn load(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<Option<Situation>> {
    let row = sqlx::query!(
        r#"SELECT v.channel, v.status, v.priority, v.assignee_id IS NOT NULL AS "assigned!", v.message_count,
                  v.created_at,
                  ARRAY(SELECT t.tag FROM conversation_tags t
                         WHERE t.tenant_id = v.tenant_id AND t.conversation_id = v.id ORDER BY t.tag) AS "tags!",
                  NOT EXISTS (SELECT FROM conversations o
                               WHERE o.tenant_id = v.tenant_id AND o.contact_id = v.contact_id
                                 AND o.id <> v.id) AS "is_first!"
             FROM conversations v WHERE v.tenant_id = $1 AND v.id = $2"#,
        tenant.0,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Situation {
            channel: row.channel,
            status: row.status.parse().map_err(|e| Error::corrupt("conversations.status", e))?,
            priority: row.priority.parse().map_err(|e| Error::corrupt("conversations.priority", e))?,
            assigned: row.assigned,
            message_count: row.message_count,
            tags: row.tags,
            is_first: row.is_first,
            created_at: row.created_at,
        })
    })
    .transpose()
}
