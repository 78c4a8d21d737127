//! Who asks, and what they may do.
//!
//! An access token names a person and a session, an API key the person who made it; whether they still hold is asked in
//! the transaction that does the work, so that a deactivated person, an ended session or a revoked key is refused at
//! once. [`Caller`] is the only way to such a transaction, and no transaction begins without naming what it needs.

pub mod accept;
mod administration;
mod client;
pub mod cookie;
mod granted;
pub mod invitation;
pub mod login;
pub mod logout;
pub mod me;
mod needs;
mod password;
pub mod password_reset;
pub mod refresh;
pub mod second_factor;
mod session;
pub mod sessions;
mod throttle;
mod token;

pub use administration::{Administration, Doer, Record};
pub use client::{Client, ClientAddress};
pub use granted::Granted;
pub use needs::Needs;
pub use password::{Passwords, UNUSABLE, hash_password};
pub use throttle::Throttle;
pub use token::{AccessKey, Claims, Voucher};

use crate::{
    api_keys,
    problem::{Code, Problem},
    state::Api,
    trace::Trace,
};
use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use domain::{ApiKeyId, SessionId, TenantId, UserId, event::Actor};
use http::{header, request::Parts};
use inbox::{Cause, Transaction};
use sqlx::PgConnection;
use std::net::IpAddr;
use store::{TenantTx, refresh_tokens};

/// Whoever asks. What they may do is not known before a transaction has begun.
pub struct Caller {
    /// Whose data they work with.
    pub tenant: TenantId,
    /// Who; of a machine, who made its key.
    pub user: UserId,
    /// How they have shown it.
    pub credential: Credential,
    address: IpAddr,
    api: Api,
    trace: Trace,
}

/// How a caller has shown who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A person, by the access token of their session.
    Session(SessionId),
    /// A machine, by its key.
    ApiKey(ApiKeyId),
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or(Code::Unauthenticated)?;
        let (tenant, user, credential) = if let Some(token) = api_keys::token(token) {
            let key = api_keys::show_up(api, &token).await?.ok_or(Code::Unauthenticated)?;
            (token.tenant, key.user_id, Credential::ApiKey(key.id))
        } else {
            let claims = api.access_key.verify(token, api.now()).ok_or(Code::Unauthenticated)?;
            (claims.tenant, claims.user, Credential::Session(claims.session))
        };
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_default();
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, api).await;
        Ok(Self { tenant, user, credential, address, api: api.clone(), trace })
    }
}

impl Caller {
    /// Begins a transaction that reads, or writes rows without consequences.
    pub async fn begin(&self, needs: impl Into<Needs>) -> Result<(TenantTx, Granted), Problem> {
        let mut tx = self.api.database.begin(self.tenant).await?;
        let granted = self.grant(&mut tx, needs.into()).await?;
        Ok((tx, granted))
    }

    /// Begins a change that may have events and jobs as its consequences.
    pub async fn change(&self, needs: impl Into<Needs>) -> Result<(Transaction, Granted), Problem> {
        let cause = Cause::of(self.actor(), Some(self.trace.trace_id().to_owned()));
        let mut change = self.api.inbox.begin(self.tenant, cause).await?;
        let granted = self.grant(change.conn(), needs.into()).await?;
        Ok((change, granted))
    }

    /// Begins a change that is to be written down in the audit log: it cannot be committed without.
    pub async fn administer(&self, needs: impl Into<Needs>) -> Result<(Administration, Granted), Problem> {
        let (change, granted) = self.change(needs).await?;
        Ok((Administration::new(change, self), granted))
    }

    /// Who acts, for the event log.
    pub fn actor(&self) -> Actor {
        match self.credential {
            Credential::Session(_) => Actor::User { id: self.user },
            Credential::ApiKey(id) => Actor::ApiKey { id, user_id: self.user },
        }
    }

    /// The session, of a person: what concerns somebody's own account, no machine does in their name.
    pub fn session(&self) -> Result<SessionId, Problem> {
        match self.credential {
            Credential::Session(id) => Ok(id),
            Credential::ApiKey(_) => Err(Code::Forbidden.into()),
        }
    }

    async fn grant(&self, conn: &mut PgConnection, needs: Needs) -> Result<Granted, Problem> {
        let now = self.api.now();
        let granted = standing(conn, self.user, self.credential, now).await?.ok_or(Code::Unauthenticated)?;
        // A key is not asked for a second factor: whoever made it had shown theirs.
        let is_person = matches!(self.credential, Credential::Session(_));
        if is_person && granted.lacks_second_factor && needs != Needs::Oneself {
            return Err(Code::SecondFactorMissing.into());
        }
        if let Needs::Permission(permission) = needs {
            granted.must(permission)?;
        }
        Ok(granted)
    }
}

/// What somebody may do at this moment, if they are still who they have shown to be.
pub async fn standing(
    conn: &mut PgConnection,
    user: UserId,
    credential: Credential,
    now: DateTime<Utc>,
) -> Result<Option<Granted>, store::Error> {
    let (session, key) = match credential {
        Credential::Session(id) => (Some(id), None),
        Credential::ApiKey(id) => (None, Some(id)),
    };
    let Some(mut actor) = refresh_tokens::actor(conn, user, session).await? else { return Ok(None) };
    if let Some(id) = key {
        let Some(key) = api_keys::good(conn, id, now).await? else { return Ok(None) };
        actor.permissions = actor.permissions.intersection(key.scopes);
    }
    Ok(Some(Granted::new(user, actor)))
}

/// The token in `Authorization`.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
