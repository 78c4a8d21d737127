//! `POST /api/v1/rules`

use super::{ShownRule, check_description, parse};
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::Creation,
    users::check_name,
};
use axum::response::Response;
use domain::{RuleId, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use store::rules::{self, NewRule};

/// A new rule.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRule {
    /// What people call it.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// Whether it is asked at once.
    #[serde(default)]
    enabled: bool,
    /// Trigger, conditions and actions.
    #[schema(schema_with = crate::openapi::rule_definition)]
    definition: Value,
}

/// Create a rule
///
/// It is asked after all others; the order can be changed.
#[utoipa::path(post, path = "/api/v1/rules", tag = "rules", request_body = CreateRule,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["manage_rules"])),
    responses((status = 201, description = "Created", body = ShownRule),
              (status = 422, description = "`invalid`, with pointers into the definition; \
                                            `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateRule>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageRules).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    check_name("/name", &new.name).map_err(|problem| Problem::invalid(vec![problem]))?;
    check_description(&new.description).map_err(|problem| Problem::invalid(vec![problem]))?;
    let parsed = parse(&new.definition)?;
    let rule = NewRule {
        id: RuleId::new(),
        name: new.name.trim(),
        description: &new.description,
        enabled: new.enabled,
        event_kind: parsed.event().as_str(),
        event_data: &parsed.event_data(),
        definition: &new.definition,
    };
    let rule = ShownRule::from(rules::create(change.conn(), &rule, now).await?);
    let answer = creation.answer(change.conn(), caller.user, now, StatusCode::CREATED, &rule).await?;
    change.commit(Record::new("rule.created").of(rule.id).after(&rule)).await?;
    Ok(answer)
}
