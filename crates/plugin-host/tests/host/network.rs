//! What a plugin can reach over HTTP, and that no secret ever reaches the plugin.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use plugin_sdk::InboundRequest;
use signalbox_plugin_host::{CallContext, CallError, CallSecrets, Cause, Limits, Plugin};
use tokio::net::TcpListener;

use crate::guest::{TestHost, action, context, fetching, parsing_with_http};

const API: &str = "https://api.provider.example";
const TOKEN: &str = "EAAG/tok+en\"1234567890";

/// Says what it was sent, as a JSON string.
async fn echo(request: Request) -> String {
    let headers = request.headers();
    let header = |name: &str| headers.get(name).map_or("-", |it| it.to_str().unwrap());
    json!({
        "host": header("host"),
        "uri": request.uri().to_string(),
        "authorization": header("authorization"),
    })
    .to_string()
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn sandbox(address: SocketAddr) -> egress::Config {
    let hosts = [
        "api.provider.example",
        "other.provider.example",
        "post.provider.example",
        "kettle.shops.example",
        "pan.shops.example",
        "unlisted.example",
    ];
    egress::Config {
        sandbox: hosts.iter().map(|host| egress::Mapping { host: (*host).to_owned(), to: address }).collect(),
        ..egress::Config::default()
    }
}

pub async fn host(router: Router, limits: Limits) -> TestHost {
    TestHost::with(limits, 2, sandbox(serve(router).await))
}

fn with_secrets() -> CallContext {
    let secrets =
        ["token", "path_token", "shop_key", "stranger"].map(|name| (name.to_owned(), TOKEN.to_owned().into()));
    CallContext { secrets: CallSecrets::new(BTreeMap::from(secrets)), ..context() }
}

async fn fetch(plugin: &Plugin, secret: &str, url: &str) -> Result<Value, CallError> {
    plugin.invoke(&with_secrets(), action(secret, json!(url))).await
}

/// The guest passes a failure's message on as its own error.
fn failure(result: Result<Value, CallError>) -> (String, bool) {
    let error = result.unwrap_err();
    match error.cause {
        Cause::Plugin(cause) => (cause.message, error.request_sent),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_listed_host_is_reached() {
    let host = host(Router::new().fallback(get(echo)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    let echoed = fetch(&plugin, "none", &format!("{API}/v1?x=y")).await.unwrap();
    assert_eq!(echoed["host"], "api.provider.example");
    assert_eq!(echoed["uri"], "/v1?x=y");
    assert_eq!(echoed["authorization"], "-");
}

#[tokio::test]
async fn what_the_manifest_does_not_list_is_denied() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let count = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        "{}"
    };
    let host = host(Router::new().fallback(get(count)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    for url in [
        "https://unlisted.example/",
        // Listed for POST only.
        "https://post.provider.example/",
        // Another shop than the settings name.
        "https://pan.shops.example/",
        "http://api.provider.example/",
        "https://api.provider.example:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/",
        "no url",
    ] {
        let (message, sent) = failure(fetch(&plugin, "none", url).await);
        assert!(!sent, "{url}: {message}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn parse_has_no_network() {
    let host = host(Router::new().fallback(get(echo)), Limits::default()).await;
    let plugin = host.load(&parsing_with_http());
    let webhook = InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let error = plugin.parse(&with_secrets(), webhook).await.unwrap_err();
    assert!(error.to_string().contains("this function has no network"), "{error}");
    assert!(!error.request_sent);
}

/// Answers `"yes"` if the secret arrived at the place it is to be, and `"no"` otherwise.
async fn verify(request: Request) -> Response {
    let authorization = request.headers().get("authorization");
    let arrived = match request.uri().path() {
        "/header" => authorization.is_some_and(|it| it == format!("Bearer {TOKEN}").as_str()),
        "/query" => request.uri().query() == Some("key=EAAG%2Ftok%2Ben%221234567890"),
        path => path == "/botEAAG%2Ftok+en%221234567890/send",
    };
    if arrived { "\"yes\"" } else { "\"no\"" }.into_response()
}

#[tokio::test]
async fn secrets_arrive_where_the_manifest_says() {
    let host = host(Router::new().fallback(get(verify)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    for (secret, url) in [
        ("token", format!("{API}/header")),
        ("path_token", format!("{API}/bot{{t}}/send")),
        ("shop_key", "https://kettle.shops.example/query".to_owned()),
    ] {
        assert_eq!(fetch(&plugin, secret, &url).await.unwrap(), "yes", "{secret}");
    }
}

#[tokio::test]
async fn secrets_go_nowhere_else() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let count = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        "{}"
    };
    let host = host(Router::new().fallback(get(count)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    for (secret, url) in [
        // Listed hosts, but bound to another one.
        ("token", "https://other.provider.example/"),
        ("token", "https://kettle.shops.example/"),
        ("shop_key", "https://api.provider.example/"),
        ("token", "https://unlisted.example/"),
        // Given by the caller, unknown to the manifest; and the reverse.
        ("stranger", "https://api.provider.example/"),
        ("unset", "https://api.provider.example/"),
        // No place for it.
        ("path_token", "https://api.provider.example/bot/send"),
    ] {
        let (message, sent) = failure(fetch(&plugin, secret, url).await);
        assert!(!sent, "{secret} {url}: {message}");
        assert!(!message.contains("EAAG"), "{message}");
    }
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_echoing_server_gives_no_secret_away() {
    let host = host(Router::new().fallback(get(echo)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    let echoed = fetch(&plugin, "token", &format!("{API}/")).await.unwrap();
    assert_eq!(echoed["authorization"], "Bearer [redacted]");
    let echoed = fetch(&plugin, "path_token", &format!("{API}/bot{{t}}/x")).await.unwrap();
    assert_eq!(echoed["uri"], "/bot[redacted]/x");
    let echoed = fetch(&plugin, "shop_key", "https://kettle.shops.example/").await.unwrap();
    assert_eq!(echoed["uri"], "/?key=[redacted]");
}

#[tokio::test]
async fn redirects_are_answers() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let redirect = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        let location = [("location", "https://other.provider.example/")];
        (StatusCode::TEMPORARY_REDIRECT, location, "\"moved\"")
    };
    let host = host(Router::new().fallback(get(redirect)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    assert_eq!(fetch(&plugin, "token", &format!("{API}/")).await.unwrap(), "moved");
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_over_the_limit_is_a_failure() {
    let large = || async { "x".repeat(3 << 20) };
    let host = host(Router::new().fallback(get(large)), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    let (message, sent) = failure(fetch(&plugin, "none", &format!("{API}/")).await);
    assert!(message.contains("larger than 2097152 bytes"), "{message}");
    assert!(sent);
}

#[tokio::test]
async fn waiting_for_the_provider_costs_no_cpu_time() {
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "\"late\""
    };
    let limits = Limits { cpu: Duration::from_millis(20), ..Limits::default() };
    let host = host(Router::new().fallback(get(slow)), limits).await;
    let plugin = host.load(&fetching(false));
    assert_eq!(fetch(&plugin, "none", &format!("{API}/")).await.unwrap(), "late");
}

async fn hang() -> &'static str {
    std::future::pending().await
}

fn short_wall() -> Limits {
    Limits { cpu: Duration::from_secs(20), wall: Duration::from_millis(300), ..Limits::default() }
}

#[tokio::test]
async fn a_provider_that_hangs_leaves_the_guest_time_to_say_so() {
    let host = host(Router::new().fallback(get(hang)), short_wall()).await;
    let plugin = host.load(&fetching(false));
    let (message, sent) = failure(fetch(&plugin, "none", &format!("{API}/")).await);
    assert!(message.starts_with("no answer within"), "{message}");
    assert!(sent);
}

#[tokio::test]
async fn a_guest_that_tries_for_ever_is_cut_and_may_have_sent() {
    let host = host(Router::new().fallback(get(hang)), short_wall()).await;
    let plugin = host.load(&fetching(true));
    let error = fetch(&plugin, "none", &format!("{API}/")).await.unwrap_err();
    assert!(matches!(error.cause, Cause::WallLimit { .. }), "{error:?}");
    assert!(error.request_sent);
}

#[tokio::test]
async fn a_guest_that_is_only_ever_denied_has_sent_nothing() {
    let host = host(Router::new().fallback(get(hang)), short_wall()).await;
    let plugin = host.load(&fetching(true));
    let error = fetch(&plugin, "none", "https://unlisted.example/").await.unwrap_err();
    assert!(matches!(error.cause, Cause::WallLimit { .. }), "{error:?}");
    assert!(!error.request_sent);
}

#[tokio::test]
async fn requests_per_call_are_counted() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    let large = move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        "x".repeat(2000)
    };
    let limits = Limits { http_requests: 5, response: 1000, ..short_wall() };
    let host = host(Router::new().fallback(get(large)), limits).await;
    // Each answer is too large, so the guest asks again and again.
    let plugin = host.load(&fetching(true));
    let error = fetch(&plugin, "none", &format!("{API}/")).await.unwrap_err();
    assert!(matches!(error.cause, Cause::WallLimit { .. }), "{error:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 5);
}
