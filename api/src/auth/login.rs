//! `POST /api/v1/auth/login`

use super::{
    Client, Passwords,
    session::{self, RefreshTokenDelivery, Tokens},
    token::Challenged,
};
use crate::{
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{
    second_factors,
    users::{self, LoginCandidate},
};

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
    refresh_token_delivery: RefreshTokenDelivery,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("too many failed attempts")]
    Throttled(std::time::Duration),
    #[error("nobody with this address and password may log in")]
    Failed,
    #[error("the address and password are good for several tenants")]
    Ambiguous(Vec<String>),
    #[error("the password is right, and a code is missing")]
    SecondFactor { challenge: String },
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Throttled(wait) => Self::new(Code::TooManyRequests).retry_after(wait),
            Error::Failed => Code::LoginFailed.into(),
            Error::Ambiguous(tenants) => Self::new(Code::TenantRequired).with("tenants", tenants),
            Error::SecondFactor { challenge } => Self::new(Code::SecondFactorRequired).with("challenge", challenge),
        }
    }
}

/// Log in
///
/// Browsers get the refresh token in a cookie that no script can read; other clients ask for it in the body.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", security(()), request_body = Login,
    responses((status = 200, description = "Signed in", body = Tokens),
              (status = 401, description = "`login_failed`; `second_factor_required`: send `challenge` with a code to \
                                            `/api/v1/auth/login/second-factor`"),
              (status = 409, description = "`tenant_required`: `tenants` lists the slugs to choose from"),
              (status = 429, description = "`too_many_requests`")))]
pub async fn login(State(api): State<Api>, client: Client, Json(login): Json<Login>) -> Result<Response, Problem> {
    let now = api.now();
    if let Some(wait) = api.throttle.wait(client.address, &login.email, now) {
        return Err(Error::Throttled(wait).into());
    }
    let candidates = users::login_candidates(api.database.pool(), &login.email, login.tenant.as_deref()).await?;
    let person = match proven(candidates, login.password.clone()).await? {
        Ok(person) => person,
        Err(error) => {
            if matches!(error, Error::Failed) {
                api.throttle.failed(client.address, &login.email, now);
            }
            return Err(error.into());
        }
    };
    api.throttle.succeeded(client.address, &login.email);
    // Hashing holds no transaction open.
    let mut stronger = None;
    if Passwords::is_outdated(&person.password_hash) {
        stronger = Some(Passwords::hash(login.password).await?);
    }
    let mut tx = api.database.begin(person.tenant_id).await?;
    let user = users::load(&mut tx, person.user_id).await?.filter(|user| user.active).ok_or(Error::Failed)?;
    if let Some(hash) = stronger {
        users::strengthen_password_hash(&mut tx, user.id, &person.password_hash, &hash).await?;
    }
    if second_factors::is_confirmed(&mut tx, user.id).await? {
        tx.commit().await?;
        let who = Challenged { tenant: person.tenant_id, user: user.id };
        let challenge = api.access_key.challenge(who, now).map_err(Problem::internal)?;
        return Err(Error::SecondFactor { challenge }.into());
    }
    let (who, refresh) = session::begin(&api, &mut tx, person.tenant_id, &user, &client, now).await?;
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
