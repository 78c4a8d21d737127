//! One request on the wire and its answer, bounded in size, with an honest record of whether the
//! request left.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, header};
use http_body::{Body, Frame, SizeHint};

use crate::failure::{Cause, FailureKind};
use crate::target::Target;

/// Whether a request was handed to a connection. Shared by all hops of one call; once set, it
/// stays set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent(Arc<AtomicBool>);

impl Sent {
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A request body that notices when a connection takes the request.
///
/// No HTTP implementation can write a head before it knows whether a body follows, so the first
/// `is_end_stream` or `poll_frame` marks the moment before the first byte. While a request waits
/// for a name, a connection or a TLS handshake, neither is called.
struct MarkedBody {
    data: Option<Bytes>,
    sent: Sent,
}

impl Body for MarkedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.sent.set();
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent.set();
        self.data.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}

/// Sends one hop and returns as soon as the head of the answer is there.
pub(crate) async fn start(
    client: &reqwest::Client,
    target: &Target,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
    sent: &Sent,
) -> Result<reqwest::Response, Cause> {
    let mut request = reqwest::Request::new(method.clone(), target.wire_url());
    *request.headers_mut() = headers.clone();
    if let Some(host) = target.mapped_host_header() {
        let host = HeaderValue::try_from(host).expect("a parsed host is a valid header value");
        request.headers_mut().insert(header::HOST, host);
    }
    if body.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(method) {
        // Methods that expect content should say that there is none (RFC 9110, section 8.6).
        let none = HeaderValue::from_static("0");
        request.headers_mut().insert(header::CONTENT_LENGTH, none);
    }
    *request.body_mut() = Some(reqwest::Body::wrap(MarkedBody {
        data: Some(body.clone()).filter(|body| !body.is_empty()),
        sent: sent.clone(),
    }));
    client.execute(request).await.map_err(|error| {
        let cause = Cause::from_client(&target.host, &error);
        if cause.kind == FailureKind::Interrupted && !sent.get() {
            // A connection that ended before it took anything is as good as none.
            let message = format!("{}: the connection ended at once", target.host);
            return Cause::new(FailureKind::Connect, message);
        }
        cause
    })
}

/// Reads the body of an answer, at most `limit` bytes after decompression.
pub(crate) async fn read_body(host: &str, mut response: reqwest::Response, limit: usize) -> Result<Bytes, Cause> {
    refuse_other_codings(host, response.headers())?;
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(Cause::too_large(host, limit));
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Cause::from_client(host, &error))? {
        if body.len() + chunk.len() > limit {
            return Err(Cause::too_large(host, limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The client removes the header when it undoes a coding; what is left was never asked for.
fn refuse_other_codings(host: &str, headers: &HeaderMap) -> Result<(), Cause> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Cause::new(
            FailureKind::Other,
            format!("{host}: the answer has a content coding that was not asked for"),
        )),
        _ => Ok(()),
    }
}
