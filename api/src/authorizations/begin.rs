//! `POST /api/v1/connections/{id}/oauth/authorize`

use super::{redirect_uri, required};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, role::Permission};
use http::header;
use manifest::Oauth;
use oauth::{Error, Subject};
use serde::Serialize;

/// How long the browser keeps the cookie: as long as the authorization is good.
const LIFETIME_SECONDS: u32 = 600;

/// An authorization that has begun.
#[derive(Serialize, utoipa::ToSchema)]
pub struct BegunAuthorization {
    /// The provider's page, to be opened in the person's browser. Good once.
    authorization_url: String,
    /// Until when the person may come back from there.
    expires_at: DateTime<Utc>,
}

/// Begin to authorize a connection
///
/// Open the address in the same browser, which gets a cookie with this answer: the authorization is bound to it. The
/// provider asks for consent and sends the person back to `/oauth/callback`, which makes the connection active and lets
/// its waiting jobs go.
#[utoipa::path(post, path = "/api/v1/connections/{id}/oauth/authorize", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "Where to send the person", body = BegunAuthorization),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`no_authorization`, `not_configured`")))]
pub async fn begin(State(api): State<Api>, caller: Caller, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let (connection, compiled) = required(&api, change.conn(), id).await?;
    if !compiled.manifest.oauth.as_ref().is_some_and(Oauth::needs_person) {
        return Err(Code::NoAuthorization.into());
    }
    let subject = Subject { tenant: caller.tenant, connection: &connection, manifest: &compiled.manifest };
    let begun = api.oauth.begin(change.conn(), &subject, caller.user, &redirect_uri(&api)).await.map_err(problem)?;
    change.commit(Record::new("connection.authorization_begun").of(id)).await?;
    let cookie = super::cookie(&api, &begun.pass.name, &begun.pass.value, LIFETIME_SECONDS)?;
    let shown = BegunAuthorization { authorization_url: begun.url, expires_at: begun.expires_at };
    Ok(([(header::SET_COOKIE, cookie)], axum::Json(shown)).into_response())
}

fn problem(error: Error) -> Problem {
    match error {
        Error::NeedsPerson { why, .. } => Problem::new(Code::NotConfigured).detail(why),
        Error::Store(error) => error.into(),
        Error::Change(error) => error.into(),
        error => Problem::internal(error),
    }
}
