//! What the tests share: fixtures, calls as the host makes them, HubSpot's records.

use std::path::{Path, PathBuf};

use plugin_sdk::actions::Call;
use plugin_sdk::http::Request;
use plugin_sdk::testing::{MockHost, context, webhook};
use plugin_sdk::{Actions, Context, Event, PluginError, Webhooks};
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;

/// The account of the fixtures and of the settings.
pub const PORTAL: &str = "62515";
/// The time of every call.
pub const NOW_MS: i64 = 1_780_000_000_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Every webhook by its name, in order.
pub fn fixtures() -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files.iter().map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), read(path))).collect()
}

/// One webhook.
pub fn fixture(name: &str) -> Value {
    read(&folder().join(format!("{name}.json")))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The smallest settings there are.
pub fn settings() -> Value {
    json!({ "portal_id": PORTAL })
}

/// A call some milliseconds after the first.
pub fn later(settings: &Value, ms: u64) -> Context {
    let mut ctx = context(settings);
    ctx.now_ms += ms;
    ctx.attempt += 1;
    ctx
}

/// Parses a webhook of an account.
pub fn parse(portal_id: &str, body: &Value) -> Result<Vec<Event>, PluginError> {
    HubSpot::parse(&context(&json!({ "portal_id": portal_id })), &webhook(body.to_string()))
}

/// Asks for an action under the smallest settings.
pub fn invoke(host: &MockHost, name: &str, input: &Value) -> Result<Value, PluginError> {
    invoke_as(&context(&settings()), host, name, input)
}

/// Asks for an action; every call has the same idempotency key.
pub fn invoke_as(ctx: &Context, host: &MockHost, name: &str, input: &Value) -> Result<Value, PluginError> {
    let call =
        Call { name: name.to_owned(), input: input.clone(), idempotency_key: "rule-1:event-1:action-1".to_owned() };
    HubSpot::invoke(ctx, host, &call)
}

/// A record as HubSpot answers with it.
pub fn record(id: &str, properties: &Value) -> Value {
    json!({
        "id": id,
        "properties": properties,
        "createdAt": "2026-05-28T20:26:40.000Z",
        "updatedAt": "2026-05-28T20:26:40.000Z",
        "archived": false,
    })
}

/// The answer of a search.
pub fn results(records: &[Value]) -> Value {
    json!({ "total": records.len(), "results": records })
}

/// The JSON body of a request.
pub fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body.as_deref().expect("a request with a body")).unwrap()
}

/// Methods and addresses of all requests, without what they share.
pub fn asked(host: &MockHost) -> Vec<String> {
    let short = |request: Request| {
        assert_eq!(request.secret.as_deref(), Some("access_token"), "{}", request.url);
        format!("{} {}", request.method, request.url.strip_prefix("https://api.hubapi.com/").unwrap())
    };
    host.requests().into_iter().map(short).collect()
}
