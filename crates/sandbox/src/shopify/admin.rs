//! `POST /admin/api/{version}/graphql.json`.

use super::{Shopify, ShopifyError, graphql};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// The stable versions of November 2026, oldest first; each lives for a year.
pub(super) const VERSIONS: [&str; 4] = ["2026-01", "2026-04", "2026-07", "2026-10"];
/// The next one, which can be tried.
pub(super) const RELEASE_CANDIDATE: &str = "2027-01";

pub(super) async fn graphql(
    State(shopify): State<Arc<Shopify>>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let version = serving(&version).ok_or_else(Refusal::not_found)?;
    let token = headers.get("x-shopify-access-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let now = shopify.now();
    let shop = shop(&headers);
    let (answer, changes) = shopify.with(&shop, |store| {
        if !store.tokens.accepts(token, now) {
            let message = "[API] Invalid API key or access token (unrecognized login or wrong password)";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, message));
        }
        let unreadable = json!({ "query": "Required parameter missing or invalid" });
        let request = serde_json::from_slice(&body).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, unreadable))?;
        Ok(graphql::answer(store, &request, version, now))
    })??;
    shopify.report(&shop, &changes);
    Ok(([("x-shopify-api-version", version)], Json(answer)).into_response())
}

/// An answer that is not what was asked for.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Refusal {
    fn new(status: StatusCode, errors: impl Into<Value>) -> Self {
        Self { status, body: json!({ "errors": errors.into() }) }
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<ShopifyError> for Refusal {
    fn from(_: ShopifyError) -> Self {
        Self::not_found()
    }
}

pub(super) async fn not_found() -> Refusal {
    Refusal::not_found()
}

/// The shop's name.
pub(super) fn shop(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host.split(':').next().unwrap_or_default().to_lowercase()
}

/// The version that answers: one that has ended falls forward to the oldest that lives.
fn serving(asked: &str) -> Option<&'static str> {
    let (year, month) = asked.split_once('-')?;
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !["01", "04", "07", "10"].contains(&month) {
        return None;
    }
    let served = VERSIONS.into_iter().chain([RELEASE_CANDIDATE]).find(|version| *version == asked);
    served.or_else(|| (asked < VERSIONS[0]).then_some(VERSIONS[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_version_falls_forward_and_an_invented_one_does_not_exist() {
        for (asked, served) in [
            ("2026-10", Some("2026-10")),
            ("2026-01", Some("2026-01")),
            ("2027-01", Some("2027-01")),
            ("2024-07", Some("2026-01")),
            ("2027-04", None),
            ("2026-02", None),
            ("latest", None),
            ("v26.0", None),
        ] {
            assert_eq!(serving(asked), served, "{asked}");
        }
    }
}
