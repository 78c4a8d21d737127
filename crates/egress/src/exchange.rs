//! One request on the wire and its answer, bounded in size, with an honest record of whether the
//! request left.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use http_body::{Body, Frame, SizeHint};

use crate::coding::{self, Coding, Decoder, Unusable};
use crate::failure::{Cause, FailureKind};
use crate::target::Target;

/// Largest head of an answer, in bytes of its names and values. A body has a limit of its own.
const MAX_HEAD: usize = 64 << 10;

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
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding::ACCEPTED));
    if body.is_empty() && [Method::POST, Method::PUT, Method::PATCH].contains(method) {
        // Methods that expect content should say that there is none (RFC 9110, section 8.6).
        let none = HeaderValue::from_static("0");
        request.headers_mut().insert(header::CONTENT_LENGTH, none);
    }
    *request.body_mut() = Some(reqwest::Body::wrap(MarkedBody {
        data: Some(body.clone()).filter(|body| !body.is_empty()),
        sent: sent.clone(),
    }));
    let response = client.execute(request).await.map_err(|error| {
        let cause = Cause::from_client(&target.host, &error);
        if cause.kind == FailureKind::Interrupted && !sent.get() {
            // A connection that ended before it took anything is as good as none.
            let message = format!("{}: the connection ended at once", target.host);
            return Cause::new(FailureKind::Connect, message);
        }
        cause
    })?;
    check_head(&target.host, &response)?;
    Ok(response)
}

/// Refuses a head that says more than was asked for: nothing here could make use of it, and a
/// transfer coding that nobody undoes would go around the redaction.
fn check_head(host: &str, response: &reqwest::Response) -> Result<(), Cause> {
    if response.status().is_informational() {
        return Err(Cause::new(FailureKind::Other, format!("{host}: the answer switches to another protocol")));
    }
    let headers = response.headers();
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEAD {
        let message = format!("{host}: the head of the answer is larger than {MAX_HEAD} bytes");
        return Err(Cause::new(FailureKind::TooLarge, message));
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let is_chunked = codings.next().is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !is_chunked || codings.next().is_some() {
        let why = "the answer has a transfer coding that was not asked for";
        return Err(Cause::new(FailureKind::Other, format!("{host}: {why}")));
    }
    Ok(())
}

/// Reads the body of an answer, at most `limit` bytes after decompression.
pub(crate) async fn read_body(
    host: &str,
    mut response: reqwest::Response,
    coding: Coding,
    limit: usize,
) -> Result<Bytes, Cause> {
    let unusable = |why| match why {
        Unusable::TooLarge => Cause::too_large(host, limit),
        Unusable::Corrupt => Cause::new(FailureKind::Other, format!("{host}: the answer cannot be decompressed")),
    };
    if response.content_length().unwrap_or(0) > limit as u64 {
        return Err(Cause::too_large(host, limit));
    }
    let mut body = Decoder::new(coding, limit);
    let mut received = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| Cause::from_client(host, &error))? {
        // What arrives is bounded too: a coded body can go on for ever without giving a byte.
        received += chunk.len();
        if received > limit {
            return Err(Cause::too_large(host, limit));
        }
        body.push(&chunk).map_err(unusable)?;
    }
    // An answer without a body, as to HEAD, may name the coding that a body would have had.
    if received == 0 { Ok(Bytes::new()) } else { body.finish().map_err(unusable) }
}
