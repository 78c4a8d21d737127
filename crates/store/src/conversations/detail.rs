//! One conversation, as its page shows it.

use super::list::{Filter, Overview, one};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConversationId, UserId, event::Actor};
use sqlx::PgConnection;

/// A conversation, if `visible_to` (where given) may see it.
pub async fn load(conn: &mut PgConnection, id: ConversationId, visible_to: Option<UserId>) -> Result<Option<Overview>> {
    one(conn, &Filter { visible_to, ..Filter::default() }, id).await
}

/// When and why a conversation was escalated.
#[derive(Clone, Debug)]
pub struct Escalation {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who did it.
    pub by: Actor,
}

/// The escalations of a conversation, the first one first.
pub async fn escalations(conn: &mut PgConnection, id: ConversationId) -> Result<Vec<Escalation>> {
    let rows = sqlx::query!(
        "SELECT occurred_at, data ->> 'reason' AS reason, actor FROM events
          WHERE conversation_id = $1 AND kind = 'conversation.escalated' ORDER BY seq",
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let by = serde_json::from_value(row.actor).map_err(|error| Error::corrupt("events.actor", error))?;
            Ok(Escalation { at: row.occurred_at, reason: row.reason, by })
        })
        .collect()
}
