//! Who asks, and what they may do.
//!
//! An access token names a person and a session; whether both still hold is asked in the transaction that does the
//! work, so that a deactivated person or an ended session is refused at once. [`Caller`] is the only way to such a
//! transaction, and no transaction begins without naming a permission.

mod client;
pub mod cookie;
pub mod login;
pub mod logout;
pub mod me;
mod password;
pub mod refresh;
mod session;
mod throttle;
mod token;

pub use client::ClientAddress;
pub use password::{Passwords, hash_password};
pub use throttle::Throttle;
pub use token::{AccessKey, Claims};

use crate::{
    problem::{Code, Problem},
    state::Api,
    trace::Trace,
};
use axum::extract::FromRequestParts;
use domain::{
    SessionId, TenantId, UserId,
    event::Actor,
    role::{Permission, Role},
};
use http::{header, request::Parts};
use inbox::{Cause, Transaction};
use sqlx::PgConnection;
use store::{TenantTx, refresh_tokens};

/// Whoever an access token names. What they may do is not known before a transaction has begun.
pub struct Caller {
    /// Whose data they work with.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    api: Api,
    trace: Trace,
}

/// What a person may do at this moment.
#[derive(Clone, Copy, Debug)]
pub struct Granted {
    /// Who.
    pub user: UserId,
    /// Their role.
    pub role: Role,
}

impl Granted {
    /// Whose conversations they are confined to, besides nobody's.
    pub fn confined_to(self) -> Option<UserId> {
        (!self.role.may(Permission::ReadAllConversations)).then_some(self.user)
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or(Code::Unauthenticated)?;
        let claims = api.access_key.verify(token, api.now()).ok_or(Code::Unauthenticated)?;
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_default();
        Ok(Self { tenant: claims.tenant, user: claims.user, session: claims.session, api: api.clone(), trace })
    }
}

impl Caller {
    /// Begins a transaction that reads, or writes rows without consequences.
    pub async fn begin(&self, needs: Permission) -> Result<(TenantTx, Granted), Problem> {
        let mut tx = self.api.database.begin(self.tenant).await?;
        let granted = self.grant(&mut tx, needs).await?;
        Ok((tx, granted))
    }

    /// Begins a change that may have events and jobs as its consequences.
    pub async fn change(&self, needs: Permission) -> Result<(Transaction, Granted), Problem> {
        let cause = Cause::of(Actor::User { id: self.user }, Some(self.trace.trace_id().to_owned()));
        let mut change = self.api.inbox.begin(self.tenant, cause).await?;
        let granted = self.grant(change.conn(), needs).await?;
        Ok((change, granted))
    }

    async fn grant(&self, conn: &mut PgConnection, needs: Permission) -> Result<Granted, Problem> {
        let actor = refresh_tokens::actor(conn, self.user, self.session).await?.ok_or(Code::Unauthenticated)?;
        if !actor.role.may(needs) {
            return Err(Code::Forbidden.into());
        }
        Ok(Granted { user: self.user, role: actor.role })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
