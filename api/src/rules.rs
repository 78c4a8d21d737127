//! Automation rules.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod order;
pub mod presets;
pub mod schema;
pub mod update;

use crate::problem::{FieldProblem, Problem};
use chrono::{DateTime, Utc};
use domain::RuleId;
use serde::Serialize;
use serde_json::Value;
use store::rules::Rule;

/// A rule.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Rule)]
pub struct ShownRule {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: RuleId,
    /// What people call it.
    name: String,
    /// What it is for.
    description: String,
    /// Whether it is asked at all.
    enabled: bool,
    /// Rules are asked in this order.
    position: i32,
    /// The kind of event that triggers it, taken from the definition.
    event_kind: String,
    /// Trigger, conditions and actions.
    #[schema(schema_with = crate::openapi::rule_definition)]
    definition: Value,
    /// Counts the changes; runs name the version that ran.
    version: i64,
    /// Since when.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl From<Rule> for ShownRule {
    fn from(row: Rule) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            enabled: row.enabled,
            position: row.position,
            event_kind: row.event_kind,
            definition: row.definition,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The rule that a definition describes, if nothing is wrong with it.
fn parse(definition: &Value) -> Result<rules::Rule, Problem> {
    rules::Rule::parse(definition).map_err(|problems| {
        Problem::invalid(problems.into_iter().map(|problem| pointed_at(problem).below("/definition")).collect())
    })
}

/// A problem of a rule or of a text with variables, as a request is told it.
pub fn pointed_at(problem: rules::Problem) -> FieldProblem {
    let code = serde_json::to_value(problem.code).ok();
    let code = code.as_ref().and_then(Value::as_str).unwrap_or("shape").to_owned();
    FieldProblem::new(problem.pointer, code, problem.message)
}

/// What is wrong with a description: at most 2,000 characters.
fn check_description(description: &str) -> Result<(), FieldProblem> {
    if description.chars().count() > 2000 {
        return Err(FieldProblem::new("/description", "too_long", "must have at most 2000 characters"));
    }
    Ok(())
}
