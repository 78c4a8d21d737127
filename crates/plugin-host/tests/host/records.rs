//! What is known of a call once it is over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use plugin_sdk::{ErrorKind, InboundRequest};
use serde_json::json;
use signalbox_plugin_host::{CallContext, CallRecord, Function, Limits, Recorder};

use crate::guest::{TestHost, action, context, fetching, parsing, returning};
use crate::network;

#[derive(Debug, Default)]
struct Account(Mutex<Vec<CallRecord>>);

impl Recorder for Account {
    fn record(&self, ctx: &CallContext, call: CallRecord) {
        assert_eq!(ctx.call_id, "call-1");
        self.0.lock().unwrap().push(call);
    }
}

impl Account {
    fn ctx(self: &Arc<Self>) -> CallContext {
        CallContext { recorder: Some(Arc::clone(self) as Arc<dyn Recorder>), ..context() }
    }

    fn only(&self) -> CallRecord {
        let calls = self.0.lock().unwrap();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls[0].clone()
    }
}

fn webhook() -> InboundRequest {
    InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: b"{}".to_vec(),
    }
}

#[tokio::test]
async fn a_call_that_succeeds() {
    let account = Arc::new(Account::default());
    let plugin = TestHost::new().load(&returning("[]"));
    plugin.parse(&account.ctx(), webhook()).await.unwrap();
    let call = account.only();
    assert_eq!((call.manifest.id.as_str(), call.manifest.version.as_str()), ("probe", "1.2.3"));
    assert_eq!((call.function, call.outcome()), (Function::Parse, "ok"));
    assert_eq!(call.memory, 2 << 16);
    assert!(call.busy > Duration::ZERO && call.busy <= call.duration, "{call:?}");
    assert_eq!((call.host_calls, call.requests.len()), (0, 0));
}

#[tokio::test]
async fn calls_that_fail_say_how() {
    let limits = Limits { cpu: Duration::from_millis(50), memory: 4 << 16, ..Limits::default() };
    let error =
        "(i32.store (i32.const 300) (i32.const 0x68676968)) (call $error (i32.const 5) (i32.const 300) (i32.const 4))";
    for (body, outcome, kind) in [
        (error, "error", Some(ErrorKind::RateLimited)),
        ("unreachable", "trap", None),
        ("(loop $l (br $l)) unreachable", "cpu_limit", None),
        (
            "(drop (call $allocate (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1000000))) unreachable",
            "out_of_memory",
            None,
        ),
    ] {
        let account = Arc::new(Account::default());
        let host = TestHost::with(limits.clone(), 2, egress::Config::default());
        host.load(&parsing(body)).parse(&account.ctx(), webhook()).await.unwrap_err();
        let call = account.only();
        let failed = call.failed.clone().unwrap();
        assert_eq!((call.outcome(), failed.kind), (outcome, kind), "{call:?}");
        // The guest says "high"; that is its own words.
        assert!(failed.detail.as_deref() != Some("high"), "{call:?}");
    }
}

#[tokio::test]
async fn requests_are_known_by_host_and_not_by_path() {
    let missing = get(|| async { (StatusCode::NOT_FOUND, "\"nobody\"") });
    let host = network::host(Router::new().fallback(missing), Limits::default()).await;
    let plugin = host.load(&fetching(false));
    let account = Arc::new(Account::default());
    let url = "https://api.provider.example/customers/4915155512345?x=y";
    plugin.invoke(&account.ctx(), action("none", json!(url))).await.unwrap();
    let call = account.only();
    assert_eq!(call.host_calls, 1);
    assert_eq!(call.requests.len(), 1);
    assert_eq!(call.requests[0].host, "api.provider.example");
    assert_eq!((call.requests[0].method.as_str(), call.requests[0].answer), ("GET", Ok(404)));
    assert!(!format!("{call:?}").contains("49151"), "{call:?}");
}

#[tokio::test]
async fn requests_that_were_refused_count_and_have_an_end() {
    let limits = Limits { http_requests: 3, wall: Duration::from_millis(500), ..Limits::default() };
    let host = network::host(Router::new(), limits).await;
    // It asks again and again.
    let plugin = host.load(&fetching(true));
    let account = Arc::new(Account::default());
    let denied = action("none", json!("https://unlisted.example/"));
    plugin.invoke(&account.ctx(), denied).await.unwrap_err();
    let call = account.only();
    assert_eq!(call.requests.len(), 3, "further ones are refused for their number");
    assert!(call.requests.iter().all(|request| request.answer == Err("denied")), "{call:?}");
    assert!(call.host_calls > 3, "{call:?}");
}

#[tokio::test]
async fn a_request_that_was_under_way_when_the_call_was_cut_says_so() {
    let slow = get(|| async {
        tokio::time::sleep(Duration::from_mins(1)).await;
    });
    let limits = Limits { wall: Duration::from_millis(300), ..Limits::default() };
    let host = network::host(Router::new().fallback(slow), limits).await;
    let plugin = host.load(&fetching(true));
    let account = Arc::new(Account::default());
    plugin.invoke(&account.ctx(), action("none", json!("https://api.provider.example/"))).await.unwrap_err();
    let call = account.only();
    assert_eq!(call.outcome(), "wall_limit", "{call:?}");
    let answers: Vec<_> = call.requests.iter().map(|request| request.answer).collect();
    assert!(matches!(answers.as_slice(), [Err("timeout" | "cut"), ..]), "{answers:?}");
    assert!(call.busy < call.duration, "waiting is not running: {call:?}");
}
