//! `POST /api/v1/auth/second-factor/confirmation`

use super::{check, recovery, recovery_codes::RecoveryCodes};
use crate::{
    auth::{Caller, Needs, Record},
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use store::second_factors;

/// Proof that the app knows the secret.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    /// What the app shows.
    #[schema(example = "123456")]
    code: String,
}

/// Confirm the second factor
///
/// From now on it is asked for when you log in.
#[utoipa::path(post, path = "/api/v1/auth/second-factor/confirmation", tag = "auth",
    request_body = ConfirmSecondFactor,
    responses((status = 200, description = "Codes for when the app is lost", body = RecoveryCodes),
              (status = 401, description = "`code_wrong`"),
              (status = 404, description = "`not_found`: nobody has begun to set one up"),
              (status = 409, description = "`already_set_up`"),
              (status = 429, description = "`too_many_requests`")))]
pub async fn confirm(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<ConfirmSecondFactor>,
) -> Result<axum::Json<RecoveryCodes>, Problem> {
    let (mut change, _) = caller.administer(Needs::Oneself).await?;
    caller.session()?;
    let now = change.now();
    let factor = second_factors::lock(change.conn(), caller.user).await?.ok_or(Code::NotFound)?;
    if factor.confirmed_at.is_some() {
        return Err(Code::AlreadySetUp.into());
    }
    let checked = check(&api, change.conn(), caller.tenant, caller.user, &body.code, now).await?;
    if let Some(refusal) = checked.refusal() {
        change.commit_unchanged().await?;
        return Err(refusal);
    }
    second_factors::confirm(change.conn(), caller.user, now).await?;
    let codes = recovery::generate();
    let hashes: Vec<_> = codes.iter().map(|code| recovery::hash(code)).collect();
    second_factors::put_recovery_codes(change.conn(), caller.user, &hashes).await?;
    let after = json!({ "second_factor": { "set": true } });
    change.commit(Record::new("user.second_factor_set_up").of(caller.user).after(after)).await?;
    Ok(axum::Json(RecoveryCodes::new(codes)))
}
