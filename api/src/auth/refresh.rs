//! `POST /api/v1/auth/refresh`

use super::{
    Client, cookie,
    session::{self, RefreshTokenDelivery, SignedIn, Tokens},
};
use crate::{
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::{
    extract::{FromRequest, Request, State},
    response::Response,
};
use chrono::TimeDelta;
use http::{HeaderMap, header};
use serde::Deserialize;
use store::{
    refresh_tokens::{self, Redeemed},
    users,
};
use vault::TenantToken;

/// A refresh token that does not come in the cookie.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The token of the last login or refresh.
    refresh_token: String,
}

/// A refresh token, from wherever the client keeps it.
pub struct Presented {
    pub token: String,
    pub delivery: RefreshTokenDelivery,
}

impl FromRequest<Api> for Presented {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if has_body(request.headers()) {
            let Json(Refresh { refresh_token: token }) = Json::from_request(request, api).await?;
            return Ok(Self { token, delivery: RefreshTokenDelivery::Body });
        }
        match cookie::refresh_token(api, request.headers())? {
            Some(token) => Ok(Self { token, delivery: RefreshTokenDelivery::Cookie }),
            None => Err(Code::RefreshFailed.into()),
        }
    }
}

/// A browser sends an empty body; whoever sends a JSON body means it.
fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::CONTENT_TYPE)
        && headers.get(header::CONTENT_LENGTH).is_none_or(|length| length.as_bytes() != b"0")
}

/// Exchange the refresh token
///
/// Each refresh token is good once. One that comes back was copied, so its whole session ends. With the cookie, send
/// the header `X-Signalbox-Csrf` and no body; a browser may send the same cookie again within 10 seconds.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", security(()), request_body = Option<Refresh>,
    responses((status = 200, description = "Both tokens, new", body = Tokens),
              (status = 401, description = "`refresh_failed`: log in again"),
              (status = 403, description = "`cross_site`")))]
pub async fn refresh(State(api): State<Api>, client: Client, presented: Presented) -> Result<Response, Problem> {
    let now = api.now();
    let token = TenantToken::decode(&presented.token).ok_or(Code::RefreshFailed)?;
    let mut tx = api.database.begin(token.tenant).await?;
    let (session, user) = match refresh_tokens::redeem(&mut tx, &token.hash(), leeway(presented.delivery), now).await? {
        Redeemed::Valid { session, user } => (session, user),
        Redeemed::Refused => return Err(Code::RefreshFailed.into()),
        Redeemed::Reused { session } => {
            refresh_tokens::revoke_session(&mut tx, session, now).await?;
            tx.commit().await?;
            tracing::warn!(%session, "a refresh token came back; its session has ended");
            return Err(Code::RefreshFailed.into());
        }
    };
    let user = users::load(&mut tx, user).await?.filter(|user| user.active).ok_or(Code::RefreshFailed)?;
    let who = SignedIn { tenant: token.tenant, user: user.id, role: user.role, session };
    let next = session::add_token(&api, &mut tx, who, &client, now).await?;
    tx.commit().await?;
    session::answer(&api, who, &next, presented.delivery, now)
}

/// For how long a used token is still good. A page that is loaded anew while it waits for the answer never gets the next
/// cookie, and two tabs have but one; a program that asks twice has no such excuse.
fn leeway(delivery: RefreshTokenDelivery) -> TimeDelta {
    match delivery {
        RefreshTokenDelivery::Cookie => TimeDelta::seconds(10),
        RefreshTokenDelivery::Body => TimeDelta::zero(),
    }
}
