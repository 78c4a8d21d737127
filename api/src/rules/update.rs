//! `PATCH /api/v1/rules/{id}`

use super::{ShownRule, check_description, parse};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    users::check_name,
};
use axum::response::Response;
use domain::{RuleId, role::Permission};
use serde::Deserialize;
use serde_json::Value;
use store::rules;

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRule {
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Whether it is asked at all.
    enabled: Option<bool>,
    /// Trigger, conditions and actions, as a whole.
    #[schema(schema_with = crate::openapi::rule_definition_or_null)]
    definition: Option<Value>,
}

/// Change a rule, enable it or disable it
#[utoipa::path(patch, path = "/api/v1/rules/{id}", tag = "rules", request_body = UpdateRule,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_rules"])),
    responses((status = 200, description = "The rule as it is now, with an ETag", body = ShownRule),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`, with pointers into the definition"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<RuleId>,
    if_match: IfMatch,
    Json(update): Json<UpdateRule>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageRules).await?;
    let before = rules::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    if_match.check(before.version)?;
    let mut rule = before.clone();
    if let Some(name) = update.name {
        check_name("/name", &name).map_err(|problem| Problem::invalid(vec![problem]))?;
        name.trim().clone_into(&mut rule.name);
    }
    if let Some(description) = update.description {
        check_description(&description).map_err(|problem| Problem::invalid(vec![problem]))?;
        rule.description = description;
    }
    if let Some(definition) = update.definition {
        let parsed = parse(&definition)?;
        parsed.event().as_str().clone_into(&mut rule.event_kind);
        rule.event_data = parsed.event_data();
        rule.definition = definition;
    }
    rule.enabled = update.enabled.unwrap_or(rule.enabled);
    let now = change.now();
    let rule = rules::update(change.conn(), &rule, now).await?.ok_or(Code::PreconditionFailed)?;
    let (version, rule) = (rule.version, ShownRule::from(rule));
    change.commit(Record::new("rule.updated").of(id).before(ShownRule::from(before)).after(&rule)).await?;
    Ok(tagged(version, rule))
}
