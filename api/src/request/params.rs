//! Path and query parameters, with refusals of ours.

use crate::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// Parameters of the path. What is no id names nothing: 404.
pub struct Path<T>(pub T);

/// Parameters of the query.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if holds_nul(parts.uri.path()) {
            return Err(Code::NotFound.into());
        }
        let axum::extract::Path(value) =
            axum::extract::Path::from_request_parts(parts, state).await.map_err(|_| Code::NotFound)?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(holds_nul) {
            return Err(Problem::new(Code::BadRequest).detail("No value holds a NUL character."));
        }
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(Code::BadRequest).detail(rejection.body_text())),
        }
    }
}

/// PostgreSQL stores no text with a NUL in it, so nothing has such a name, and nothing is found by it. In a body the
/// database finds it.
fn holds_nul(encoded: &str) -> bool {
    encoded.contains("%00")
}
