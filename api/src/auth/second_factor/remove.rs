//! `DELETE /api/v1/auth/second-factor`

use crate::{
    auth::{Caller, ClientAddress, Needs, Passwords, Record},
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use store::{second_factors, users};

/// Who does without.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveSecondFactor {
    /// Your password.
    #[schema(format = Password)]
    password: String,
}

/// Remove your second factor
///
/// Where the tenant asks for one, another has to be set up before anything else.
#[utoipa::path(delete, path = "/api/v1/auth/second-factor", tag = "auth", request_body = RemoveSecondFactor,
    responses((status = 204, description = "Removed"),
              (status = 404, description = "`not_found`: there is none"),
              (status = 422, description = "`invalid`: the password is wrong")))]
pub async fn remove(
    State(api): State<Api>,
    caller: Caller,
    ClientAddress(client): ClientAddress,
    Json(body): Json<RemoveSecondFactor>,
) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    caller.session()?;
    let user = users::load(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    let hash = users::password_hash(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    drop(tx);
    Passwords::prove(&api, client, &user.email, body.password, hash, "/password").await?;
    let (mut change, _) = caller.administer(Needs::SignedIn).await?;
    if !second_factors::remove(change.conn(), caller.user).await? {
        return Err(Code::NotFound.into());
    }
    let before = json!({ "second_factor": { "set": true } });
    change.commit(Record::new("user.second_factor_removed").of(caller.user).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
