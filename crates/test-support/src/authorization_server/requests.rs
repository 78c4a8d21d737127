//! The three addresses of the server.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use url::{Url, form_urlencoded};

use super::grants::Tokens;
use super::{CLIENT_ID, CLIENT_SECRET, Fault, SCOPES, Shared};

/// Where people are sent (RFC 6749, section 4.1.1; RFC 7636, section 4.3). Whoever asks consents at once.
pub async fn authorize(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Redirect, StatusCode> {
    let get = |name: &str| asked.get(name).map(String::as_str);
    let now = (shared.clock)();
    let mut state = shared.state();
    // Nobody is sent to an address that the client has not registered.
    let redirect_uri = get("redirect_uri").filter(|uri| *uri == state.behaviour.redirect_uri);
    let redirect_uri = redirect_uri.ok_or(StatusCode::BAD_REQUEST)?;
    let is_scope = |scope: &str| SCOPES.contains(&scope);
    let is_good = get("response_type") == Some("code")
        && get("client_id") == Some(CLIENT_ID)
        && get("code_challenge_method") == Some("S256")
        && get("code_challenge").is_some_and(|challenge| challenge.len() == 43)
        && get("state").is_some_and(|state| state.len() >= 22)
        && get("scope").is_some_and(|scope| scope.split(' ').all(is_scope));
    if !is_good {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut back = Url::parse(redirect_uri).map_err(|_| StatusCode::BAD_REQUEST)?;
    if state.denies {
        let description = "<script>alert(1)</script>";
        back.query_pairs_mut().append_pair("error", "access_denied").append_pair("error_description", description);
    } else {
        let code = state.grants.code(get("code_challenge").unwrap_or_default(), redirect_uri, now);
        back.query_pairs_mut().append_pair("code", &code);
    }
    back.query_pairs_mut().append_pair("state", get("state").unwrap_or_default());
    Ok(Redirect::to(back.as_str()))
}

/// Where tokens come from (RFC 6749, sections 4.1.3, 4.4.2 and 6).
pub async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let asked: HashMap<String, String> = pairs.iter().cloned().collect();
    let latency = shared.state().behaviour.latency;
    tokio::time::sleep(latency).await;
    let now = (shared.clock)();
    let mut state = shared.state();
    state.requests.push(asked.get("grant_type").cloned().unwrap_or_default());
    let fault = state.faults.pop_front();
    match fault {
        Some(Fault::Status(status, wait)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let wait = wait.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
            return (status, wait, "no").into_response();
        }
        Some(Fault::Refuse(code)) => return refusal(StatusCode::BAD_REQUEST, code),
        _ => {}
    }
    let behaviour = state.behaviour.clone();
    if pairs.len() != asked.len() {
        return refusal(StatusCode::BAD_REQUEST, "invalid_request");
    }
    if !is_client(&headers, &asked, behaviour.basic) {
        return refusal(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let get = |name: &str| asked.get(name).map_or("", String::as_str);
    let tokens = match get("grant_type") {
        "authorization_code" => {
            state.grants.redeem(get("code"), get("code_verifier"), get("redirect_uri"), &behaviour, now)
        }
        "refresh_token" => state.grants.refresh(get("refresh_token"), &behaviour, now),
        "client_credentials" => Some(state.grants.own(&behaviour, now)),
        _ => return refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
    };
    match (tokens, fault) {
        (_, Some(Fault::DropAfter)) => {
            let broken = futures::stream::iter([Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionReset))]);
            Body::from_stream(broken).into_response()
        }
        (_, Some(Fault::Garbage)) => "thank you".into_response(),
        (Some(tokens), _) => success(tokens),
        (None, _) => refusal(StatusCode::BAD_REQUEST, "invalid_grant"),
    }
}

/// Something that an access token is good for.
pub async fn me(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> StatusCode {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let now = (shared.clock)();
    let is_good = token.is_some_and(|token| shared.state().grants.accepts(token, now));
    if is_good { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

/// Whether the client authenticates, and in the way that it was registered for (RFC 6749, section 2.3.1).
fn is_client(headers: &HeaderMap, asked: &HashMap<String, String>, basic: bool) -> bool {
    let in_header = headers.get(header::AUTHORIZATION).and_then(|value| {
        let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
        let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some((form_decoded(id), form_decoded(secret)))
    });
    let in_body = asked.get("client_id").cloned().zip(asked.get("client_secret").cloned());
    let expected = Some((CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned()));
    match (in_header, in_body) {
        (header, None) if basic => header == expected,
        (None, body) if !basic => body == expected,
        // Never in both places.
        _ => false,
    }
}

fn form_decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn success(tokens: Tokens) -> Response {
    let mut body = json!({ "access_token": tokens.access, "token_type": "Bearer" });
    if let Some(seconds) = tokens.expires_in {
        body["expires_in"] = json!(seconds);
    }
    if let Some(refresh) = tokens.refresh {
        body["refresh_token"] = json!(refresh);
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn refusal(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": code, "error_description": "told by the server of the test" }))).into_response()
}
