//! `PUT /api/v1/rules/order`

use super::list::Rules;
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::Json,
};
use domain::{RuleId, role::Permission};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::rules;

/// The order in which rules are asked.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Every rule of the tenant, once.
    #[schema(value_type = Vec<uuid::Uuid>)]
    rule_ids: Vec<RuleId>,
}

/// Put the rules in order
#[utoipa::path(put, path = "/api/v1/rules/order", tag = "rules", request_body = Order,
    security(("access_token" = ["manage_rules"])),
    responses((status = 200, description = "All rules, in their new order", body = Rules),
              (status = 422, description = "`invalid`: not every rule, or one twice")))]
pub async fn set(caller: Caller, Json(Order { rule_ids }): Json<Order>) -> Result<axum::Json<Rules>, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageRules).await?;
    let before: Vec<RuleId> = rules::list(change.conn()).await?.into_iter().map(|rule| rule.id).collect();
    let known: BTreeSet<RuleId> = before.iter().copied().collect();
    let given: BTreeSet<RuleId> = rule_ids.iter().copied().collect();
    if given != known || given.len() != rule_ids.len() {
        return Err(Problem::field("/rule_ids", "incomplete", "must name every rule of the tenant once"));
    }
    rules::reorder(change.conn(), &rule_ids).await?;
    let items = rules::list(change.conn()).await?.into_iter().map(Into::into).collect();
    let record = Record::new("rule.reordered").before(json!({ "rule_ids": before }));
    change.commit(record.after(json!({ "rule_ids": rule_ids }))).await?;
    Ok(axum::Json(Rules { items }))
}
