//! `DELETE /api/v1/users/{id}/second-factor`

use super::required;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::{UserId, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::{refresh_tokens, second_factors};

/// Remove a person's second factor
///
/// For somebody who has lost their app and their recovery codes. Signs them out everywhere; where the tenant asks for a
/// second factor, they set up another when they log in.
#[utoipa::path(delete, path = "/api/v1/users/{id}/second-factor", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 204, description = "Removed"),
              (status = 404, description = "`not_found`: no such person, or they have none"),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may do more than you")))]
pub async fn remove(caller: Caller, Path(id): Path<UserId>) -> Result<StatusCode, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let person = required(change.conn(), id).await?;
    granted.may_manage(change.conn(), &person).await?;
    if !second_factors::remove(change.conn(), id).await? {
        return Err(Code::NotFound.into());
    }
    let now = change.now();
    refresh_tokens::revoke_sessions_of(change.conn(), id, None, now).await?;
    let before = json!({ "second_factor": { "set": true } });
    change.commit(Record::new("user.second_factor_removed").of(id).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
