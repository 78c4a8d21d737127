//! `POST /api/v1/auth/logout`

use super::{
    cookie,
    refresh::{Presented, Refresh},
};
use crate::{problem::Problem, state::Api};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use http::{StatusCode, header};
use store::refresh_tokens::{self, Redeemed};
use vault::TenantToken;

/// Log out
///
/// Ends the session: its refresh token and its access tokens are refused from now on. Send the refresh token as for a
/// refresh.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", security(()), request_body = Option<Refresh>,
    responses((status = 204, description = "Signed out, or was not signed in"),
              (status = 403, description = "`cross_site`")))]
pub async fn logout(State(api): State<Api>, presented: Presented) -> Result<Response, Problem> {
    if let Some(token) = TenantToken::decode(&presented.token) {
        let now = api.now();
        let mut tx = api.database.begin(token.tenant).await?;
        if let Redeemed::Valid { session, .. } | Redeemed::Reused { session } =
            refresh_tokens::redeem(&mut tx, &token.hash(), TimeDelta::zero(), now).await?
        {
            refresh_tokens::revoke_session(&mut tx, session, now).await?;
        }
        tx.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie::clear(&api)?)]).into_response())
}
