//! Sessions: what a login or a refresh hands out.

use super::{Client, cookie, token::Claims};
use crate::{problem::Problem, state::Api};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{SessionId, TenantId, UserId, role::RoleKey};
use http::header;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::{refresh_tokens, sessions, users::User};
use vault::TenantToken;

/// How the refresh token travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokenDelivery {
    /// In an HttpOnly cookie, for browsers.
    #[default]
    Cookie,
    /// In the body, for other clients, which keep it themselves.
    Body,
}

/// What a login or a refresh answers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Tokens {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    /// How long it is good, in seconds.
    expires_in: i64,
    /// For the next refresh; only where it is not in the cookie. Good once.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Whose data the person works with.
    #[schema(value_type = uuid::Uuid)]
    tenant_id: TenantId,
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// Their role.
    #[schema(schema_with = crate::openapi::role)]
    role: RoleKey,
}

/// Who is signed in where.
#[derive(Clone, Copy)]
pub struct SignedIn {
    pub tenant: TenantId,
    pub user: UserId,
    pub role: RoleKey,
    pub session: SessionId,
}

/// Begins a session of somebody who has proven who they are.
pub async fn begin(
    api: &Api,
    conn: &mut PgConnection,
    tenant: TenantId,
    user: &User,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<(SignedIn, TenantToken), Problem> {
    let who = SignedIn { tenant, user: user.id, role: user.role, session: SessionId::new() };
    Ok((who, add_token(api, conn, who, client, now).await?))
}

/// Adds a refresh token to a session, in a transaction of its tenant, and notes from where it is used.
pub async fn add_token(
    api: &Api,
    conn: &mut PgConnection,
    who: SignedIn,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<TenantToken, Problem> {
    let token = TenantToken::new(who.tenant);
    let expires_at = now + refresh_lifetime(api);
    refresh_tokens::insert(conn, &token.hash(), who.session, who.user, now, expires_at).await?;
    sessions::touch(conn, who.session, who.user, &client.address.to_string(), &client.user_agent, now).await?;
    Ok(token)
}

/// The answer with both tokens, once the refresh token is durable.
pub fn answer(
    api: &Api,
    who: SignedIn,
    refresh: &TenantToken,
    delivery: RefreshTokenDelivery,
    now: DateTime<Utc>,
) -> Result<Response, Problem> {
    let lifetime = TimeDelta::minutes(i64::from(api.auth.access_token_minutes));
    let claims = Claims { tenant: who.tenant, user: who.user, session: who.session };
    let access_token = api.access_key.sign(claims, who.role, now, lifetime).map_err(Problem::internal)?;
    let refresh = refresh.encode();
    let tokens = Tokens {
        access_token,
        expires_in: lifetime.num_seconds(),
        refresh_token: (delivery == RefreshTokenDelivery::Body).then(|| refresh.clone()),
        tenant_id: who.tenant,
        user_id: who.user,
        role: who.role,
    };
    let mut response = ([(header::CACHE_CONTROL, "no-store")], axum::Json(tokens)).into_response();
    if delivery == RefreshTokenDelivery::Cookie {
        let cookie = cookie::set(api, &refresh, refresh_lifetime(api))?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn refresh_lifetime(api: &Api) -> TimeDelta {
    TimeDelta::days(i64::from(api.auth.refresh_token_days))
}
