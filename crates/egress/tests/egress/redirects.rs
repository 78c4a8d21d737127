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

#[tokio::test]
async fn a_loop_ends_with_the_third_redirect() {
    let (egress, seen) = redirector().await;
    // `/to/302?` without a target is an empty reference: the same document again.
    for path in ["/to/302?", "/to/307?", "/to/302?/to/302?/to/302?/to/302?/to/302?"] {
        let failure = send(&egress, following(get(path))).await.unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Other, true), "{path}: {failure:?}");
        assert!(failure.message.contains("redirects"), "{failure}");
        assert_eq!(take(&seen).len(), 4, "{path}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_spelling_of_a_location() {
    let (egress, seen) = redirector().await;
    let hosts = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:7f00:1]", "[64:ff9b::a9fe:a9fe]"];
    let rules = hosts.iter().chain(&[HOST]).map(|host| Rule::new(host, [Method::GET]).unwrap());
    let policy = Policy::new(rules);
    for location in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://10.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0xa9fea9fe/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::169.254.169.254]/",
        "//127.0.0.1/",
        r"\\127.0.0.1\",
        r"/\127.0.0.1/",
    ] {
        let failure = egress.send(following(get(&format!("/to/302?{location}"))), &policy).await.unwrap_err();
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, true), "{location}: {failure:?}");
        assert!(failure.message.contains("not public"), "{location}: {failure}");
        assert_eq!(take(&seen).len(), 1, "{location}");
    }
}

#[tokio::test]
async fn no_header_of_the_caller_crosses_to_another_origin() {
    let (egress, seen) = headers_seen().await;
    let credentials = ["authorization", "cookie", "x-api-key", "x-shopify-access-token", "referer", "content-type"];
    let with_all = |path: &str| {
        let mut request = following(get(path));
        for name in credentials {
            request.headers.insert(name, "s3cr3t".parse().unwrap());
        }
        request
    };
    send(&egress, with_all("/to?/next")).await.unwrap();
    let kept = take(&seen).pop().unwrap();
    assert!(credentials.iter().all(|name| kept.contains(&format!("{name}: s3cr3t"))), "{kept}");

    send(&egress, with_all(&format!("/to?https://{OTHER}/next"))).await.unwrap();
    let crossed = take(&seen).pop().unwrap();
    assert!(crossed.contains(&format!("host: {OTHER}")), "{crossed}");
    assert!(!crossed.contains("s3cr3t"), "{crossed}");
    assert!(credentials.iter().all(|name| !crossed.contains(name)), "{crossed}");
    assert!(!crossed.contains(HOST), "not even where it came from: {crossed}");
}

/// `/to?{location}` redirects there; anything else answers 200. Sees all headers of each request.
async fn headers_seen() -> (Egress, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let handler = move |uri: Uri, headers: HeaderMap| async move {
        let lines: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        log.lock().unwrap().push(lines.join("\n"));
        let status = if uri.path() == "/to" { StatusCode::FOUND } else { StatusCode::OK };
        (status, [("location", uri.query().unwrap_or_default().to_owned()), ("set-cookie", "a=b".to_owned())])
    };
    let address = serve(Router::new().fallback(any(handler))).await;
    (egress(&[(HOST, address), (OTHER, address)]), seen)
}

#[tokio::test]
async fn references_are_resolved_against_the_hop_they_came_from() {
    let (egress, seen) = redirector().await;
    for (location, second) in [
        ("200?x", format!("GET {HOST}/to/200")),
        ("./200?x", format!("GET {HOST}/to/200")),
        ("../next", format!("GET {HOST}/next")),
        ("../../../next", format!("GET {HOST}/next")),
        ("/next", format!("GET {HOST}/next")),
        ("//other.example/next", format!("GET {OTHER}/next")),
        (r"\\other.example\next", format!("GET {OTHER}/next")),
        (r"/\other.example/next", format!("GET {OTHER}/next")),
        ("https:200?x", format!("GET {HOST}/to/200")),
        ("HTTPS://Other.Example/next", format!("GET {OTHER}/next")),
        ("https://other.example:443/next", format!("GET {OTHER}/next")),
        ("https://other.example/a/../next", format!("GET {OTHER}/next")),
    ] {
        send(&egress, following(get(&format!("/to/302?{location}")))).await.unwrap();
        let requests = take(&seen);
        assert_eq!(requests[1].split(';').next().unwrap(), second, "{location}");
    }
}

