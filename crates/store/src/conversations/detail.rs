//! One conversation, as its page shows it.

use super::list::{Overview, one};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConversationId, event::Actor, sight::Sight};
use sqlx::PgConnection;

/// A conversation, if the person sees it.
pub async fn load(conn: &mut PgConnection, id: ConversationId, sight: &Sight) -> Result<Option<Overview>> {
    one(conn, sight, false, id).await
}

/// A conversation that the person may no longer see, because of what they did to it.
pub async fn load_after(conn: &mut PgConnection, id: ConversationId, sight: &Sight) -> Result<Option<Overview>> {
    one(conn, sight, true, id).await
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
