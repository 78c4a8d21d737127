//! Messages that offered answers, as what a contact says next needs them.

use crate::Result;
use domain::{ConnectionId, ConversationId, MessageId, TenantId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A message to a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Which.
    pub message_id: MessageId,
    /// What it says.
    pub content: Value,
}

struct Row {
    id: Uuid,
    content: Value,
}

impl From<Row> for Offer {
    fn from(row: Row) -> Self {
        Self { message_id: row.id.into(), content: row.content }
    }
}

/// The latest message to the contact, if it offers answers.
pub async fn latest(conn: &mut PgConnection, tenant: TenantId, conversation: ConversationId) -> Result<Option<Offer>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id AS "id!", content AS "content!"
             FROM (SELECT id, content, content_type FROM messages
                    WHERE tenant_id = $1 AND conversation_id = $2 AND direction = 'outbound'
                    ORDER BY occurred_at DESC, delivery_id DESC, position DESC, id DESC LIMIT 1) latest
            WHERE content_type IN ('quick_replies', 'survey')"#,
        tenant.0,
        conversation.0
    );
    Ok(row.fetch_optional(conn).await?.map(Into::into))
}

/// The message with this id of the provider, if it offered answers in this conversation.
pub async fn answered(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    connection: ConnectionId,
    external_id: &str,
) -> Result<Option<Offer>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, content FROM messages
          WHERE tenant_id = $1 AND connection_id = $2 AND external_id = $3 AND conversation_id = $4
            AND direction = 'outbound' AND content_type IN ('quick_replies', 'survey')",
        tenant.0,
        connection.0,
        external_id,
        conversation.0
    );
    Ok(row.fetch_optional(conn).await?.map(Into::into))
}
