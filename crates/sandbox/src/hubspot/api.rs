//! What every request goes through: token, limits, scope.

use super::Hubspot;
use super::account::Portal;
use super::error::ApiError;
use super::tokens::Standing;
use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The dated versions of the API.
const VERSIONS: [&str; 2] = ["2026-03", "2026-09"];

/// What a request did.
pub(super) struct Done {
    pub(super) status: StatusCode,
    pub(super) body: Option<Value>,
    /// What webhooks report of it.
    pub(super) events: Vec<Value>,
}

impl Done {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), events: Vec::new() }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, ..Self::ok(body) }
    }

    pub(super) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, events: Vec::new() }
    }

    pub(super) fn reporting(mut self, events: Vec<Value>) -> Self {
        self.events = events;
        self
    }
}

/// Who asks for what.
pub(super) struct Call<'r> {
    pub(super) headers: &'r HeaderMap,
    /// The version in the path, if it has a dated one.
    pub(super) version: Option<&'r str>,
    pub(super) scope: Option<String>,
    pub(super) search: bool,
}

/// Answers a request, if it may be made.
pub(super) fn answer(
    hubspot: &Hubspot,
    call: &Call<'_>,
    act: impl FnOnce(&mut Portal, DateTime<Utc>) -> Result<Done, ApiError>,
) -> Response {
    let now = hubspot.now();
    let mut portals = hubspot.portals();
    let Some(token) = bearer(call.headers) else {
        return ApiError::unauthenticated().into_response();
    };
    let known = portals.values_mut().find(|portal| portal.tokens.standing(token, now) != Standing::Unknown);
    let Some(portal) = known else {
        return ApiError::unauthenticated().into_response();
    };
    let done = admit(portal, token, call, now).and_then(|()| act(portal, now));
    let mut response = match done {
        Ok(done) => {
            hubspot.report(portal, &done.events);
            match done.body {
                Some(body) => (done.status, Json(body)).into_response(),
                None => done.status.into_response(),
            }
        }
        Err(error) => error.into_response(),
    };
    response.headers_mut().extend(portal.limits.headers());
    response
}

fn admit(portal: &mut Portal, token: &str, call: &Call<'_>, now: DateTime<Utc>) -> Result<(), ApiError> {
    if let Standing::Expired { since } = portal.tokens.standing(token, now) {
        return Err(ApiError::expired(since, now));
    }
    portal.limits.take(call.search, now).map_err(|policy| ApiError::rate_limited(policy.name()))?;
    if call.version.is_some_and(|version| !VERSIONS.contains(&version)) {
        return Err(ApiError::unknown_path());
    }
    match &call.scope {
        Some(scope) if !portal.account.scopes.contains(scope) => Err(ApiError::missing_scope(scope)),
        _ => Ok(()),
    }
}

/// A body, or the error of one that is not what it should be.
pub(super) fn body<T: DeserializeOwned>(raw: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(raw).map_err(|error| ApiError::invalid(format!("Invalid input JSON: {error}")))
}

pub(super) async fn not_found() -> ApiError {
    ApiError::unknown_path()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
