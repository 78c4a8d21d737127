//! Who takes part in a conversation, and what they have read.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConversationId, MessageId, TenantId, UserId, conversation::ParticipantRole};
use sqlx::PgConnection;

/// Somebody who takes part.
#[derive(Clone, Debug)]
pub struct Participant {
    /// Who.
    pub user_id: UserId,
    /// What they are called.
    pub name: String,
    /// What they do in it.
    pub role: ParticipantRole,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// When they last read it.
    pub last_read_at: Option<DateTime<Utc>>,
    /// Up to where.
    pub last_read_message_id: Option<MessageId>,
    /// Messages of others that they have not read.
    pub unread_count: i32,
}

/// Adds somebody, or gives them another role; whoever left comes back with everything read. `false`: they take part
/// in this role already.
pub async fn add(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    user: UserId,
    role: ParticipantRole,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO conversation_participants AS p (tenant_id, conversation_id, user_id, role, joined_at, seen_count)
         SELECT $1, $2, $3, $4, $5, v.message_count FROM conversations v WHERE v.tenant_id = $1 AND v.id = $2
         ON CONFLICT (tenant_id, conversation_id, user_id) DO UPDATE
            SET role = $4, as_assignee = false, left_at = NULL,
                joined_at = CASE WHEN p.left_at IS NULL THEN p.joined_at ELSE $5 END,
                seen_count = CASE WHEN p.left_at IS NULL THEN p.seen_count ELSE excluded.seen_count END
          WHERE p.left_at IS NOT NULL OR p.role <> $4 OR p.as_assignee",
        tenant.0,
        conversation.0,
        user.0,
        role.as_str(),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets whoever has the conversation now take part, and whoever had it before no longer, unless they were asked to.
pub async fn follow_assignee(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    assignee: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE conversation_participants SET left_at = $4
          WHERE tenant_id = $1 AND conversation_id = $2 AND as_assignee AND left_at IS NULL
            AND user_id IS DISTINCT FROM $3",
        tenant.0,
        conversation.0,
        assignee.map(uuid::Uuid::from),
        now
    )
    .execute(&mut *conn)
    .await?;
    let Some(assignee) = assignee else { return Ok(()) };
    sqlx::query!(
        "INSERT INTO conversation_participants AS p
                (tenant_id, conversation_id, user_id, role, as_assignee, joined_at, seen_count)
         SELECT $1, $2, $3, 'member', true, $4, v.message_count - v.unread_count
           FROM conversations v WHERE v.tenant_id = $1 AND v.id = $2
         ON CONFLICT (tenant_id, conversation_id, user_id) DO UPDATE
            SET left_at = NULL, joined_at = $4, as_assignee = true, role = 'member'
          WHERE p.left_at IS NOT NULL",
        tenant.0,
        conversation.0,
        assignee.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lets somebody go. `false`: they do not take part.
pub async fn leave(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE conversation_participants SET left_at = $4
          WHERE tenant_id = $1 AND conversation_id = $2 AND user_id = $3 AND left_at IS NULL",
        tenant.0,
        conversation.0,
        user.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What somebody does in a conversation, if they take part.
pub async fn role_of(
    conn: &mut PgConnection,
    conversation: ConversationId,
    user: UserId,
) -> Result<Option<ParticipantRole>> {
    let role = sqlx::query_scalar!(
        "SELECT role FROM conversation_participants
          WHERE tenant_id = current_tenant() AND conversation_id = $1 AND user_id = $2 AND left_at IS NULL",
        conversation.0,
        user.0
    )
    .fetch_optional(conn)
    .await?;
    role.map(|role| role.parse().map_err(|error| Error::corrupt("conversation_participants.role", error))).transpose()
}

/// Everybody who takes part, in the order in which they came.
pub async fn list(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Participant>> {
    let rows = sqlx::query!(
        r#"SELECT p.user_id, u.name, p.role, p.joined_at, p.last_read_at, p.last_read_message_id,
                  greatest(v.message_count - p.seen_count, 0) AS "unread_count!"
             FROM conversation_participants p
             JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id
             JOIN conversations v ON v.tenant_id = p.tenant_id AND v.id = p.conversation_id
            WHERE p.tenant_id = current_tenant() AND p.conversation_id = $1 AND p.left_at IS NULL
            ORDER BY p.joined_at, p.user_id"#,
        conversation.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Participant {
                user_id: row.user_id.into(),
                name: row.name,
                role: row.role.parse().map_err(|error| Error::corrupt("conversation_participants.role", error))?,
                joined_at: row.joined_at,
                last_read_at: row.last_read_at,
                last_read_message_id: row.last_read_message_id.map(Into::into),
                unread_count: row.unread_count,
            })
        })
        .collect()
}

/// Counts a message as seen by its author, who wrote it.
pub async fn wrote(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    user: UserId,
) -> Result<()> {
    sqlx::query!(
        "UPDATE conversation_participants SET seen_count = seen_count + 1
          WHERE tenant_id = $1 AND conversation_id = $2 AND user_id = $3 AND left_at IS NULL",
        tenant.0,
        conversation.0,
        user.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that somebody has read up to a message, or with `None` everything: what others wrote after it is unread.
/// `false`: they do not take part.
pub async fn mark_read(
    conn: &mut PgConnection,
    tenant: TenantId,
    conversation: ConversationId,
    user: UserId,
    up_to: Option<MessageId>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE conversation_participants p
            SET last_read_at = $5, last_read_message_id = $4,
                seen_count = v.message_count - (
                    SELECT count(*) FROM messages m, messages read
                     WHERE read.tenant_id = $1 AND read.id = $4
                       AND m.tenant_id = $1 AND m.conversation_id = $2
                       AND (m.occurred_at, coalesce(m.delivery_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), m.position, m.id)
                           > (read.occurred_at, coalesce(read.delivery_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
                              read.position, read.id)
                       AND m.sender_id IS DISTINCT FROM $3)
           FROM conversations v
          WHERE p.tenant_id = $1 AND p.conversation_id = $2 AND p.user_id = $3 AND p.left_at IS NULL
            AND v.tenant_id = $1 AND v.id = $2",
        tenant.0,
        conversation.0,
        user.0,
        up_to.map(uuid::Uuid::from),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
