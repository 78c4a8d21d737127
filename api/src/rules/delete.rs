//! `DELETE /api/v1/rules/{id}`

use super::ShownRule;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Path},
};
use domain::{RuleId, role::Permission};
use http::StatusCode;
use store::rules;

/// Delete a rule
///
/// With its runs.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", tag = "rules",
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_rules"])),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn delete(caller: Caller, Path(id): Path<RuleId>, if_match: IfMatch) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageRules).await?;
    let rule = rules::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    if_match.check(rule.version)?;
    if !rules::delete(change.conn(), id, rule.version).await? {
        return Err(Code::PreconditionFailed.into());
    }
    change.commit(Record::new("rule.deleted").of(id).before(ShownRule::from(rule))).await?;
    Ok(StatusCode::NO_CONTENT)
}
