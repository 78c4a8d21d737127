//! `PUT /api/v1/users/{id}/password`

use super::required;
use crate::{
    auth::{Caller, ClientAddress, Needs, Passwords, Record},
    problem::{Code, Problem},
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{UserId, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use store::{
    mailed_links::{self, Purpose},
    refresh_tokens, users,
};

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The new password: 10 to 200 characters.
    #[schema(format = Password)]
    new_password: String,
    /// The password until now; whoever changes their own proves that it is them.
    #[schema(format = Password)]
    current_password: Option<String>,
}

/// Set a password
///
/// Your own with the current one; that of somebody who may do no more than you, if you manage people. Ends the person's
/// other sessions.
#[utoipa::path(put, path = "/api/v1/users/{id}/password", tag = "users", request_body = SetPassword,
    params(("id" = uuid::Uuid, Path)), security(("access_token" = ["manage_users"])),
    responses((status = 204, description = "Set"),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may do more than you"),
              (status = 422, description = "`invalid`: too short, or the current password is wrong"),
              (status = 429, description = "`too_many_requests`: the current password was wrong too often")))]
pub async fn set(
    State(api): State<Api>,
    caller: Caller,
    ClientAddress(client): ClientAddress,
    Path(id): Path<UserId>,
    Json(change): Json<SetPassword>,
) -> Result<StatusCode, Problem> {
    let own = id == caller.user;
    let needs = if own { Needs::SignedIn } else { Permission::ManageUsers.into() };
    let except = if own { Some(caller.session()?) } else { None };
    let (mut tx, granted) = caller.begin(needs).await?;
    let person = required(&mut tx, id).await?;
    let hash = users::password_hash(&mut tx, id).await?.ok_or(Code::NotFound)?;
    if !own {
        granted.may_manage(&mut tx, &person).await?;
    }
    drop(tx);
    Passwords::check_new("/new_password", &change.new_password).map_err(|problem| Problem::invalid(vec![problem]))?;
    if own {
        let current = change.current_password.ok_or_else(|| wrong("is required to change your own password"))?;
        Passwords::prove(&api, client, &person.email, current, hash, "/current_password").await?;
    }
    let hash = Passwords::hash(change.new_password).await?;
    let (mut change, granted) = caller.administer(needs).await?;
    if !own {
        let person = required(change.conn(), id).await?;
        granted.may_manage(change.conn(), &person).await?;
    }
    let now = change.now();
    if !users::set_password_hash(change.conn(), id, &hash, now).await? {
        return Err(Code::NotFound.into());
    }
    refresh_tokens::revoke_sessions_of(change.conn(), id, except, now).await?;
    mailed_links::spend_all(change.conn(), Purpose::PasswordReset(id), now).await?;
    change.commit(Record::new("user.password_set").of(id).after(json!({ "password": { "set": true } }))).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn wrong(message: &str) -> Problem {
    Problem::field("/current_password", "password", message)
}
