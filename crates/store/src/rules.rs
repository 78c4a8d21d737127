//! Automation rules, in the order in which they are asked.

pub mod question;

use crate::Result;
use chrono::{DateTime, Utc};
use domain::RuleId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is asked at all.
    pub enabled: bool,
    /// Rules are asked in this order.
    pub position: i32,
    /// The kind of event that triggers it, taken from the definition.
    pub event_kind: String,
    /// What the event's data holds at least, taken from the definition.
    pub event_data: Value,
    /// Trigger, conditions and actions, valid against the rule schema.
    pub definition: Value,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// What a new rule needs.
pub struct NewRule<'a> {
    /// Its new id.
    pub id: RuleId,
    /// What people call it.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Whether it is asked at once.
    pub enabled: bool,
    /// The kind of event that triggers it, taken from the definition.
    pub event_kind: &'a str,
    /// What the event's data holds at least, taken from the definition.
    pub event_data: &'a Value,
    /// Trigger, conditions and actions, valid against the rule schema.
    pub definition: &'a Value,
}

/// Creates a rule, behind all others.
pub async fn create(conn: &mut PgConnection, rule: &NewRule<'_>, now: DateTime<Utc>) -> Result<Rule> {
    Ok(sqlx::query_as!(
        Rule,
        "INSERT INTO rules (tenant_id, id, name, description, enabled, position, event_kind, event_data, definition,
                            created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, (SELECT coalesce(max(position), 0) + 1 FROM rules), $5, $6, $7, $8, $8)
         RETURNING id, name, description, enabled, position, event_kind, event_data, definition, version, created_at, updated_at",
        rule.id.0,
        rule.name,
        rule.description,
        rule.enabled,
        rule.event_kind,
        rule.event_data,
        rule.definition,
        now
    )
    .fetch_one(conn)
    .await?)
}

/// One rule.
pub async fn load(conn: &mut PgConnection, id: RuleId) -> Result<Option<Rule>> {
    Ok(sqlx::query_as!(
        Rule,
        "SELECT id, name, description, enabled, position, event_kind, event_data, definition, version, created_at, updated_at
           FROM rules WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Every rule, in order.
pub async fn list(conn: &mut PgConnection) -> Result<Vec<Rule>> {
    Ok(sqlx::query_as!(
        Rule,
        "SELECT id, name, description, enabled, position, event_kind, event_data, definition, version, created_at, updated_at
           FROM rules ORDER BY position, id"
    )
    .fetch_all(conn)
    .await?)
}

/// Writes a rule but for its position, if the row still has the version that was read; `None` if not.
pub async fn update(conn: &mut PgConnection, rule: &Rule, now: DateTime<Utc>) -> Result<Option<Rule>> {
    Ok(sqlx::query_as!(
        Rule,
        "UPDATE rules SET name = $2, description = $3, enabled = $4, event_kind = $5, event_data = $6, definition = $7,
                          version = version + 1, updated_at = $8
          WHERE id = $1 AND version = $9
         RETURNING id, name, description, enabled, position, event_kind, event_data, definition, version, created_at, updated_at",
        rule.id.0,
        rule.name,
        rule.description,
        rule.enabled,
        rule.event_kind,
        rule.event_data,
        rule.definition,
        now,
        rule.version
    )
    .fetch_optional(conn)
    .await?)
}

/// Deletes a rule with its runs, if the row still has this version.
pub async fn delete(conn: &mut PgConnection, id: RuleId, version: i64) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM rules WHERE id = $1 AND version = $2", id.0, version).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// Puts the rules into the order of `ids`; how many of them there were. The order is no part of what a rule says, so
/// the versions stay.
pub async fn reorder(conn: &mut PgConnection, ids: &[RuleId]) -> Result<u64> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let done = sqlx::query!(
        "UPDATE rules SET position = wanted.position::integer
           FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, position)
          WHERE rules.id = wanted.id",
        &ids
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
