//! Messages that no channel sees: threads, mentions, pins, and what their authors change.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConversationId, MessageId, TenantId, UserId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// What a message is to say.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// As `Content` of the SDK.
    pub content: &'a Value,
    /// The content's `type`.
    pub content_type: &'a str,
    /// Its beginning, for lists.
    pub preview: &'a str,
    /// Who is spoken to.
    pub mentions: &'a [UserId],
}

/// Counts a reply under a message. `false`: it is not of the conversation, or itself a reply.
pub async fn begin_reply(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    parent: MessageId,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET reply_count = reply_count + 1
          WHERE tenant_id = $1 AND id = $3 AND conversation_id = $2 AND thread_id IS NULL",
        tenant.0,
        conversation.0,
        parent.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a new message under another, and notes whom it speaks to.
pub async fn place(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: MessageId,
    thread: Option<MessageId>,
    mentions: &[UserId],
) -> Result<()> {
    sqlx::query!(
        "UPDATE messages SET thread_id = $3, mentions = $4 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        thread.map(Uuid::from),
        &ids(mentions)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes what a message of this author says. `false`: there is none that could be changed.
pub async fn reword(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    id: MessageId,
    author: UserId,
    new: &Wording<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages SET content = $5, content_type = $6, preview = $7, mentions = $8, edited_at = $9
          WHERE tenant_id = $1 AND id = $3 AND conversation_id = $2 AND direction = 'internal'
            AND sender_kind = 'user' AND sender_id = $4 AND deleted_at IS NULL",
        tenant.0,
        conversation.0,
        id.0,
        author.0,
        new.content,
        new.content_type,
        new.preview,
        &ids(new.mentions),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Empties a message, of this author or of whomever. `false`: there is none, or it is empty already.
pub async fn unsay(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    id: MessageId,
    author: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE messages
            SET content = $5, content_type = 'text', preview = '', mentions = '{}', pinned_at = NULL, pinned_by = NULL,
                deleted_at = $6
          WHERE tenant_id = $1 AND id = $3 AND conversation_id = $2 AND direction = 'internal'
            AND ($4::uuid IS NULL OR sender_kind = 'user' AND sender_id = $4) AND deleted_at IS NULL",
        tenant.0,
        conversation.0,
        id.0,
        author.map(Uuid::from),
        json!({ "type": "text", "text": "" }),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Pins a message for everybody, or with nobody's name unpins it. Says whether that changed anything; `None`: there is
/// no such message.
pub async fn pin(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    id: MessageId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Option<bool>> {
    let changed = sqlx::query_scalar!(
        r#"WITH found AS (
               SELECT id, pinned_at FROM messages
                WHERE tenant_id = $1 AND id = $3 AND conversation_id = $2 AND deleted_at IS NULL FOR UPDATE
           ), changed AS (
               UPDATE messages m SET pinned_at = CASE WHEN $4::uuid IS NOT NULL THEN $5::timestamptz END, pinned_by = $4::uuid
                 FROM found WHERE m.tenant_id = $1 AND m.id = found.id
                  AND (found.pinned_at IS NULL) = ($4::uuid IS NOT NULL)
               RETURNING m.id
           )
           SELECT EXISTS (SELECT FROM changed) AS "changed!" FROM found"#,
        tenant.0,
        conversation.0,
        id.0,
        by.map(Uuid::from),
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(changed)
}

/// Sets what a person shows on a message to the others, or with `None` takes it back. `false`: it is so already.
pub async fn react(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: MessageId,
    user: UserId,
    emoji: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = match emoji {
        Some(emoji) => {
            sqlx::query!(
                "INSERT INTO message_reactions AS r (tenant_id, message_id, user_id, emoji, created_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (tenant_id, message_id, user_id) DO UPDATE SET emoji = $4, created_at = $5
                  WHERE r.emoji <> $4",
                tenant.0,
                id.0,
                user.0,
                emoji,
                now
            )
            .execute(conn)
            .await?
        }
        None => {
            sqlx::query!(
                "DELETE FROM message_reactions WHERE tenant_id = $1 AND message_id = $2 AND user_id = $3",
                tenant.0,
                id.0,
                user.0
            )
            .execute(conn)
            .await?
        }
    };
    Ok(done.rows_affected() > 0)
}

fn ids(users: &[UserId]) -> Vec<Uuid> {
    users.iter().map(|user| user.0).collect()
}
