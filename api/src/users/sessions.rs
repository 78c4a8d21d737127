//! Where somebody else is signed in: `GET` and `DELETE /api/v1/users/{id}/sessions`, and `DELETE …/{session_id}`

use super::required;
use crate::{
    auth::{Caller, Record, sessions::Sessions},
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{SessionId, UserId, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::refresh_tokens;

/// List a person's sessions
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 200, description = "Those that hold, the last used first", body = Sessions),
              (status = 404, description = "`not_found`")))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<axum::Json<Sessions>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageUsers).await?;
    required(&mut tx, id).await?;
    Ok(axum::Json(Sessions::of(&mut tx, id, caller.session().ok(), api.now()).await?))
}

/// Sign a person out everywhere
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 204, description = "Ended"), (status = 404, description = "`not_found`"),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may do more than you")))]
pub async fn end_all(caller: Caller, Path(id): Path<UserId>) -> Result<StatusCode, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let person = required(change.conn(), id).await?;
    granted.may_manage(change.conn(), &person).await?;
    let now = change.now();
    refresh_tokens::revoke_sessions_of(change.conn(), id, None, now).await?;
    change.commit(Record::new("user.signed_out").of(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a session of a person
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions/{session_id}", tag = "users",
    params(("id" = uuid::Uuid, Path), ("session_id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 204, description = "Ended"), (status = 404, description = "`not_found`"),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may do more than you")))]
pub async fn end(caller: Caller, Path((id, session)): Path<(UserId, SessionId)>) -> Result<StatusCode, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let person = required(change.conn(), id).await?;
    granted.may_manage(change.conn(), &person).await?;
    let now = change.now();
    if !Sessions::of(change.conn(), id, None, now).await?.has(session) {
        return Err(Code::NotFound.into());
    }
    refresh_tokens::revoke_session(change.conn(), session, now).await?;
    change.commit(Record::new("user.session_ended").of(id).before(json!({ "session_id": session }))).await?;
    Ok(StatusCode::NO_CONTENT)
}
