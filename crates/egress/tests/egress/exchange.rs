//! What comes back, and what is said when nothing usable does.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::any;
use flate2::Compression;
use flate2::write::GzEncoder;
use signalbox_egress::{Config, Egress, Exception, Failure, FailureKind, OperatorPolicy, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{HOST, Names, answer_with, egress, get, nobody, policy, post, raw, read_head, serve};

async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let mut text = format!("{method} {uri}\n");
    for (name, value) in &headers {
        writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
    }
    text += &String::from_utf8_lossy(&body);
    (StatusCode::IM_A_TEAPOT, text)
}

async fn failure(egress: &Egress, request: Request) -> Failure {
    let failure = egress.send(request, &policy(&[HOST])).await.unwrap_err();
    assert!(!failure.message.contains("secret"), "{failure}");
    failure
}

fn assert_failure(failure: &Failure, kind: FailureKind, request_sent: bool) {
    assert_eq!((failure.kind, failure.request_sent), (kind, request_sent), "{failure:?}");
}

#[tokio::test]
async fn a_request_arrives_as_it_was_meant() {
    let address = serve(Router::new().fallback(any(echo))).await;
    let egress = egress(&[(HOST, address)]);
    let mut request = post("/v25.0/1/messages?a=b%20c", r#"{"x":1}"#);
    request.headers.insert("content-type", "application/json".parse().unwrap());
    let response = egress.send(request, &policy(&[HOST])).await.unwrap();
    assert_eq!(response.status, StatusCode::IM_A_TEAPOT);
    let text = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(text.starts_with("POST /v25.0/1/messages?a=b%20c\n"), "{text}");
    assert!(text.contains(&format!("host: {HOST}\n")), "{text}");
    assert!(text.contains("content-length: 7\n"), "{text}");
    assert!(text.contains("content-type: application/json\n"), "{text}");
    assert!(text.contains("user-agent: Signalbox/"), "{text}");
    assert!(text.contains("accept-encoding: gzip\n"), "{text}");
    assert!(text.ends_with("{\"x\":1}"), "{text}");
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let address = serve(Router::new().fallback(any(echo))).await;
    let response = egress(&[(HOST, address)]).send(post("/", ""), &policy(&[HOST])).await.unwrap();
    let text = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(text.contains("content-length: 0\n"), "{text}");
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    let (address, connections) = raw(|mut stream| async move {
        while !read_head(&mut stream).await.is_empty() {
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let egress = egress(&[(HOST, address)]);
    for _ in 0..5 {
        egress.send(get("/"), &policy(&[HOST])).await.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_listens() {
    let egress = egress(&[(HOST, nobody().await)]);
    let failure = failure(&egress, post("/secret?secret", "x")).await;
    assert_failure(&failure, FailureKind::Connect, false);
    assert!(failure.message.contains("refused"), "{failure}");
}

#[tokio::test]
async fn dropped_before_reading_is_sent_or_not_as_the_race_went() {
    let (address, connections) = raw(|_| async {}).await;
    let egress = egress(&[(HOST, address)]);
    for attempt in 1..=50 {
        let failure = failure(&egress, post("/", "x")).await;
        let seen = (failure.kind, failure.request_sent);
        let unsent = (FailureKind::Connect, false);
        let unknown = (FailureKind::Interrupted, true);
        assert!(seen == unsent || seen == unknown, "{failure:?}");
        let connections = connections.load(Ordering::SeqCst);
        assert_eq!(connections, attempt, "nothing is retried");
    }
}

#[tokio::test]
async fn dropped_after_receiving_counts_as_sent() {
    let (address, connections) = raw(|mut stream| async move {
        read_head(&mut stream).await;
    })
    .await;
    let egress = egress(&[(HOST, address)]);
    for request in [get("/secret"), post("/", "")] {
        assert_failure(&failure(&egress, request).await, FailureKind::Interrupted, true);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2, "nothing is retried");
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_a_request_is_not_tried_again() {
    let (address, connections) = raw(|mut stream| async move {
        read_head(&mut stream).await;
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        read_head(&mut stream).await;
    })
    .await;
    let egress = egress(&[(HOST, address)]);
    egress.send(get("/"), &policy(&[HOST])).await.unwrap();
    let failure = failure(&egress, post("/", "")).await;
    assert_failure(&failure, FailureKind::Interrupted, true);
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn dropped_in_the_middle_of_the_answer() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-len",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 100\r\n\r\n\x1f",
    ] {
        let (address, _) = raw(move |stream| answer_with(stream, answer)).await;
        let failure = failure(&egress(&[(HOST, address)]), get("/")).await;
        assert_failure(&failure, FailureKind::Interrupted, true);
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_left_after_the_timeout() {
    let (silent, _) = raw(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let (stalled, _) = raw(|mut stream| async move {
        read_head(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab";
        stream.write_all(head.as_bytes()).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let (dripping, _) = raw(|mut stream| async move {
        read_head(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    for address in [silent, stalled, dripping] {
        for request in [get("/?secret"), post("/", ""), post("/", "secret")] {
            let request = Request { timeout: Some(Duration::from_millis(100)), ..request };
            let failure = failure(&egress(&[(HOST, address)]), request).await;
            assert_failure(&failure, FailureKind::Timeout, true);
        }
    }
}

#[tokio::test]
async fn time_lost_before_a_connection_stands_sends_nothing() {
    // A name server that never answers, and a server that never finishes the TLS handshake.
    let (silent, _) = raw(|mut stream| async move { while stream.read_u8().await.is_ok() {} }).await;
    let host = format!("{HOST}:{}", silent.port());
    for answer in [None, Some(&["127.0.0.1"][..])] {
        let with = |connect_timeout| {
            let exception = Exception { host: HOST.to_owned(), network: "127.0.0.0/8".parse().unwrap() };
            let config = Config {
                connect_timeout,
                operator: OperatorPolicy { exceptions: vec![exception], ..OperatorPolicy::default() },
                ..Config::default()
            };
            Egress::with_resolver(config, Names::new(&[answer])).unwrap()
        };
        let request = Request {
            body: "x".into(),
            timeout: Some(Duration::from_millis(100)),
            ..Request::new(Method::POST, format!("https://{host}/"))
        };
        for (connect_timeout, kind) in [(50, FailureKind::Connect), (5000, FailureKind::Timeout)] {
            let failure = with(Duration::from_millis(connect_timeout))
                .send(request.clone(), &policy(&[&host]))
                .await
                .unwrap_err();
            assert_failure(&failure, kind, false);
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    for answer in ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "\0\0\0\0\0\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"] {
        let (address, _) = raw(move |stream| answer_with(stream, answer)).await;
        let failure = failure(&egress(&[(HOST, address)]), get("/")).await;
        assert_failure(&failure, FailureKind::Other, true);
    }
}

#[tokio::test]
async fn answers_over_the_limit_are_not_read_to_the_end() {
    // Announced, chunked without an end, and delimited by the end of a stream that never ends.
    for head in ["content-length: 1001", "transfer-encoding: chunked", "x-endless: yes"] {
        let (address, _) = raw(move |mut stream| async move {
            read_head(&mut stream).await;
            let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            while stream.write_all(b"10\r\n0123456789abcdef\r\n").await.is_ok() {}
        })
        .await;
        let request = Request { max_response: Some(1000), ..get("/") };
        let failure = failure(&egress(&[(HOST, address)]), request).await;
        assert_failure(&failure, FailureKind::TooLarge, true);
    }
}

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_fine() {
    let body = "x".repeat(1000);
    let router = Router::new().fallback(any(move || async move { body }));
    let request = Request { max_response: Some(1000), ..get("/") };
    let response = egress(&[(HOST, serve(router).await)]).send(request, &policy(&[HOST])).await.unwrap();
    assert_eq!(response.body.len(), 1000);
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

async fn coded(coding: &'static str, body: Vec<u8>) -> Egress {
    let router = Router::new().fallback(any(move || async move { ([("content-encoding", coding)], body) }));
    egress(&[(HOST, serve(router).await)])
}

#[tokio::test]
async fn compressed_answers_are_undone() {
    let egress = coded("gzip", gzip(b"plain words")).await;
    let response = egress.send(get("/"), &policy(&[HOST])).await.unwrap();
    assert_eq!(&response.body[..], b"plain words");
    assert!(!response.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_compression_bomb_bursts_at_the_limit() {
    let bomb = gzip(&vec![0; 20 << 20]);
    assert!(bomb.len() < 100_000, "small on the wire");
    let failure = failure(&coded("gzip", bomb).await, get("/")).await;
    assert_failure(&failure, FailureKind::TooLarge, true);
}

#[tokio::test]
async fn codings_that_were_not_asked_for_are_refused() {
    for (coding, body) in [
        ("br", b"\x0b\x02\x80hello\x03".to_vec()),
        ("gzip, gzip", gzip(&gzip(b"twice"))),
        ("gzip", b"not compressed at all".to_vec()),
    ] {
        let failure = failure(&coded(coding, body).await, get("/")).await;
        assert_failure(&failure, FailureKind::Other, true);
    }
}

#[tokio::test]
async fn a_request_body_over_the_limit_is_not_sent() {
    let (address, connections) = raw(|mut stream| async move {
        stream.read_u8().await.unwrap();
    })
    .await;
    let request = Request { body: vec![0; (8 << 20) + 1].into(), ..post("/", "") };
    let failure = failure(&egress(&[(HOST, address)]), request).await;
    assert_failure(&failure, FailureKind::TooLarge, false);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}
