//! What rules decided, with the value of every condition.

pub mod list;

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConversationId, EventId, RuleId, RuleRunId, TenantId};
use serde_json::Value;
use sqlx::PgConnection;

/// A run to log.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    /// Its id.
    pub id: RuleRunId,
    /// The rule.
    pub rule_id: RuleId,
    /// The rule's version at that time.
    pub rule_version: i64,
    /// What it was asked about.
    pub event_id: EventId,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// What came of it, such as `matched`.
    pub outcome: &'a str,
    /// What a rule that acts only once has acted on; `None` for a run that did not act.
    pub once_key: Option<&'a str>,
    /// Every condition with its value.
    pub trace: &'a Value,
    /// What it did.
    pub actions: &'a Value,
}

/// Logs a run. `false`: this rule has run on this event before, and must not act again.
pub async fn insert(conn: &mut PgConnection, tenant: TenantId, run: &NewRun<'_>, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO rule_runs (tenant_id, id, rule_id, rule_version, event_id, conversation_id, outcome, once_key,
                                trace, actions, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant_id, rule_id, event_id) DO NOTHING",
        tenant.0,
        run.id.0,
        run.rule_id.0,
        run.rule_version,
        run.event_id.0,
        run.conversation_id.map(|id| id.0),
        run.outcome,
        run.once_key,
        run.trace,
        run.actions,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether a rule has acted on this before.
pub async fn has_acted(conn: &mut PgConnection, tenant: TenantId, rule: RuleId, once_key: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM rule_runs WHERE tenant_id = $1 AND rule_id = $2 AND once_key = $3) AS "acted!""#,
        tenant.0,
        rule.0,
        once_key
    )
    .fetch_one(conn)
    .await?)
}
