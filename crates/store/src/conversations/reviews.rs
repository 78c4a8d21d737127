//! What leads write down about a conversation, for whoever had it.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConversationId, TenantId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Which.
    pub id: Uuid,
    /// Of what.
    pub conversation_id: ConversationId,
    /// Whose.
    pub reviewer_id: UserId,
    /// What it says.
    pub text: String,
    /// Whether others are to learn from it.
    pub is_training_case: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Writes one down.
pub async fn create(conn: &mut PgConnection, tenant: TenantId, review: &Review) -> Result<()> {
    sqlx::query!(
        "INSERT INTO conversation_reviews (tenant_id, id, conversation_id, reviewer_id, text, is_training_case,
                                           created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant.0,
        review.id,
        review.conversation_id.0,
        review.reviewer_id.0,
        review.text,
        review.is_training_case,
        review.created_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The reviews of a conversation, the first one first.
pub async fn list(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Review>> {
    let rows = sqlx::query!(
        "SELECT id, conversation_id, reviewer_id, text, is_training_case, created_at FROM conversation_reviews
          WHERE tenant_id = current_tenant() AND conversation_id = $1 ORDER BY created_at, id",
        conversation.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Review {
            id: row.id,
            conversation_id: row.conversation_id.into(),
            reviewer_id: row.reviewer_id.into(),
            text: row.text,
            is_training_case: row.is_training_case,
            created_at: row.created_at,
        })
        .collect())
}
