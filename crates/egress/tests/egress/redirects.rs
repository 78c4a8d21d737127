//! Redirects go through every gate again, and take nothing of the caller's with them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::any;
use signalbox_egress::{Egress, Failure, FailureKind, Policy, Request, Response, Rule};

use crate::support::{HOST, egress, get, policy, post, serve};

const OTHER: &str = "other.example";

/// `METHOD path; authorization; body` of each request, in order.
type Seen = Arc<Mutex<Vec<String>>>;

/// `/to/{status}?{location}` redirects there; anything else answers 200.
async fn redirector() -> (Egress, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let host = headers["host"].to_str().unwrap();
        let authorization = headers.get("authorization").map(|it| it.to_str().unwrap());
        log.lock().unwrap().push(format!(
            "{method} {host}{}; {}; {}",
            uri.path(),
            authorization.unwrap_or("-"),
            String::from_utf8_lossy(&body)
        ));
        match uri.path().strip_prefix("/to/") {
            Some(status) => {
                (StatusCode::from_bytes(status.as_bytes()).unwrap(), [("location", uri.query().unwrap().to_owned())])
            }
            None => (StatusCode::OK, [("location", "/ignored".to_owned())]),
        }
    };
    let address = serve(Router::new().fallback(any(handler))).await;
    (egress(&[(HOST, address), (OTHER, address)]), seen)
}

fn following(mut request: Request) -> Request {
    request.follow_redirects = true;
    request.headers.insert("authorization", "Bearer token".parse().unwrap());
    request
}

async fn send(egress: &Egress, request: Request) -> Result<Response, Failure> {
    egress.send(request, &policy(&[HOST, OTHER])).await
}

fn take(seen: &Seen) -> Vec<String> {
    std::mem::take(&mut seen.lock().unwrap())
}

#[tokio::test]
async fn a_redirect_is_an_answer_unless_following_was_asked_for() {
    let (egress, seen) = redirector().await;
    let response = send(&egress, get("/to/302?/next")).await.unwrap();
    assert_eq!(response.status, StatusCode::FOUND);
    assert_eq!(response.headers["location"], "/next");
    assert_eq!(take(&seen).len(), 1);
}

#[tokio::test]
async fn within_an_origin_headers_stay_and_methods_follow_the_standard() {
    let (egress, seen) = redirector().await;
    for (status, second) in [
        (301, "GET api.provider.example/next; Bearer token; "),
        (302, "GET api.provider.example/next; Bearer token; "),
        (303, "GET api.provider.example/next; Bearer token; "),
        (307, "POST api.provider.example/next; Bearer token; body"),
        (308, "POST api.provider.example/next; Bearer token; body"),
    ] {
        let request = following(post(&format!("/to/{status}?/next"), "body"));
        let response = send(&egress, request).await.unwrap();
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(take(&seen)[1], second, "{status}");
    }
}

#[tokio::test]
async fn another_origin_gets_nothing_of_the_caller() {
    let (egress, seen) = redirector().await;
    let request = following(post(&format!("/to/303?https://{OTHER}/next"), "body"));
    send(&egress, request).await.unwrap();
    assert_eq!(take(&seen)[1], "GET other.example/next; -; ");

    let request = following(post(&format!("/to/307?https://{OTHER}/next"), "body"));
    let failure = send(&egress, request).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.request_sent, "the first hop was sent");
    assert_eq!(take(&seen).len(), 1);
}

#[tokio::test]
async fn headers_do_not_come_back_on_the_way_home() {
    let (egress, seen) = redirector().await;
    let there_and_back = format!("/to/302?https://{OTHER}/to/302?https://{HOST}/home");
    send(&egress, following(get(&there_and_back))).await.unwrap();
    assert_eq!(
        take(&seen),
        [
            "GET api.provider.example/to/302; Bearer token; ",
            "GET other.example/to/302; -; ",
            "GET api.provider.example/home; -; ",
        ]
    );
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_fourth() {
    let (egress, seen) = redirector().await;
    let chain = |length: usize| format!("{}/end", "/to/302?".repeat(length));
    send(&egress, following(get(&chain(3)))).await.unwrap();
    assert_eq!(take(&seen).len(), 4);

    let failure = send(&egress, following(get(&chain(4)))).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Other);
    assert!(failure.request_sent);
    assert_eq!(take(&seen).len(), 4);
}

#[tokio::test]
async fn each_hop_is_checked_like_the_first() {
    let (egress, seen) = redirector().await;
    let policy = Policy::new([
        Rule::new(HOST, [Method::GET, Method::POST]).unwrap(),
        Rule::new(OTHER, [Method::POST]).unwrap(),
        Rule::new("169.254.169.254", [Method::GET]).unwrap(),
    ]);
    for location in [
        "https://169.254.169.254/latest/meta-data?secret",
        "http://169.254.169.254/latest/meta-data",
        &format!("http://{HOST}/plain"),
        &format!("https://user:secret@{HOST}/"),
        &format!("https://{HOST}:8443/"),
        &format!("https://{OTHER}/"),
        "https://unlisted.example/",
        "//unlisted.example/",
        "file:///etc/passwd",
        "https://",
    ] {
        let request = following(get(&format!("/to/302?{location}")));
        let failure = egress.send(request, &policy).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{location}: {failure:?}");
        assert!(failure.request_sent, "{location}");
        assert!(!failure.message.contains("secret"), "{failure}");
        assert_eq!(take(&seen).len(), 1, "{location}");
    }
}
