//! `GET /api/v1/connections/{id}/oauth`

use super::required;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, role::Permission};
use serde::Serialize;
use store::oauth::tokens;

/// How a connection has access to its provider, and since when. Never a token.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConnectionAuthorization {
    /// Whether a person has to consent; otherwise the client has access by itself.
    needs_person: bool,
    /// Whether there is an access token.
    authorized: bool,
    /// Whether it is renewed without a person.
    renewable: bool,
    /// What was granted.
    scopes: Vec<String>,
    /// Since when the current access token is there.
    issued_at: Option<DateTime<Utc>>,
    /// When it ends, if the provider says so; it is renewed before.
    expires_at: Option<DateTime<Utc>>,
}

/// Read how a connection is authorized
#[utoipa::path(get, path = "/api/v1/connections/{id}/oauth", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "How it has access", body = ConnectionAuthorization),
              (status = 404, description = "`not_found`: no such connection, or its plugin does not use OAuth")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<axum::Json<ConnectionAuthorization>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let (_, compiled) = required(&api, &mut tx, id).await?;
    let oauth = compiled.manifest.oauth.as_ref().ok_or(Code::NotFound)?;
    let needs_person = oauth.needs_person();
    let Some(stored) = tokens::load(&mut tx, id).await? else {
        let nothing = ConnectionAuthorization {
            needs_person,
            authorized: false,
            renewable: !needs_person,
            scopes: Vec::new(),
            issued_at: None,
            expires_at: None,
        };
        return Ok(axum::Json(nothing));
    };
    Ok(axum::Json(ConnectionAuthorization {
        needs_person,
        authorized: stored.access_token.is_some(),
        renewable: !needs_person || stored.refresh_token.is_some(),
        scopes: stored.scopes,
        issued_at: stored.issued_at,
        expires_at: stored.expires_at,
    }))
}
