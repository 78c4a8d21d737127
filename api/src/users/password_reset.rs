//! `POST /api/v1/users/{id}/password-reset`

use super::required;
use crate::{
    auth::{Caller, Record, UNUSABLE, password_reset::LIFETIME},
    links,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{UserId, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::{mailed_links::Purpose, refresh_tokens, users};

/// Reset a person's password
///
/// The one they have is refused from now on, and they are signed out everywhere. An e-mail brings them a link to choose
/// another, which is good for an hour, and once.
#[utoipa::path(post, path = "/api/v1/users/{id}/password-reset", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 202, description = "The e-mail is on its way"), (status = 404, description = "`not_found`"),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may do more than you"),
              (status = 409, description = "`mail_not_configured`; `conflict`: they are deactivated")))]
pub async fn reset(State(api): State<Api>, caller: Caller, Path(id): Path<UserId>) -> Result<StatusCode, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let person = required(change.conn(), id).await?;
    granted.may_manage(change.conn(), &person).await?;
    links::must_send_mail(&api)?;
    if !person.active {
        return Err(Problem::new(Code::Conflict).detail("The person is deactivated."));
    }
    let now = change.now();
    users::set_password_hash(change.conn(), id, UNUSABLE, now).await?;
    refresh_tokens::revoke_sessions_of(change.conn(), id, None, now).await?;
    links::send(&api, &mut change, Purpose::PasswordReset(id), LIFETIME).await?;
    let after = json!({ "password": { "set": false } });
    change.commit(Record::new("user.password_reset").of(id).after(after)).await?;
    Ok(StatusCode::ACCEPTED)
}
