//! `POST /api/v1/auth/login/second-factor`

use super::check;
use crate::{
    auth::{
        Client,
        session::{self, RefreshTokenDelivery, Tokens},
    },
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::users;

/// The rest of a login.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    /// What the first step answered.
    challenge: String,
    /// What the person's app shows, or a recovery code.
    #[schema(example = "123456")]
    code: String,
    /// How the refresh token travels.
    #[serde(default)]
    refresh_token_delivery: RefreshTokenDelivery,
}

/// Log in with a second factor
///
/// After a login that was answered with `second_factor_required`.
#[utoipa::path(post, path = "/api/v1/auth/login/second-factor", tag = "auth", security(()), request_body = SecondStep,
    responses((status = 200, description = "Signed in", body = Tokens),
              (status = 401, description = "`code_wrong`: the code or the challenge"),
              (status = 429, description = "`too_many_requests`: codes were wrong too often")))]
pub async fn log_in(State(api): State<Api>, client: Client, Json(step): Json<SecondStep>) -> Result<Response, Problem> {
    let now = api.now();
    let who = api.access_key.challenged(&step.challenge, now).ok_or(Code::CodeWrong)?;
    let mut tx = api.database.begin(who.tenant).await?;
    let user = users::load(&mut tx, who.user).await?.filter(|user| user.active).ok_or(Code::CodeWrong)?;
    let checked = check(&api, &mut tx, who.tenant, who.user, &step.code, now).await?;
    if let Some(refusal) = checked.refusal() {
        tx.commit().await?;
        return Err(refusal);
    }
    let (who, refresh) = session::begin(&api, &mut tx, who.tenant, &user, &client, now).await?;
    tx.commit().await?;
    session::answer(&api, who, &refresh, step.refresh_token_delivery, now)
}
