//! Entity tags on settings: who changes something says which state they have read.

use crate::problem::{Code, Problem};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header, request::Parts};
use serde::Serialize;

/// The version that the client has read, from `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::IF_MATCH).ok_or(Code::PreconditionRequired)?;
        let version =
            value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        // A tag that we never gave cannot be that of the current state.
        version.map(Self).ok_or_else(|| Code::PreconditionFailed.into())
    }
}

impl IfMatch {
    /// Refuses a change of another state than the one that was read.
    pub fn check(self, version: i64) -> Result<(), Problem> {
        if self.0 == version { Ok(()) } else { Err(Code::PreconditionFailed.into()) }
    }
}

/// An answer with the entity tag of this version.
pub fn tagged(version: i64, body: impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
