//! The ids of a request, its span in the log, and the count of it in the metrics.
//!
//! Neither names a query, a body, a header or the key of an endpoint: what may be secret stays out.

use axum::{
    extract::{FromRequestParts, MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use std::{convert::Infallible, sync::Arc, time::Instant};
use tracing::Instrument;
use uuid::Uuid;

/// The header that carries the request's id back.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The ids of a request.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Ids>);

#[derive(Debug, Default)]
struct Ids {
    request: String,
    trace: String,
}

impl Trace {
    fn of(headers: &HeaderMap) -> Self {
        let request = Uuid::now_v7().simple().to_string();
        // Without a caller's trace one begins here, under the same digits.
        let trace = traceparent(headers).unwrap_or(&request).to_owned();
        Self(Arc::new(Ids { request, trace }))
    }

    /// Names this request.
    pub fn request_id(&self) -> &str {
        &self.0.request
    }

    /// Names everything that follows from it, as in W3C Trace Context: 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.0.trace
    }
}

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The trace id of a well-formed `traceparent` (version 00: `00-<32 hex>-<16 hex>-<2 hex>`).
fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let mut fields = value.split('-');
    let (version, trace, parent) = (fields.next()?, fields.next()?, fields.next()?);
    let is_hex =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let known = is_hex(version, 2) && version != "ff";
    (known && is_hex(trace, 32) && is_hex(parent, 16) && trace.bytes().any(|byte| byte != b'0')).then_some(trace)
}

/// Gives a request its ids and its span, and counts it.
pub async fn follow(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let trace = Trace::of(request.headers());
    let method = request.method().clone();
    let route: Arc<str> = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().into(),
        None => "unknown".into(),
    };
    let span = tracing::info_span!(
        "request",
        %method,
        route = &*route,
        request_id = trace.request_id(),
        trace_id = trace.trace_id(),
    );
    request.extensions_mut().insert(trace.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(id) = HeaderValue::from_str(trace.request_id()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    let _entered = span.entered();
    if response.status().is_server_error() {
        tracing::warn!(status, seconds, "answered");
    } else {
        tracing::debug!(status, seconds, "answered");
    }
    count(method.as_str(), &route, status, seconds);
    response
}

fn count(method: &str, route: &Arc<str>, status: u16, seconds: f64) {
    // Methods are the client's words; only the usual ones become a label.
    let method = match method {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        _ => "other",
    };
    let class = match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "1xx",
    };
    let route = Arc::clone(route);
    metrics::histogram!("signalbox_http_request_seconds", "method" => method, "route" => route, "status" => class)
        .record(seconds);
}

#[cfg(test)]
mod tests {
    use super::{Trace, traceparent};
    use http::{HeaderMap, HeaderValue};

    fn with(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static("traceparent"), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_callers_trace_goes_on() {
        let headers = with("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(traceparent(&headers), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(Trace::of(&headers).trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn anything_else_begins_a_new_one() {
        for value in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(traceparent(&with(value)), None, "{value}");
            assert_eq!(Trace::of(&with(value)).trace_id().len(), 32);
        }
    }
}
