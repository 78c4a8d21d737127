//! Conversations that people begin: channels, direct messages, tickets, and those with a customer.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{
    ConversationId, TeamId, TenantId, UserId,
    conversation::{ConversationType, Priority},
};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// What a conversation among people begins with.
#[derive(Clone, Debug)]
pub struct NewInternal<'a> {
    /// Which.
    pub id: ConversationId,
    /// What it is for; not support.
    pub kind: ConversationType,
    /// Who begins it.
    pub created_by: UserId,
    /// The subject, or a channel's name.
    pub title: Option<&'a str>,
    /// A channel's name in addresses.
    pub slug: Option<&'a str>,
    /// What a channel is for.
    pub description: Option<&'a str>,
    /// Whether a channel is for its members alone.
    pub is_private: bool,
    /// What it belongs to, of several faces.
    pub brand: Option<&'a str>,
    /// The team that a ticket is for.
    pub team_id: Option<TeamId>,
    /// A ticket's number.
    pub ticket_number: Option<&'a str>,
    /// The conversation that a ticket came from.
    pub linked_conversation_id: Option<ConversationId>,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is about.
    pub category: Option<&'a str>,
    /// Whatever else is to be kept with it, as an object.
    pub metadata: &'a Value,
}

/// Begins a conversation. A taken slug violates `conversations_slug_key`.
pub async fn internal(
    conn: &mut PgConnection,
    tenant: TenantId,
    new: &NewInternal<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_ticket = new.kind == ConversationType::InternalTicket;
    sqlx::query!(
        "INSERT INTO conversations (tenant_id, id, type, status, priority, created_by, requester_id, title, slug,
                                    description, is_private, brand, team_id, queued_at, ticket_number,
                                    linked_conversation_id, category, metadata, search_text, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)",
        tenant.0,
        new.id.0,
        new.kind.as_str(),
        new.kind.initial().as_str(),
        new.priority.as_str(),
        new.created_by.0,
        is_ticket.then_some(new.created_by.0),
        new.title,
        new.slug,
        new.description,
        new.is_private,
        new.brand,
        new.team_id.map(Uuid::from),
        is_ticket.then_some(now),
        new.ticket_number,
        new.linked_conversation_id.map(Uuid::from),
        new.category,
        new.metadata,
        new.title.unwrap_or_default().to_lowercase(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes who of the tenant began a conversation.
pub async fn begun_by(conn: &mut PgConnection, tenant: TenantId, id: ConversationId, user: UserId) -> Result<()> {
    let begun = sqlx::query!(
        "UPDATE conversations SET created_by = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        user.0
    );
    begun.execute(conn).await?;
    Ok(())
}

/// The next number under a prefix, such as `DEV-001`: three digits, and more when three do not do. Whoever asks at the
/// same time waits for this transaction, and gets the next one, or this one if it is not committed.
pub async fn ticket_number(conn: &mut PgConnection, tenant: TenantId, prefix: &str) -> Result<String> {
    let number = sqlx::query_scalar!(
        r#"INSERT INTO ticket_sequences AS s (tenant_id, prefix, next_number) VALUES ($1, $2, 2)
           ON CONFLICT (tenant_id, prefix) DO UPDATE SET next_number = s.next_number + 1
           RETURNING next_number - 1 AS "number!""#,
        tenant.0,
        prefix
    )
    .fetch_one(conn)
    .await?;
    Ok(format!("{prefix}-{number:03}"))
}

/// The direct message between two people, and whether it is new: then `id` is its id, and its row must follow.
pub async fn direct_message(
    conn: &mut PgConnection,
    tenant: TenantId,
    people: [UserId; 2],
    id: ConversationId,
) -> Result<(ConversationId, bool)> {
    let (first, second) = (people[0].min(people[1]), people[0].max(people[1]));
    let inserted = sqlx::query!(
        "INSERT INTO direct_messages (tenant_id, first_user_id, second_user_id, conversation_id)
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, first_user_id, second_user_id) DO NOTHING",
        tenant.0,
        first.0,
        second.0,
        id.0
    )
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() > 0 {
        return Ok((id, true));
    }
    let found = sqlx::query_scalar!(
        "SELECT conversation_id FROM direct_messages
          WHERE tenant_id = $1 AND first_user_id = $2 AND second_user_id = $3",
        tenant.0,
        first.0,
        second.0
    )
    .fetch_optional(conn)
    .await?;
    Ok((found.ok_or_else(|| Error::corrupt("direct_messages", "it vanished while being made"))?.into(), false))
}

/// The tickets that came from a conversation, the oldest first.
pub async fn tickets_of(conn: &mut PgConnection, conversation: ConversationId) -> Result<Vec<Ticket>> {
    let rows = sqlx::query!(
        r#"SELECT id, ticket_number AS "number!", title, status, team_id FROM conversations
            WHERE tenant_id = current_tenant() AND linked_conversation_id = $1 ORDER BY id"#,
        conversation.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Ticket {
                id: row.id.into(),
                number: row.number,
                title: row.title,
                status: row.status.parse().map_err(|error| Error::corrupt("conversations.status", error))?,
                team_id: row.team_id.map(Into::into),
            })
        })
        .collect()
}

/// A ticket, as the conversation that it came from shows it.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Which.
    pub id: ConversationId,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: Option<String>,
    /// Where it stands.
    pub status: domain::conversation::Status,
    /// Whose it is.
    pub team_id: Option<TeamId>,
}

/// Deletes a conversation with everything in it.
pub async fn delete(conn: &mut PgConnection, tenant: TenantId, id: ConversationId) -> Result<bool> {
    // Tickets that came from it stay, without it.
    sqlx::query!(
        "UPDATE conversations SET linked_conversation_id = NULL
          WHERE tenant_id = $1 AND linked_conversation_id = $2",
        tenant.0,
        id.0
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!("DELETE FROM conversations WHERE tenant_id = $1 AND id = $2", tenant.0, id.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}