#[tokio::test]
async fn where_a_redirect_may_not_lead_by_name_port_or_user() {
    let (egress, seen) = redirector().await;
    for location in [
        "https://api.provider.example./next",
        "https://api.provider.example:8443/next",
        "https://api.provider.example:80/next",
        "https://user@other.example/next",
        "https://user:s3cr3t@other.example/next",
        "https://other.example@evil.example/next",
        "https://other.example.evil.example/next",
        "https://\u{43e}ther.example/next",
        "https://xn--ther-7dd.example/next",
        "https://localhost/next",
        "http://other.example/next",
        "HTTP://other.example/next",
        "ws://other.example/next",
        "file:///etc/passwd",
        "data:text/plain,next",
        "javascript:next",
        "about:blank",
        "https://[::1",
        "https://:443/",
        "https:///",
    ] {
        let failure = send(&egress, following(get(&format!("/to/302?{location}")))).await.expect_err(location);
        assert_eq!((failure.kind, failure.request_sent), (FailureKind::Denied, true), "{location}: {failure:?}");
        assert!(!failure.message.contains("s3cr3t"), "{failure}");
        assert_eq!(take(&seen).len(), 1, "{location}");
    }
}

#[tokio::test]
async fn a_method_the_rule_does_not_list_is_refused_at_the_second_hop_too() {
    let (egress, seen) = redirector().await;
    let policy =
        Policy::new([Rule::new(HOST, [Method::GET, Method::POST]).unwrap(), Rule::new(OTHER, [Method::POST]).unwrap()]);
    // 303 turns the POST into a GET, which the other host does not take.
    let request = following(post(&format!("/to/303?https://{OTHER}/next"), "body"));
    let failure = egress.send(request, &policy).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
    assert_eq!(take(&seen).len(), 1);
    // Without a body, 307 keeps the POST, and it may go.
    let request = following(post(&format!("/to/307?https://{OTHER}/next"), ""));
    egress.send(request, &policy).await.unwrap();
    assert_eq!(take(&seen)[1], "POST other.example/next; -; ");
}

#[tokio::test]
async fn other_statuses_and_answers_without_a_location_are_answers() {
    let (redirecting, seen) = redirector().await;
    for status in ["300", "304", "305", "306", "200", "201", "404"] {
        let response = send(&redirecting, following(get(&format!("/to/{status}?/next")))).await.unwrap();
        assert_eq!(response.status.as_str(), status);
        assert_eq!(take(&seen).len(), 1, "{status}");
    }
    let nowhere = || async { StatusCode::FOUND };
    let address = serve(Router::new().fallback(any(nowhere))).await;
    let nowhere = egress(&[(HOST, address)]);
    assert_eq!(send(&nowhere, following(get("/"))).await.unwrap().status, StatusCode::FOUND);
}

#[tokio::test]
async fn of_several_locations_the_first_counts() {
    let handler = |uri: Uri| async move {
        let status = if uri.path() == "/" { StatusCode::FOUND } else { StatusCode::OK };
        let locations = axum::response::AppendHeaders([("location", "/first"), ("location", "https://evil.example/")]);
        (status, locations, uri.path().to_owned())
    };
    let address = serve(Router::new().fallback(any(handler))).await;
    let response = send(&egress(&[(HOST, address)]), following(get("/"))).await.unwrap();
    assert_eq!(&response.body[..], b"/first");
}
