//! Where somebody is signed in: `GET` and `DELETE /api/v1/auth/sessions`, and `DELETE …/{id}`

use super::{Caller, Needs};
use crate::{
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{SessionId, UserId};
use http::StatusCode;
use serde::Serialize;
use sqlx::PgConnection;
use store::{
    refresh_tokens,
    sessions::{self, Session},
};

/// Where somebody is signed in.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Session)]
pub struct ShownSession {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// Whether it is the one that asks.
    current: bool,
    /// The IP address it was last used from.
    address: String,
    /// What the browser or program calls itself.
    user_agent: String,
    /// When they logged in.
    created_at: DateTime<Utc>,
    /// When it last got a new access token: every quarter of an hour, while it is used.
    last_used_at: DateTime<Utc>,
}

/// Sessions of a person.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Sessions {
    /// Those that hold, the last used first.
    items: Vec<ShownSession>,
}

impl Sessions {
    /// The sessions of this person, of which one may be the one that asks.
    pub async fn of(
        conn: &mut PgConnection,
        user: UserId,
        current: Option<SessionId>,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let show = |session: Session| {
            let Session { id, address, user_agent, created_at, last_used_at } = session;
            ShownSession { id, current: Some(id) == current, address, user_agent, created_at, last_used_at }
        };
        Ok(Self { items: sessions::of_user(conn, user, now).await?.into_iter().map(show).collect() })
    }

    /// Whether this session is among them.
    pub fn has(&self, id: SessionId) -> bool {
        self.items.iter().any(|session| session.id == id)
    }
}

/// List your sessions
#[utoipa::path(get, path = "/api/v1/auth/sessions", tag = "auth",
    responses((status = 200, description = "Those that hold, the last used first", body = Sessions)))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Sessions>, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let current = caller.session()?;
    Ok(axum::Json(Sessions::of(&mut tx, caller.user, Some(current), api.now()).await?))
}

/// End your other sessions
///
/// Everywhere but here, at once.
#[utoipa::path(delete, path = "/api/v1/auth/sessions", tag = "auth",
    responses((status = 204, description = "Ended")))]
pub async fn end_others(State(api): State<Api>, caller: Caller) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    refresh_tokens::revoke_sessions_of(&mut tx, caller.user, Some(caller.session()?), api.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of your sessions
///
/// At once.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", tag = "auth", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Ended"), (status = 404, description = "`not_found`: it is not yours")))]
pub async fn end(State(api): State<Api>, caller: Caller, Path(id): Path<SessionId>) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let current = caller.session()?;
    let now = api.now();
    if !Sessions::of(&mut tx, caller.user, Some(current), now).await?.has(id) {
        return Err(Code::NotFound.into());
    }
    refresh_tokens::revoke_session(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
