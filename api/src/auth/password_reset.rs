//! `POST /api/v1/auth/password-reset` and `…/confirmation`: for whoever has forgotten their password

use super::{ClientAddress, Passwords};
use crate::{
    links,
    problem::{Code, Problem},
    request::Json,
    state::Api,
    trace::Trace,
};
use axum::extract::State;
use chrono::TimeDelta;
use domain::event::Actor;
use http::StatusCode;
use inbox::Cause;
use serde::Deserialize;
use std::time::Duration;
use store::{
    mailed_links::{self, Purpose},
    refresh_tokens,
    users::{self, LoginCandidate},
};
use vault::TenantToken;

/// How long a link is good.
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How many links somebody gets in that time, whoever asks for them: no mailbox is to be flooded.
const MOST: i64 = 3;
/// How long the answer takes, whether or not there is anybody: longer than it takes to make a link.
const ANSWER: Duration = Duration::from_millis(250);

/// Who has forgotten their password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPasswordReset {
    /// Their address.
    email: String,
    /// The tenant's short name; without it, every tenant where the address is known sends an e-mail.
    tenant: Option<String>,
}

/// A new password, by a link.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPasswordReset {
    /// What stands behind `#token=` in the link.
    token: String,
    /// The new password: 10 to 200 characters.
    #[schema(format = Password)]
    new_password: String,
}

/// Ask for a new password
///
/// If there is somebody with this address, they get an e-mail with a link that is good for an hour, and once. The answer
/// tells nobody whether there is.
#[utoipa::path(post, path = "/api/v1/auth/password-reset", tag = "auth", security(()),
    request_body = RequestPasswordReset,
    responses((status = 202, description = "If there is such a person, an e-mail is on its way"),
              (status = 409, description = "`mail_not_configured`"),
              (status = 429, description = "`too_many_requests`")))]
pub async fn request(
    State(api): State<Api>,
    ClientAddress(client): ClientAddress,
    trace: Trace,
    Json(body): Json<RequestPasswordReset>,
) -> Result<StatusCode, Problem> {
    links::must_send_mail(&api)?;
    let now = api.now();
    if let Some(wait) = api.reset_throttle.wait(client, &body.email, now) {
        return Err(Problem::new(Code::TooManyRequests).retry_after(wait));
    }
    api.reset_throttle.failed(client, &body.email, now);
    let making = async {
        let pool = api.database.pool();
        let candidates = users::login_candidates(pool, &body.email, body.tenant.as_deref()).await?;
        for person in candidates.into_iter().filter(|person| person.active) {
            make_link(&api, &trace, &person).await?;
        }
        Ok::<_, Problem>(())
    };
    let (made, ()) = tokio::join!(making, tokio::time::sleep(ANSWER));
    made?;
    Ok(StatusCode::ACCEPTED)
}

async fn make_link(api: &Api, trace: &Trace, person: &LoginCandidate) -> Result<(), Problem> {
    let cause = Cause::of(Actor::System, Some(trace.trace_id().to_owned()));
    let mut change = api.inbox.begin(person.tenant_id, cause).await?;
    let purpose = Purpose::PasswordReset(person.user_id);
    let since = change.now() - LIFETIME;
    if mailed_links::made_since(change.conn(), purpose, since).await? >= MOST {
        return Ok(());
    }
    links::send(api, &mut change, purpose, LIFETIME).await?;
    Ok(change.commit().await?)
}

/// Set a new password by a link
///
/// Ends every session of the person. A second factor is asked for at the next login all the same.
#[utoipa::path(post, path = "/api/v1/auth/password-reset/confirmation", tag = "auth", security(()),
    request_body = ConfirmPasswordReset,
    responses((status = 204, description = "Set: log in with it"),
              (status = 410, description = "`link_expired`: used, replaced or too old"),
              (status = 422, description = "`invalid`")))]
pub async fn confirm(State(api): State<Api>, Json(body): Json<ConfirmPasswordReset>) -> Result<StatusCode, Problem> {
    let now = api.now();
    let token = TenantToken::decode(&body.token).ok_or(Code::LinkExpired)?;
    let mut tx = api.database.begin(token.tenant).await?;
    mailed_links::redeem(&mut tx, &token.hash(), now).await?.ok_or(Code::LinkExpired)?;
    drop(tx);
    Passwords::check_new("/new_password", &body.new_password).map_err(|problem| Problem::invalid(vec![problem]))?;
    let hash = Passwords::hash(body.new_password).await?;
    let mut tx = api.database.begin(token.tenant).await?;
    let Some(Purpose::PasswordReset(user)) = mailed_links::redeem(&mut tx, &token.hash(), now).await? else {
        return Err(Code::LinkExpired.into());
    };
    users::load(&mut tx, user).await?.filter(|user| user.active).ok_or(Code::LinkExpired)?;
    users::set_password_hash(&mut tx, user, &hash, now).await?;
    mailed_links::spend_all(&mut tx, Purpose::PasswordReset(user), now).await?;
    refresh_tokens::revoke_sessions_of(&mut tx, user, None, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
