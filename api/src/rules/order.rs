//! `PUT /api/v1/rules/order`

use super::list::Rules;
use crate::{auth::Caller, problem::Problem, request::Json};
use domain::{RuleId, role::Permission};
use serde::Deserialize;
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
    responses((status = 200, description = "All rules, in their new order", body = Rules),
              (status = 422, description = "`invalid`: not every rule, or one twice")))]
pub async fn set(caller: Caller, Json(Order { rule_ids }): Json<Order>) -> Result<axum::Json<Rules>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageRules).await?;
    let known: BTreeSet<RuleId> = rules::list(&mut tx).await?.into_iter().map(|rule| rule.id).collect();
    let given: BTreeSet<RuleId> = rule_ids.iter().copied().collect();
    if given != known || given.len() != rule_ids.len() {
        return Err(Problem::field("/rule_ids", "incomplete", "must name every rule of the tenant once"));
    }
    rules::reorder(&mut tx, &rule_ids).await?;
    let items = rules::list(&mut tx).await?.into_iter().map(Into::into).collect();
    tx.commit().await?;
    Ok(axum::Json(Rules { items }))
}
