//! Heads of requests that would smuggle, and heads of answers that are too large, too slow or ambiguous.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::any;
use http::{HeaderName, HeaderValue, Method};
use signalbox_egress::{Egress, Failure, FailureKind, Policy, Request, Response, Rule};
use tokio::io::AsyncWriteExt;

use crate::support::{HOST, egress, get, policy, post, raw, read_head, serve};

/// An egress whose host answers each connection with `answer`, and closes it.
async fn answering(answer: impl Into<Vec<u8>>) -> Egress {
    let answer = answer.into();
    let (address, _) = raw(move |mut stream| {
        let answer = answer.clone();
        async move {
            read_head(&mut stream).await;
            // Whoever has read enough hangs up.
            let _ = stream.write_all(&answer).await;
        }
    })
    .await;
    egress(&[(HOST, address)])
}

async fn send(egress: &Egress, request: Request) -> Result<Response, Failure> {
    let request = Request { timeout: Some(Duration::from_secs(5)), ..request };
    egress.send(request, &policy(&[HOST])).await
}

async fn kind(answer: impl Into<Vec<u8>>) -> FailureKind {
    let failure = send(&answering(answer).await, get("/")).await.unwrap_err();
    assert!(failure.request_sent, "{failure:?}");
    failure.kind
}

/// Some headers that take `size` bytes, names and values together.
fn headers(size: usize) -> String {
    const ONE: usize = 1000;
    assert!(size.is_multiple_of(ONE));
    let lines: Vec<_> = (0..size / ONE).map(|n| format!("x-{n:06}: {}\r\n", "v".repeat(ONE - 8))).collect();
    lines.concat()
}

#[tokio::test]
async fn a_name_that_frames_or_routes_is_refused_however_often_and_wherever() {
    let (address, connections) = raw(|_| async {}).await;
    let egress = egress(&[(HOST, address)]);
    for (name, value) in [
        ("host", "evil.example"),
        ("host", HOST),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("connection", "close, x-secret"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("proxy-authorization", "Basic x"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAMAAABkAAQAAP__"),
        ("expect", "100-continue"),
        ("accept-encoding", "br"),
    ] {
        for request in [get("/"), post("/", "x")] {
            let mut request = request;
            request.headers.insert("x-before", HeaderValue::from_static("1"));
            request.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            request.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            let failure = send(&egress, request).await.unwrap_err();
            assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, false), "{name}: {failure:?}");
            assert!(failure.message.contains(name), "{failure}");
        }
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_header_value_can_end_its_line() {
    // The type holds: a caller that has text from a stranger gets no header out of these.
    for value in ["a\r\nx: y", "a\nx: y", "a\rx: y", "a\0", "\r\n\r\nGET / HTTP/1.1"] {
        assert!(HeaderValue::from_bytes(value.as_bytes()).is_err(), "{value:?}");
    }
    for name in ["x: y\r\nz", "x y", "x:", "", "x\0", "x\n", "\u{e9}"] {
        assert!(HeaderName::from_bytes(name.as_bytes()).is_err(), "{name:?}");
    }
}

#[tokio::test]
async fn each_header_arrives_once_and_on_one_line() {
    async fn lines(headers: HeaderMap) -> String {
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}={}", value.to_str().unwrap())).collect();
        lines.join("\n")
    }
    let egress = egress(&[(HOST, serve(Router::new().fallback(any(lines))).await)]);
    let mut request = post("/", "body");
    request.headers.insert("x-folded", HeaderValue::from_static("a\tb"));
    request.headers.append("x-twice", HeaderValue::from_static("1"));
    request.headers.append("x-twice", HeaderValue::from_static("2"));
    request.headers.insert("user-agent", HeaderValue::from_static("Shop/1"));
    let response = send(&egress, request).await.unwrap();
    let mut lines: Vec<_> = std::str::from_utf8(&response.body).unwrap().lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "accept-encoding=gzip",
            "accept=*/*",
            "content-length=4",
            "host=api.provider.example",
            "user-agent=Shop/1",
            "x-folded=a\tb",
            "x-twice=1",
            "x-twice=2",
        ]
    );
}

#[tokio::test]
async fn a_head_may_be_large_but_not_oversized() {
    let response = format!("HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\nok", headers(60_000));
    assert_eq!(&send(&answering(response).await, get("/")).await.unwrap().body[..], b"ok");

    let one_long = format!("HTTP/1.1 200 OK\r\nx: {}\r\ncontent-length: 2\r\n\r\nok", "v".repeat(65_536));
    assert_eq!(kind(one_long).await, FailureKind::TooLarge);
    let several = format!("HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\nok", headers(66_000));
    assert_eq!(kind(several).await, FailureKind::TooLarge);
    // More than is ever read of a head, and without an end.
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "v".repeat(1 << 20));
    assert_eq!(kind(endless).await, FailureKind::TooLarge);
}

