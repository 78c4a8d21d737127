//! `GET /api/v1/rules/{id}`

use super::ShownRule;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Path, tagged},
};
use axum::response::Response;
use domain::{RuleId, role::Permission};
use store::rules;

/// Read a rule
#[utoipa::path(get, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "The rule, with an ETag", body = ShownRule),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<RuleId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ReadRules).await?;
    let rule = rules::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    Ok(tagged(rule.version, ShownRule::from(rule)))
}
