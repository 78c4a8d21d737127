//! Sessions: what a login or a refresh hands out, and the form of a refresh token.

use super::{cookie, token::Claims};
use crate::{problem::Problem, state::Api};
use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{SessionId, TenantId, UserId, role::Role};
use http::header;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use store::refresh_tokens;
use uuid::Uuid;

/// How the refresh token travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
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
    #[schema(value_type = Uuid)]
    tenant_id: TenantId,
    /// The person.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// Their role.
    #[schema(schema_with = crate::openapi::role)]
    role: Role,
}

/// A refresh token: the tenant, so that its row can be found without looking across tenants, and a secret.
pub struct RefreshToken {
    pub tenant: TenantId,
    secret: [u8; 32],
}

impl RefreshToken {
    fn new(tenant: TenantId) -> Self {
        Self { tenant, secret: rand::random() }
    }

    /// Reads a token in the form that [`RefreshToken::encode`] writes.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 48] = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (tenant, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self { tenant: Uuid::from_bytes(*tenant).into(), secret: secret.try_into().ok()? })
    }

    fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([self.tenant.0.as_bytes().as_slice(), &self.secret].concat())
    }

    /// What lies in the database. The secret is random, so a plain hash does.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

/// Who is signed in where.
#[derive(Clone, Copy)]
pub struct SignedIn {
    pub tenant: TenantId,
    pub user: UserId,
    pub role: Role,
    pub session: SessionId,
}

/// Adds a refresh token to a session, in a transaction of its tenant.
pub async fn add_token(
    api: &Api,
    conn: &mut PgConnection,
    who: SignedIn,
    now: DateTime<Utc>,
) -> Result<RefreshToken, Problem> {
    let token = RefreshToken::new(who.tenant);
    let expires_at = now + refresh_lifetime(api);
    refresh_tokens::insert(conn, &token.hash(), who.session, who.user, now, expires_at).await?;
    Ok(token)
}

/// The answer with both tokens, once the refresh token is durable.
pub fn answer(
    api: &Api,
    who: SignedIn,
    refresh: &RefreshToken,
    delivery: Delivery,
    now: DateTime<Utc>,
) -> Result<Response, Problem> {
    let lifetime = TimeDelta::minutes(i64::from(api.auth.access_token_minutes));
    let claims = Claims { tenant: who.tenant, user: who.user, session: who.session };
    let access_token = api.access_key.sign(claims, who.role, now, lifetime).map_err(Problem::internal)?;
    let refresh = refresh.encode();
    let tokens = Tokens {
        access_token,
        expires_in: lifetime.num_seconds(),
        refresh_token: (delivery == Delivery::Body).then(|| refresh.clone()),
        tenant_id: who.tenant,
        user_id: who.user,
        role: who.role,
    };
    let mut response = ([(header::CACHE_CONTROL, "no-store")], axum::Json(tokens)).into_response();
    if delivery == Delivery::Cookie {
        let cookie = cookie::set(api, &refresh, refresh_lifetime(api))?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn refresh_lifetime(api: &Api) -> TimeDelta {
    TimeDelta::days(i64::from(api.auth.refresh_token_days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_comes_back_as_it_went() {
        let token = RefreshToken::new(TenantId::new());
        let read = RefreshToken::decode(&token.encode()).unwrap();
        assert_eq!((read.tenant, read.hash()), (token.tenant, token.hash()));
        assert!(RefreshToken::decode("").is_none());
        assert!(RefreshToken::decode(&token.encode()[1..]).is_none());
    }
}
