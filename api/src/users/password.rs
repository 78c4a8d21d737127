//! `PUT /api/v1/users/{id}/password`

use crate::{
    auth::{Caller, Passwords},
    problem::{Code, Problem},
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{UserId, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use store::{refresh_tokens, users};

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
/// Your own with the current one; anybody's as an admin. Ends the person's other sessions.
#[utoipa::path(put, path = "/api/v1/users/{id}/password", tag = "users", request_body = SetPassword,
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Set"),
              (status = 422, description = "`invalid`: too short, or the current password is wrong")))]
pub async fn set(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<UserId>,
    Json(change): Json<SetPassword>,
) -> Result<StatusCode, Problem> {
    let own = id == caller.user;
    let needs = if own { Permission::WorkConversations } else { Permission::ManageUsers };
    let (mut tx, _) = caller.begin(needs).await?;
    let hash = users::password_hash(&mut tx, id).await?.ok_or(Code::NotFound)?;
    drop(tx);
    Passwords::check_new("/new_password", &change.new_password).map_err(|problem| Problem::invalid(vec![problem]))?;
    if own {
        let current = change.current_password.ok_or_else(|| wrong("is required to change your own password"))?;
        if !Passwords::matching(current, vec![hash]).await?.contains(&true) {
            return Err(wrong("is not the current password"));
        }
    }
    let hash = Passwords::hash(change.new_password).await?;
    let (mut tx, _) = caller.begin(needs).await?;
    let now = api.now();
    if !users::set_password_hash(&mut tx, id, &hash, now).await? {
        return Err(Code::NotFound.into());
    }
    refresh_tokens::revoke_sessions_of(&mut tx, id, own.then_some(caller.session), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn wrong(message: &str) -> Problem {
    Problem::field("/current_password", "password", message)
}
