//! Runs of rules, as people read why a rule did or did not act.

use crate::{Result, database::plan_for_filters};
use chrono::{DateTime, Utc};
use domain::{ConversationId, EventId, RuleId, RuleRunId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A logged run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub id: RuleRunId,
    /// The rule.
    pub rule_id: RuleId,
    /// The rule's name, as it is now.
    pub rule_name: String,
    /// The rule's version at that time.
    pub rule_version: i64,
    /// What it was asked about.
    pub event_id: EventId,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// What came of it.
    pub outcome: String,
    /// Every condition with its value.
    pub trace: Value,
    /// What it did.
    pub actions: Value,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Which runs are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// This one alone.
    pub id: Option<RuleRunId>,
    /// Only of this rule.
    pub rule: Option<RuleId>,
    /// Only in this conversation.
    pub conversation: Option<ConversationId>,
}

/// A page of at most `limit` runs before `before`, the newest first.
pub async fn page(conn: &mut PgConnection, filter: Filter, before: Option<RuleRunId>, limit: i64) -> Result<Vec<Run>> {
    plan_for_filters(conn).await?;
    let rows = sqlx::query!(
        "SELECT r.id, r.rule_id, u.name AS rule_name, r.rule_version, r.event_id, r.conversation_id, r.outcome, r.trace,
                r.actions, r.created_at
           FROM rule_runs r JOIN rules u ON u.tenant_id = r.tenant_id AND u.id = r.rule_id
          WHERE ($1::uuid IS NULL OR r.id = $1)
            AND ($2::uuid IS NULL OR r.rule_id = $2)
            AND ($3::uuid IS NULL OR r.conversation_id = $3)
            AND ($4::uuid IS NULL OR r.id < $4)
          ORDER BY r.id DESC LIMIT $5",
        filter.id.map(Uuid::from),
        filter.rule.map(Uuid::from),
        filter.conversation.map(Uuid::from),
        before.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Run {
            id: row.id.into(),
            rule_id: row.rule_id.into(),
            rule_name: row.rule_name,
            rule_version: row.rule_version,
            event_id: row.event_id.into(),
            conversation_id: row.conversation_id.map(ConversationId),
            outcome: row.outcome,
            trace: row.trace,
            actions: row.actions,
            created_at: row.created_at,
        })
        .collect())
}
