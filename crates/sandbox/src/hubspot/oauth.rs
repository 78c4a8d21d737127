//! `GET /oauth/authorize`, `POST /oauth/{version}/token` and what a token is good for.
//!
//! The token endpoint is `/oauth/v1/token` (until February 2027) or, dated, `/oauth/2026-03/token`; its parameters
//! are in a form in the body, nowhere else. Errors have the fields of RFC 6749 beside HubSpot's own.
//!
//! Source: developers.hubspot.com, "Manage OAuth access tokens" and the changelog of the standardized error responses.

use super::account::Portal;
use super::api::{Call, Done, answer};
use super::tokens::LIFE;
use super::{Hubspot, api};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use url::{Url, form_urlencoded};

type Shared = State<Arc<Hubspot>>;

pub(super) fn router() -> Router<Arc<Hubspot>> {
    Router::new()
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/{version}/token", post(token))
        .route("/oauth/v1/access-tokens/{token}", get(token_info))
        .route("/account-info/{version}/details", get(account_info))
}

#[derive(Deserialize)]
struct Authorize {
    client_id: String,
    redirect_uri: Url,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    code_challenge: Option<String>,
    #[serde(default)]
    code_challenge_method: Option<String>,
}

/// Somebody agrees at once, for the first account of the app.
async fn authorize(State(hubspot): Shared, Query(query): Query<Authorize>) -> Response {
    let now = hubspot.now();
    let mut portals = hubspot.portals();
    let Some(portal) = portals.values_mut().find(|portal| portal.account.client_id == query.client_id) else {
        return refused_page("There is no app with this client_id.");
    };
    if !portal.account.redirect_urls.contains(&query.redirect_uri) {
        return refused_page("The redirect_uri is not one of the app's.");
    }
    let wanted: Vec<&str> = query.scope.split_whitespace().collect();
    if wanted.is_empty() {
        return refused_page("The app asks for no scopes.");
    }
    if let Some(scope) = wanted.iter().find(|scope| !portal.account.scopes.iter().any(|it| it == *scope)) {
        return refused_page(&format!("The app is not configured for the scope {scope}."));
    }
    if query.code_challenge.is_some() && query.code_challenge_method.as_deref() != Some("S256") {
        return refused_page("The code_challenge_method must be S256.");
    }
    let mut to = query.redirect_uri.clone();
    let code = portal.tokens.code(query.redirect_uri.into(), query.code_challenge, now);
    to.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &query.state {
        to.query_pairs_mut().append_pair("state", state);
    }
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

fn refused_page(why: &str) -> Response {
    let why = why.replace('&', "&amp;").replace('<', "&lt;");
    (StatusCode::BAD_REQUEST, Html(format!("<!doctype html><title>HubSpot</title><p>{why}</p>"))).into_response()
}

async fn token(State(hubspot): Shared, Path(version): Path<String>, body: Bytes) -> Response {
    if !["v1", "v3", "2026-03", "2026-09"].contains(&version.as_str()) {
        return api::not_found().await.into_response();
    }
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let now = hubspot.now();
    let mut portals = hubspot.portals();
    let mut of_app = portals.values_mut().filter(|portal| portal.account.client_id == get("client_id")).peekable();
    let Some(first) = of_app.peek() else {
        return refused("invalid_client", "BAD_CLIENT_ID", "missing or invalid client id");
    };
    if first.account.client_secret.expose() != get("client_secret") {
        return refused("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
    }
    // The app may be installed in several accounts: the code or the token says in which.
    let granted = match get("grant_type") {
        "authorization_code" => of_app.find_map(|portal| {
            let code = portal.tokens.redeem_code(get("code"), now)?;
            let verified = code.redirect_uri == get("redirect_uri")
                && code.challenge.is_none_or(|challenge| challenge == challenge_of(get("code_verifier")));
            verified.then_some(portal)
        }),
        "refresh_token" => {
            of_app.find_map(|portal| portal.tokens.redeem_refresh(get("refresh_token")).then_some(portal))
        }
        _ => return refused("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type"),
    };
    match granted {
        Some(portal) => Json(grant(portal, now)).into_response(),
        None if get("grant_type") == "refresh_token" => {
            refused("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked")
        }
        None => refused("invalid_grant", "BAD_AUTH_CODE", "missing or invalid auth code"),
    }
}

/// RFC 7636, section 4.2.
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn grant(portal: &mut Portal, now: DateTime<Utc>) -> Value {
    let (access, refresh) = portal.tokens.grant(now);
    json!({
        "token_type": "bearer",
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": LIFE.num_seconds(),
        "hub_id": portal.account.hub_id,
        "user_id": 76_023_669,
        "scopes": portal.account.scopes,
    })
}

fn refused(error: &str, status: &str, message: &str) -> Response {
    let body = json!({ "error": error, "error_description": message, "status": status, "message": message });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// Whose a token is; it needs no other proof.
async fn token_info(State(hubspot): Shared, Path(token): Path<String>) -> Response {
    let Ok(bearer) = format!("Bearer {token}").parse() else {
        return api::not_found().await.into_response();
    };
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, bearer)]);
    let call = Call { headers: &headers, version: None, scope: None, search: false };
    answer(&hubspot, &call, |portal, now| {
        let account = &portal.account;
        Ok(Done::ok(json!({
            "token": token,
            "token_type": "access",
            "hub_id": account.hub_id,
            "hub_domain": format!("account-{}.example.com", account.hub_id),
            "app_id": account.app_id,
            "user": "admin@example.com",
            "user_id": 76_023_669,
            "scopes": account.scopes,
            "expires_in": portal.tokens.life_of(&token, now),
        })))
    })
}

async fn account_info(State(hubspot): Shared, Path(version): Path<String>, headers: HeaderMap) -> Response {
    let dated = (version != "v3").then_some(version.as_str());
    let call = Call { headers: &headers, version: dated, scope: None, search: false };
    answer(&hubspot, &call, |portal, _| {
        Ok(Done::ok(json!({
            "portalId": portal.account.hub_id,
            "accountType": "DEVELOPER_TEST",
            "timeZone": "Europe/Berlin",
            "utcOffset": "+01:00",
            "companyCurrency": "EUR",
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        })))
    })
}
