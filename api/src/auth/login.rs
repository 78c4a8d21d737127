//! `POST /api/v1/auth/login`

use super::{
    ClientAddress, Passwords,
    session::{self, Delivery, SignedIn, Tokens},
};
use crate::{
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::SessionId;
use serde::Deserialize;
use store::users::{self, LoginCandidate};

/// Who logs in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The person's address.
    #[schema(example = "admin@acme.example")]
    email: String,
    /// Their password.
    #[schema(format = Password)]
    password: String,
    /// The tenant's short name; needed only where the same address and password are good for several.
    tenant: Option<String>,
    /// How the refresh token travels.
    #[serde(default)]
    refresh_token_delivery: Delivery,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("too many failed attempts")]
    Throttled(std::time::Duration),
    #[error("nobody with this address and password may log in")]
    Failed,
    #[error("the address and password are good for several tenants")]
    Ambiguous(Vec<String>),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Throttled(wait) => Self::new(Code::TooManyRequests).retry_after(wait),
            Error::Failed => Code::LoginFailed.into(),
            Error::Ambiguous(tenants) => Self::new(Code::TenantRequired).with("tenants", tenants),
        }
    }
}

/// Log in
///
/// Browsers get the refresh token in a cookie that no script can read; other clients ask for it in the body.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", security(()), request_body = Login,
    responses((status = 200, description = "Signed in", body = Tokens),
              (status = 401, description = "`login_failed`"),
              (status = 409, description = "`tenant_required`: `tenants` lists the slugs to choose from"),
              (status = 429, description = "`too_many_requests`")))]
pub async fn login(
    State(api): State<Api>,
    ClientAddress(client): ClientAddress,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    let now = api.now();
    if let Some(wait) = api.throttle.wait(client, &login.email, now) {
        return Err(Error::Throttled(wait).into());
    }
    let candidates = users::login_candidates(api.database.pool(), &login.email, login.tenant.as_deref()).await?;
    let person = match proven(candidates, login.password).await? {
        Ok(person) => person,
        Err(error) => {
            if matches!(error, Error::Failed) {
                api.throttle.failed(client, &login.email, now);
            }
            return Err(error.into());
        }
    };
    api.throttle.succeeded(client, &login.email);
    let mut tx = api.database.begin(person.tenant_id).await?;
    let user = users::load(&mut tx, person.user_id).await?.filter(|user| user.active).ok_or(Error::Failed)?;
    let who = SignedIn { tenant: person.tenant_id, user: user.id, role: user.role, session: SessionId::new() };
    let refresh = session::add_token(&api, &mut tx, who, now).await?;
    tx.commit().await?;
    session::answer(&api, who, &refresh, login.refresh_token_delivery, now)
}

/// The one person whom the password belongs to.
async fn proven(candidates: Vec<LoginCandidate>, password: String) -> Result<Result<LoginCandidate, Error>, Problem> {
    let hashes = candidates.iter().map(|candidate| candidate.password_hash.clone()).collect();
    let matching = Passwords::matching(password, hashes).await?;
    let mut proven: Vec<_> =
        candidates.into_iter().zip(matching).filter(|(person, matches)| *matches && person.active).collect();
    Ok(match (proven.pop(), proven.is_empty()) {
        (Some((person, _)), true) => Ok(person),
        (None, _) => Err(Error::Failed),
        (Some((person, _)), false) => {
            let others = proven.into_iter().map(|(person, _)| person.tenant_slug);
            let mut tenants: Vec<_> = others.chain([person.tenant_slug]).collect();
            tenants.sort();
            Err(Error::Ambiguous(tenants))
        }
    })
}
