//! A provider that was given the secret and sends it back in every way it knows.

use std::convert::Infallible;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use flate2::Compression;
use flate2::write::GzEncoder;
use signalbox_plugin_host::Limits;
use tokio::net::TcpListener;

use crate::canary::{
    CANARY, Transform, all_percent, base64, base64_url, eager_json, form, hex, json, percent, upper_hex,
};
use crate::guest::TestHost;

/// What an answer says besides the secret, so that a test knows it was seen.
pub const MARKER: &str = "marker-of-the-echo";

/// Ways to write a secret, by the first segment of the path.
pub const WAYS: [(&str, Transform); 26] = [
    ("exact", |it| it.to_owned()),
    ("percent", percent),
    ("all-percent", all_percent),
    ("form", form),
    ("json", json),
    ("eager-json", eager_json),
    ("hex", hex),
    ("upper-hex", upper_hex),
    ("base64", base64),
    ("base64-after-one", |it| base64(&format!("u{it}"))),
    ("base64-after-two", |it| base64(&format!("u:{it}:more"))),
    ("base64-url", base64_url),
    ("percent-twice", |it| percent(&percent(it))),
    ("json-twice", |it| json(&json(it))),
    ("eager-json-twice", |it| eager_json(&eager_json(it))),
    ("hex-twice", |it| hex(&hex(it))),
    ("base64-twice", |it| base64(&base64(it))),
    ("base64-twice-shifted", |it| base64(&format!("x{}", base64(&format!("yz{it}"))))),
    ("json-in-percent", |it| percent(&json(it))),
    ("percent-in-json", |it| json(&percent(it))),
    ("base64-in-percent", |it| percent(&base64(it))),
    ("base64-in-json", |it| eager_json(&base64(it))),
    ("hex-in-base64", |it| base64(&hex(it))),
    ("base64-in-hex", |it| hex(&base64(it))),
    ("json-in-base64", |it| base64(&json(it))),
    ("eager-json-in-percent-twice", |it| percent(&percent(&eager_json(it)))),
];

/// What arrived.
#[derive(Clone, Default)]
pub struct Arrivals {
    pub requests: Arc<AtomicUsize>,
    /// Requests that brought the secret.
    pub secrets: Arc<AtomicUsize>,
    remembered: Arc<Mutex<Option<String>>>,
}

impl Arrivals {
    pub fn take(&self) -> (usize, usize) {
        (self.requests.swap(0, Ordering::SeqCst), self.secrets.swap(0, Ordering::SeqCst))
    }
}

/// A host whose providers all echo.
pub async fn echoing(limits: Limits) -> (TestHost, Arrivals) {
    let arrivals = Arrivals::default();
    let router = Router::new().fallback(any(echo)).with_state(arrivals.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let hosts = ["api.provider.example", "other.provider.example", "kettle.shops.example", "unlisted.example"];
    let sandbox = hosts.map(|host| egress::Mapping { host: host.to_owned(), to: address }).into();
    (TestHost::with(limits, 2, egress::Config { sandbox, ..egress::Config::default() }), arrivals)
}

async fn echo(State(arrivals): State<Arrivals>, request: Request) -> Response {
    arrivals.requests.fetch_add(1, Ordering::SeqCst);
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let brought = secret_in(&head.uri, &head.headers, &body);
    if brought.is_some() {
        arrivals.secrets.fetch_add(1, Ordering::SeqCst);
    }
    let mut remembered = arrivals.remembered.lock().unwrap();
    let secret = brought.or_else(|| remembered.clone()).unwrap_or_default();
    *remembered = Some(secret.clone());
    answer(head.uri.path().split('/').nth(1).unwrap_or_default(), &secret)
}

/// The secret, at any of the places where a manifest may put it.
fn secret_in(uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Option<String> {
    let in_header = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let in_query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "key")
        .map(|(_, value)| value.into_owned());
    let in_path = uri.path().split("/bot").nth(1).map(|rest| {
        let segment = rest.split('/').next().unwrap_or_default();
        percent_decoded(segment)
    });
    let in_body = serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .and_then(|json| json.pointer("/auth/token")?.as_str().map(str::to_owned));
    let found = in_header.map(str::to_owned).into_iter().chain(in_query).chain(in_path).chain(in_body);
    found.into_iter().find(|found| found == CANARY)
}

fn percent_decoded(segment: &str) -> String {
    // In a form `+` is a space and `&` an end, which they are not in a path.
    let pair = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
}

fn answer(way: &str, secret: &str) -> Response {
    match way {
        "nothing" => MARKER.into_response(),
        "long" => "x".repeat(1 << 20).into_response(),
        "status" => (StatusCode::UNAUTHORIZED, format!("{MARKER}: {secret} is not valid")).into_response(),
        "redirect" => {
            let location =
                format!("https://other.provider.example/exact?leak={}&key={}", percent(secret), percent(secret));
            (StatusCode::TEMPORARY_REDIRECT, [("location", location)], MARKER).into_response()
        }
        "name" => {
            let name = HeaderName::from_bytes(hex(secret).as_bytes()).unwrap();
            let mut response = MARKER.into_response();
            response.headers_mut().insert(name, HeaderValue::from_static("1"));
            response
        }
        "chunks" => {
            let text = format!("{MARKER} {secret} {} {MARKER}", base64(secret));
            let chunks: Vec<_> = text.bytes().map(|byte| Ok::<_, Infallible>(Bytes::from(vec![byte]))).collect();
            Body::from_stream(futures::stream::iter(chunks)).into_response()
        }
        "gzip" => ([("content-encoding", "gzip")], gzip(&text(secret))).into_response(),
        "gzip-twice" => ([("content-encoding", "gzip, gzip")], gzip(&gzip(&text(secret)))).into_response(),
        "brotli" => ([("content-encoding", "br")], text(secret)).into_response(),
        way => {
            let (_, write) = WAYS.iter().find(|(name, _)| *name == way).unwrap_or(&WAYS[0]);
            let written = write(secret);
            let mut response = format!("{MARKER} {written} {MARKER}").into_response();
            if let Ok(value) = HeaderValue::try_from(format!("x {written}")) {
                response.headers_mut().insert("x-echo", value);
            }
            response
        }
    }
}

fn text(secret: &str) -> Vec<u8> {
    format!("{MARKER} {secret} {}", hex(secret)).into_bytes()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}
