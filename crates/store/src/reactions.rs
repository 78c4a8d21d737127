//! Reactions, which may come before the message they are about.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, TenantId};
use sqlx::PgConnection;

/// What a contact shows on a message from now on.
#[derive(Clone, Debug)]
pub struct Reaction<'a> {
    /// The account it came through.
    pub connection_id: ConnectionId,
    /// The provider's id of the message.
    pub target: &'a str,
    /// Who.
    pub contact_id: ContactId,
    /// `None` removes it. The row stays, so that an older report cannot bring the reaction back.
    pub emoji: Option<&'a str>,
    /// The provider's id of the reaction.
    pub external_id: &'a str,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

/// Sets, changes or removes a reaction. `false`: it is known already, or a later one is.
pub async fn set(conn: &mut PgConnection, tenant: TenantId, reaction: &Reaction<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO reactions AS r (tenant_id, connection_id, target, contact_id, emoji, external_id, occurred_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, connection_id, target, contact_id)
         DO UPDATE SET emoji = excluded.emoji, external_id = excluded.external_id, occurred_at = excluded.occurred_at
          WHERE r.external_id <> excluded.external_id AND r.occurred_at <= excluded.occurred_at",
        tenant.0,
        reaction.connection_id.0,
        reaction.target,
        reaction.contact_id.0,
        reaction.emoji,
        reaction.external_id,
        reaction.occurred_at
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