#[tokio::test]
async fn a_head_may_have_many_lines_but_not_too_many() {
    let lines = |count: usize| -> String { (1..count).map(|n| format!("x-{n}: v\r\n")).collect::<Vec<_>>().concat() };
    let hundred = format!("HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\nok", lines(100));
    assert_eq!(send(&answering(hundred).await, get("/")).await.unwrap().headers.len(), 100);
    let more = format!("HTTP/1.1 200 OK\r\n{}content-length: 2\r\n\r\nok", lines(101));
    assert_eq!(kind(more).await, FailureKind::TooLarge);
}

#[tokio::test]
async fn a_head_that_drips_or_never_ends_meets_the_wall() {
    for (start, drop, pause) in [
        ("HTTP/1.1 200 ", "O", 5),
        ("HTTP/1.1 200 OK\r\nx: ", "y", 5),
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n", 5),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", 5),
        ("", "HTTP/1.1 100 Continue\r\n\r\n", 0),
    ] {
        let (address, _) = raw(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(start.as_bytes()).await.unwrap();
            while stream.write_all(drop.as_bytes()).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        })
        .await;
        let request = Request { timeout: Some(Duration::from_millis(200)), ..get("/?s3cr3t") };
        let failure = egress(&[(HOST, address)]).send(request, &policy(&[HOST])).await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.request_sent),
            (FailureKind::Timeout, true),
            "{start:?} {drop:?}: {failure:?}"
        );
        assert!(!failure.message.contains("s3cr3t"), "{failure}");
    }
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    let answer = format!("{interim}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let response = send(&answering(answer).await, get("/")).await.unwrap();
    assert_eq!((response.status.as_u16(), &response.body[..]), (200, &b"ok"[..]));
    assert!(!response.headers.contains_key("link"));
}

#[tokio::test]
async fn nobody_switches_to_another_protocol() {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    assert_eq!(kind(switch).await, FailureKind::Other);
}

#[tokio::test]
async fn a_length_that_can_be_read_in_two_ways_is_no_http() {
    for headers in [
        "content-length: 2\r\ncontent-length: 3",
        "content-length: 2, 3",
        "content-length: +2",
        "content-length: -2",
        "content-length: 0x2",
        "content-length: 2 2",
        "content-length: two",
        "content-length: 99999999999999999999999",
        "content-length: ",
        "content-length : 2",
        " content-length: 2",
        "content-length",
        "x: y\r\n z: folded",
        "x\0: y",
        "x: \0",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\nok");
        assert_eq!(kind(answer).await, FailureKind::Other, "{headers:?}");
    }
}

#[tokio::test]
async fn a_transfer_coding_that_nobody_asked_for_is_refused() {
    for coding in [
        "gzip, chunked",
        "chunked, gzip",
        "gzip",
        "identity",
        "chunked, chunked",
        "xchunked",
        "chunked\r\ntransfer-encoding: chunked",
        "gzip\r\ntransfer-encoding: chunked",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        assert_eq!(kind(answer).await, FailureKind::Other, "{coding:?}");
    }
    for coding in ["chunked", "Chunked", "CHUNKED"] {
        let answer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        assert_eq!(&send(&answering(answer).await, get("/")).await.unwrap().body[..], b"ok");
    }
}

#[tokio::test]
async fn an_answer_nobody_asked_for_answers_nobody() {
    // The second answer comes with the first; the third request must not get it.
    let (address, connections) = raw(|mut stream| async move {
        for _ in 0..2 {
            if read_head(&mut stream).await.is_empty() {
                return;
            }
            let right = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nright";
            let wrong = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong";
            let _ = stream.write_all(format!("{right}{wrong}").as_bytes()).await;
        }
    })
    .await;
    let egress = egress(&[(HOST, address)]);
    for _ in 0..5 {
        assert_eq!(&send(&egress, get("/")).await.unwrap().body[..], b"right");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 5, "such a connection is not used again");
}

#[tokio::test]
async fn answers_that_have_no_body_wait_for_none() {
    let policy = Policy::new([Rule::new(HOST, [Method::GET, Method::HEAD]).unwrap()]);
    for (method, answer) in [
        (Method::HEAD, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"),
        (Method::HEAD, "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 100\r\n\r\n"),
        (Method::GET, "HTTP/1.1 204 No Content\r\ncontent-length: 100\r\n\r\n"),
        (Method::GET, "HTTP/1.1 304 Not Modified\r\ncontent-encoding: gzip\r\n\r\n"),
    ] {
        let request = Request::new(method.clone(), format!("https://{HOST}/"));
        let response = answering(answer).await.send(request, &policy).await;
        assert!(response.unwrap_or_else(|failure| panic!("{answer}: {failure}")).body.is_empty());
    }
}

#[tokio::test]
async fn cookies_are_kept_for_nobody() {
    async fn cookie(headers: HeaderMap) -> ([(&'static str, &'static str); 1], &'static str) {
        let answer = if headers.contains_key("cookie") { "sent" } else { "none" };
        ([("set-cookie", "session=1; Path=/")], answer)
    }
    let egress = egress(&[(HOST, serve(Router::new().fallback(any(cookie))).await)]);
    for _ in 0..3 {
        assert_eq!(&send(&egress, get("/")).await.unwrap().body[..], b"none");
    }
}
