//! The outermost layer: whatever went wrong below leaves as one kind of body.

use super::{Code, FieldProblem, Problem};
use crate::trace::Trace;
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{any::Any, time::Duration};

/// The media type of RFC 9457.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The body of a failed request (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// Where the kind of problem is explained, relative to this address.
    #[serde(rename = "type")]
    #[schema(example = "/docs/problems#not_found")]
    kind: String,
    /// A short name, the same for every problem of its kind.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What programs decide by.
    code: &'a str,
    /// What is particular to this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The values of the body that are wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    /// Names this request in the log.
    request_id: &'a str,
    #[serde(flatten)]
    #[schema(ignore)]
    members: &'a Map<String, Value>,
}

/// Writes the body of every failed request.
pub async fn render(request: Request, next: Next) -> Response {
    let trace = request.extensions().get::<Trace>().cloned().unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        // An answer that has a body of its own, such as a handshake's refusal, stays what it is.
        None if response.headers().contains_key(header::CONTENT_TYPE) && !is_plain(&response) => return response,
        None => Problem::new(Code::of_status(status)),
    };
    write(&problem, &trace, response)
}

fn write(problem: &Problem, trace: &Trace, mut response: Response) -> Response {
    let document = Document {
        kind: format!("/docs/problems#{}", problem.code.as_str()),
        title: problem.code.title(),
        status: problem.status().as_u16(),
        code: problem.code.as_str(),
        detail: problem.detail.as_deref(),
        errors: &problem.errors,
        request_id: trace.request_id(),
        members: &problem.members,
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    *response.status_mut() = problem.status();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    if let Some(wait) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    if problem.code == Code::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    *response.body_mut() = Body::from(Bytes::from(body));
    response
}

/// The framework's own refusals are plain text.
fn is_plain(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"))
}

/// What a panic in a handler is answered with. The panic itself has been printed by its hook.
pub fn from_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Code::Internal).into_response()
}

/// Ends a request that takes longer than any may.
pub async fn time_out(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Code::TimedOut).retry_after(Duration::from_secs(1)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, middleware, routing};
    use http::StatusCode;
    use tower::{ServiceBuilder, ServiceExt};
    use tower_http::catch_panic::CatchPanicLayer;

    async fn panics() -> StatusCode {
        panic!("a secret of the panic")
    }

    async fn answer(path: &str) -> (StatusCode, Value) {
        let limit = Duration::from_millis(20);
        let layers = ServiceBuilder::new()
            .layer(middleware::from_fn(render))
            .layer(middleware::from_fn_with_state(limit, time_out))
            .layer(CatchPanicLayer::custom(from_panic));
        let own = || async { (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "application/x-own")], "own") };
        let router: Router = Router::new()
            .route("/panics", routing::get(panics))
            .route("/hangs", routing::get(std::future::pending::<()>))
            .route("/own", routing::get(own))
            .layer(layers);
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn a_panic_tells_nothing() {
        let (status, body) = answer("/panics").await;
        assert_eq!((status.as_u16(), &body["code"]), (500, &Value::from("internal")));
        assert!(!body.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn what_hangs_is_given_up() {
        let (status, body) = answer("/hangs").await;
        assert_eq!((status.as_u16(), &body["code"]), (503, &Value::from("timed_out")));
    }

    #[tokio::test]
    async fn a_refusal_with_a_body_of_its_own_stays() {
        assert_eq!(answer("/own").await, (StatusCode::FORBIDDEN, Value::Null));
        assert_eq!(answer("/nothing").await.1["code"], "not_found");
    }
}
