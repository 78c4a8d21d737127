//! What customers think of a conversation: they are asked, and answer once.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, ConversationId, MessageId, TenantId, UserId};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A question to a customer, answered or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Which.
    pub id: Uuid,
    /// About what.
    pub conversation_id: ConversationId,
    /// When the customer was asked.
    pub asked_at: DateTime<Utc>,
    /// Until when an answer counts.
    pub expires_at: DateTime<Utc>,
    /// Who had the conversation then.
    pub user_id: Option<UserId>,
    /// The answer, 1 to 5.
    pub rating: Option<i16>,
    /// What the customer wrote about it.
    pub comment: Option<String>,
    /// When they answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// How an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through the link.
    Link,
    /// As a message over the channel.
    Channel,
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Channel => "channel",
        }
    }
}

/// Notes that a customer is asked. `token_hash` is that of the link's secret.
pub async fn ask(
    conn: &mut PgConnection,
    tenant: TenantId,
    survey: &Survey,
    token_hash: &[u8],
    message: Option<MessageId>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO surveys (tenant_id, id, conversation_id, token_hash, asked_at, expires_at, message_id, user_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant.0,
        survey.id,
        survey.conversation_id.0,
        token_hash,
        survey.asked_at,
        survey.expires_at,
        message.map(Uuid::from),
        survey.user_id.map(Uuid::from)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tenant and the question behind a link; outside any tenant's transaction.
pub async fn find(db: impl PgExecutor<'_>, token_hash: &[u8]) -> Result<Option<(TenantId, Uuid)>> {
    let row = sqlx::query!(r#"SELECT tenant_id AS "tenant_id!", id AS "id!" FROM find_survey($1)"#, token_hash)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.tenant_id.into(), row.id)))
}

/// The conversation that a question is about, which is to be locked before it.
pub async fn conversation_of(conn: &mut PgConnection, tenant: TenantId, id: Uuid) -> Result<Option<ConversationId>> {
    let conversation =
        sqlx::query_scalar!("SELECT conversation_id FROM surveys WHERE tenant_id = $1 AND id = $2", tenant.0, id);
    Ok(conversation.fetch_optional(conn).await?.map(Into::into))
}

/// One question, locked until the transaction ends.
pub async fn lock(conn: &mut PgConnection, tenant: TenantId, id: Uuid) -> Result<Option<Survey>> {
    let row = sqlx::query!(
        "SELECT id, conversation_id, asked_at, expires_at, user_id, rating, comment, answered_at FROM surveys
          WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tenant.0,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Survey {
        id: row.id,
        conversation_id: row.conversation_id.into(),
        asked_at: row.asked_at,
        expires_at: row.expires_at,
        user_id: row.user_id.map(Into::into),
        rating: row.rating,
        comment: row.comment,
        answered_at: row.answered_at,
    }))
}

/// The question about a conversation that waits for an answer at `now`.
pub async fn open_of(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM surveys
          WHERE tenant_id = $1 AND conversation_id = $2 AND answered_at IS NULL AND expires_at > $3
            AND message_id IS NOT NULL
          ORDER BY asked_at DESC LIMIT 1",
        tenant.0,
        conversation.0,
        now
    );
    Ok(id.fetch_optional(conn).await?)
}

/// Whether a customer was asked about a conversation before, answered or not.
pub async fn was_asked(conn: &mut PgConnection, tenant: TenantId, conversation: ConversationId) -> Result<bool> {
    let asked = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM surveys WHERE tenant_id = $1 AND conversation_id = $2) AS "asked!""#,
        tenant.0,
        conversation.0
    );
    Ok(asked.fetch_one(conn).await?)
}

/// The closed conversation with a contact about which a question waits for an answer at `now`, as long as they have begun
/// no other over this account since.
pub async fn open_after_close(
    conn: &mut PgConnection,
    tenant: TenantId,
    contact: ContactId,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<Option<ConversationId>> {
    let id = sqlx::query_scalar!(
        "SELECT v.id
           FROM conversations v JOIN surveys s ON s.tenant_id = $1 AND s.conversation_id = v.id
          WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.connection_id = $3 AND v.status = 'closed'
            AND v.thread IS NULL AND v.merged_into IS NULL
            AND s.answered_at IS NULL AND s.expires_at > $4 AND s.message_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM conversations o
                             WHERE o.tenant_id = $1 AND o.contact_id = $2 AND o.connection_id = $3
                               AND o.thread IS NULL AND (o.status <> 'closed' OR o.created_at > s.asked_at))
          ORDER BY s.asked_at DESC LIMIT 1",
        tenant.0,
        contact.0,
        connection.0,
        now
    );
    Ok(id.fetch_optional(conn).await?.map(Into::into))
}

/// Keeps the answer, and shows its rating at the conversation. The row must be locked and unanswered.
pub async fn answer(
    conn: &mut PgConnection,
    tenant: TenantId,
    survey: &Survey,
    way: Way,
    now: DateTime<Utc>,
) -> Result<()> {
    let rating = survey.rating.ok_or_else(|| Error::corrupt("surveys.rating", "there is none"))?;
    sqlx::query!(
        "UPDATE surveys SET rating = $3, comment = $4, answered_at = $5, answered_by = $6
          WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        survey.id,
        rating,
        survey.comment,
        now,
        way.as_str()
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE conversations SET csat_rating = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        survey.conversation_id.0,
        rating
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The questions about a conversation, the latest first.
pub async fn of_conversation(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Survey>> {
    let rows = sqlx::query!(
        "SELECT id, conversation_id, asked_at, expires_at, user_id, rating, comment, answered_at FROM surveys
          WHERE tenant_id = current_tenant() AND conversation_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 100",
        conversation.0
    )
    .fetch_all(conn)
    .await?;
    let survey =
        |row_id, conversation: Uuid, asked_at, expires_at, user: Option<Uuid>, rating, comment, answered_at| Survey {
            id: row_id,
            conversation_id: conversation.into(),
            asked_at,
            expires_at,
            user_id: user.map(Into::into),
            rating,
            comment,
            answered_at,
        };
    Ok(rows
        .into_iter()
        .map(|r| {
            survey(r.id, r.conversation_id, r.asked_at, r.expires_at, r.user_id, r.rating, r.comment, r.answered_at)
        })
        .collect())
}
