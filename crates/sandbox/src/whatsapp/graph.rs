//! The routes of the Graph API, and who may use them.

mod callbacks;
mod ending;
mod nodes;
mod send;

use crate::whatsapp::directory::Found;
use crate::whatsapp::graph_error::GraphError;
use crate::whatsapp::shared::Shared;
use axum::Router;
use axum::http::{HeaderMap, Uri, header};
use axum::routing::{get, post};
use std::sync::Arc;

/// The oldest version that still lives, and the newest, in November 2026 (Graph API changelog).
const OLDEST_VERSION: u32 = 21;
const NEWEST_VERSION: u32 = 26;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/{version}/{id}", get(nodes::node))
        .route("/{version}/{id}/messages", post(send::send))
        .route("/{version}/{id}/message_templates", get(nodes::templates))
        .route("/_media/{id}", get(nodes::media_bytes))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_path)
}

async fn unknown_path(uri: Uri) -> GraphError {
    GraphError::unknown_path(uri.path())
}

/// Checks the version and the bearer token, and answers the token.
fn caller<'h>(shared: &Shared, version: &str, rest: &str, headers: &'h HeaderMap) -> Result<&'h str, GraphError> {
    let number = version.strip_prefix('v').and_then(|v| v.strip_suffix(".0")?.parse().ok());
    match number {
        Some(OLDEST_VERSION..=NEWEST_VERSION) => {}
        Some(1..OLDEST_VERSION) => return Err(GraphError::expired_version(NEWEST_VERSION)),
        _ => return Err(GraphError::unknown_path(rest)),
    }
    let token = bearer(headers).ok_or_else(GraphError::missing_token)?;
    if shared.directory().knows_token(token) { Ok(token) } else { Err(GraphError::bad_token()) }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The number, if this token may use it.
fn number(shared: &Shared, id: &str, token: &str) -> Option<Found> {
    shared.directory().number(id).filter(|found| found.number.access_token.expose() == token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_token_is_read_from_a_bearer_header() {
        let cases = [("Bearer abc", Some("abc")), ("bearer abc ", Some("abc")), ("Basic abc", None), ("abc", None)];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(bearer(&headers), expected, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
