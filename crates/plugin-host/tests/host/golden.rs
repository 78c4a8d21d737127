//! Components that were built when the plugin API was frozen run on this host, and its WIT has only grown since.
//! See `golden/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use plugin_sdk::http::Header;
use plugin_sdk::{ErrorKind, InboundRequest, OutboundContent, OutboundMessage, ReceiptState, SenderId, Subject};
use serde_json::json;
use signalbox_plugin_host::tape::Answer;
use signalbox_plugin_host::{CallContext, CallSecrets, Cause, Invocation, Limits, LoadError, Plugin, Tape};
use wit_parser::{FunctionKind, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::guest::{TestHost, context};
use crate::memory::Memory;
use crate::network;

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(path)
}

fn component(name: &str) -> Vec<u8> {
    let file = golden(&format!("1.0.0/{name}.wasm"));
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn load(host: &TestHost, interface: &str) -> Arc<Plugin> {
    let plugin = host.load(&component(interface));
    let listed: Vec<_> = plugin.manifest().interfaces.iter().map(|it| it.as_str()).collect();
    assert_eq!(listed, [interface], "one interface, and no other");
    plugin
}

/// A context with secrets and state.
fn provided() -> CallContext {
    let secrets = ["token", "key"].map(|name| (name.to_owned(), format!("{name}-of-the-golden").into()));
    CallContext {
        secrets: CallSecrets::new(BTreeMap::from(secrets)),
        state: Some(Arc::new(Memory::default())),
        settings: json!({"shop": "kettle"}),
        ..context()
    }
}

/// Answers with what it was asked.
async fn echo(request: Request) -> String {
    let authorization = request.headers().get("authorization").is_some();
    json!({"method": request.method().as_str(), "path": request.uri().path(), "authorized": authorization}).to_string()
}

async fn provider() -> TestHost {
    network::host(Router::new().fallback(echo), Limits::default()).await
}

#[tokio::test]
async fn webhooks_are_parsed() {
    let host = TestHost::new();
    parses_webhooks(&load(&host, "webhooks")).await;
}

async fn parses_webhooks(plugin: &Plugin) {
    let request = |body: &str| InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![Header { name: "x".to_owned(), value: b"y".to_vec() }],
        body: body.as_bytes().to_vec(),
    };
    let events = plugin.parse(&provided(), request("{}")).await.unwrap();
    let expected = json!([{"event": "custom", "name": "golden.webhook", "occurred_at_ms": 1_790_000_000_000_u64,
        "data": {"method": "POST", "headers": 1, "bytes": 2, "settings": {"shop": "kettle"}}}]);
    assert_eq!(serde_json::to_value(events).unwrap(), expected);

    let error = plugin.parse(&provided(), request("")).await.unwrap_err();
    let Cause::Plugin(error) = error.cause else { panic!("{error}") };
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::InvalidInput, Some("empty:1")));
    assert_eq!((error.retry_after_ms, error.remote_status), (Some(7), Some(400)));
}

#[tokio::test]
async fn webhooks_are_registered() {
    let host = provider().await;
    registers_webhooks(&load(&host, "setup")).await;
}

async fn registers_webhooks(plugin: &Plugin) {
    let registration = plugin.subscribe(&provided(), "https://us.example/hooks/1").await.unwrap();
    assert_eq!(registration, json!({"status": 200}));
    plugin.unsubscribe(&provided(), &registration).await.unwrap();
}

#[tokio::test]
async fn messages_are_sent_and_their_state_is_asked_for() {
    let host = TestHost::new();
    sends_messages(&load(&host, "channel")).await;
}

async fn sends_messages(plugin: &Plugin) {
    let message = OutboundMessage {
        message_id: "m-1".to_owned(),
        to: vec![SenderId::new("phone", "+4915155512345")],
        content: OutboundContent::Text { text: "hi".to_owned(), preview_url: false },
        reply_to: None,
    };
    let ctx = provided();
    for count in 1..=2 {
        let receipt = plugin.send(&ctx, &message).await.unwrap();
        assert_eq!(receipt.external_id, Some(format!("golden-{count}")), "it remembers the one before");
        assert_eq!(receipt.state, ReceiptState::Accepted);
    }
    let events = plugin.poll_status(&ctx, vec!["golden-1".to_owned()]).await.unwrap();
    assert_eq!(serde_json::to_value(&events).unwrap()[0]["external_id"], "golden-1");
    let receipt = plugin.send(&ctx, &message).await.unwrap();
    assert_eq!(receipt.external_id.as_deref(), Some("golden-1"), "its state was removed");
}

fn everything() -> Invocation {
    Invocation::Invoke { name: "everything".to_owned(), input: json!({"a": 1}), idempotency_key: "key-1".to_owned() }
}

#[tokio::test]
async fn an_action_reaches_all_that_the_host_offers() {
    let host = provider().await;
    does_everything(&load(&host, "actions")).await;
}

async fn does_everything(plugin: &Plugin) {
    let done = plugin.perform(&provided(), &everything()).await.unwrap();
    assert!(done["now"].as_u64().unwrap() >= 1_790_000_000_000, "{done}");
    let random = done["random"].as_str().unwrap();
    assert_eq!(random.len(), 16);
    // HMAC-SHA-256 of `{"a":1}` under `key-of-the-golden`.
    assert_eq!(done["signed"], SIGNED);
    assert_eq!((&done["runs"], &done["status"], &done["key"]), (&json!(1), &json!(200), &json!("key-1")));
    let echoed = json!({"method": "GET", "path": format!("/nonce/{random}"), "authorized": true});
    assert_eq!(done["body"], echoed);
}

const SIGNED: &str = "9b03875a3e3da7520b0c89940e4d3f708c7ac8601a31df8add5c77447108733a";

#[tokio::test]
async fn news_are_asked_for() {
    let host = TestHost::new();
    asks_for_news(&load(&host, "triggers")).await;
}

async fn asks_for_news(plugin: &Plugin) {
    let first = plugin.poll(&provided(), "count", None).await.unwrap();
    assert_eq!((first.cursor.as_deref(), first.more, first.events.len()), (Some("1"), true, 1));
    let second = plugin.poll(&provided(), "count", first.cursor.as_deref()).await.unwrap();
    assert_eq!((second.cursor.as_deref(), second.more), (Some("2"), false));
}

#[tokio::test]
async fn facts_are_told() {
    let host = TestHost::new();
    tells_facts(&load(&host, "enrich")).await;
}

async fn tells_facts(plugin: &Plugin) {
    let subject = Subject { email: Some("ada@lovelace.example".to_owned()), ..Subject::default() };
    let facts = plugin.facts(&provided(), &subject).await.unwrap();
    assert_eq!(facts[0].name, "golden");
    assert_eq!(facts[0].data["email"], "ada@lovelace.example");
}

#[tokio::test]
async fn a_settings_form_gets_what_it_needs() {
    let host = TestHost::new();
    serves_the_form(&load(&host, "admin")).await;
}

async fn serves_the_form(plugin: &Plugin) {
    let report = plugin.check(&provided()).await.unwrap();
    assert!(report.ok && report.checks[0].ok);
    assert_eq!(report.account.unwrap().id, "connection-1");
    let choices = plugin.options(&provided(), "/shop", "ket").await.unwrap();
    assert_eq!((&choices[0].value, choices[0].label.as_str()), (&json!("/shop"), "ket"));
    let migrated = plugin.migrate_settings(&provided(), "0.9.0").await.unwrap();
    assert_eq!(migrated, json!({"from": "0.9.0", "before": {"shop": "kettle"}}));
}

/// The component in JavaScript exports all interfaces, and does with each what the one in Rust does.
#[tokio::test]
async fn javascript_does_the_same() {
    let host = provider().await;
    let plugin = host.load(&component("javascript"));
    parses_webhooks(&plugin).await;
    registers_webhooks(&plugin).await;
    sends_messages(&plugin).await;
    does_everything(&plugin).await;
    asks_for_news(&plugin).await;
    tells_facts(&plugin).await;
    serves_the_form(&plugin).await;
}

#[test]
fn what_needs_a_newer_host_says_which() {
    let host = TestHost::new();
    let error = host.host.load(&component("needs-1.1.0")).unwrap_err();
    assert!(matches!(error, LoadError::NeedsNewerHost { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "it imports `signalbox:plugin/log@1.1.0#flush` and so needs a host that offers plugin API 1.1.0 or later"
    );
}

/// The answers of the host, played again, give the same result: without a provider, without secrets, at another time.
#[tokio::test]
async fn a_recorded_call_is_repeated_to_the_byte() {
    let host = provider().await;
    let plugin = load(&host, "actions");
    let recorded = CallContext { tape: Tape::recording(), ..provided() };
    let first = plugin.perform(&recorded, &everything()).await.unwrap();
    let calls = recorded.tape.recorded();
    let other = plugin.perform(&provided(), &everything()).await.unwrap();
    assert_ne!(first["random"], other["random"], "nothing is the same by itself");
    let told = serde_json::to_string(&calls).unwrap();
    assert!(!told.contains("of-the-golden"), "no secret is on the tape: {told}");

    let nowhere = TestHost::new();
    let plugin = load(&nowhere, "actions");
    // As a file keeps it.
    let calls: Vec<_> = serde_json::from_str(&told).unwrap();
    let replayed = CallContext { tape: Tape::playing(calls), now_ms: 7, ..context() };
    let again = plugin.perform(&replayed, &everything()).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(replayed.tape.deviation(), None);
}

#[tokio::test]
async fn a_repetition_that_asks_for_something_else_is_noticed() {
    let host = provider().await;
    let plugin = load(&host, "actions");
    let recorded = CallContext { tape: Tape::recording(), ..provided() };
    plugin.perform(&recorded, &everything()).await.unwrap();

    let replayed = CallContext { tape: Tape::playing(recorded.tape.recorded()), ..context() };
    let Invocation::Invoke { name, idempotency_key, .. } = everything() else { unreachable!() };
    let other = Invocation::Invoke { name, idempotency_key, input: json!({"a": 2}) };
    plugin.perform(&replayed, &other).await.unwrap_err();
    let deviation = replayed.tape.deviation().expect("it signs something else");
    let (recorded, asked) = (format!("{:?}", deviation.recorded), format!("{:?}", deviation.asked));
    assert!(recorded.contains("Hmac") && asked.contains("Hmac") && recorded != asked, "{recorded} {asked}");
}

#[tokio::test]
async fn a_failure_of_the_host_is_repeated_as_well() {
    let host = TestHost::new();
    let plugin = load(&host, "actions");
    // There is no such host, so the request fails; and there is no state.
    let recorded = CallContext { tape: Tape::recording(), state: None, ..provided() };
    let first = plugin.perform(&recorded, &everything()).await.unwrap_err();
    let calls = recorded.tape.recorded();
    assert!(matches!(&calls.last().unwrap().answer, Answer::Refused { kind, .. } if kind == "denied"), "{calls:?}");
    let replayed = CallContext { tape: Tape::playing(calls), ..context() };
    let again = plugin.perform(&replayed, &everything()).await.unwrap_err();
    assert_eq!(again.to_string(), first.to_string());
    assert_eq!(replayed.tape.deviation(), None);
}

/// An interface of a WIT package: what it has, by name, written out with everything that it is made of.
type Interface = BTreeMap<String, String>;

fn interfaces(directory: &Path) -> BTreeMap<String, Interface> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(directory).unwrap();
    let found = resolve.packages[package].interfaces.clone();
    found.into_iter().map(|(name, id)| (name, interface(&resolve, id))).collect()
}

fn interface(resolve: &Resolve, id: wit_parser::InterfaceId) -> Interface {
    let it = &resolve.interfaces[id];
    let types = it.types.iter().map(|(name, id)| (format!("type {name}"), definition(resolve, *id)));
    let functions = it.functions.iter().map(|(name, function)| {
        assert!(matches!(function.kind, FunctionKind::Freestanding), "{name}");
        let params = function.params.iter().map(|param| format!("{}: {}", param.name, written(resolve, &param.ty)));
        let params: Vec<_> = params.collect();
        let result = function.result.as_ref().map_or_else(String::new, |it| written(resolve, it));
        (format!("func {name}"), format!("({}) -> {result}", params.join(", ")))
    });
    types.chain(functions).collect()
}

/// A type where it is used: by its name if it has one.
fn written(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return format!("{ty:?}") };
    let named = &resolve.types[*id];
    match (&named.name, named.owner) {
        (Some(name), TypeOwner::Interface(owner)) => {
            format!("{}.{name}", resolve.interfaces[owner].name.as_deref().unwrap_or_default())
        }
        _ => definition(resolve, *id),
    }
}

fn definition(resolve: &Resolve, id: TypeId) -> String {
    let of = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| written(resolve, ty));
    match &resolve.types[id].kind {
        TypeDefKind::Record(it) => {
            let fields = it.fields.iter().map(|field| format!("{}: {}", field.name, written(resolve, &field.ty)));
            format!("record {{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Enum(it) => {
            format!("enum {{ {} }}", it.cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Variant(it) => {
            let cases = it.cases.iter().map(|case| format!("{}({})", case.name, of(&case.ty)));
            format!("variant {{ {} }}", cases.collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Option(ty) => format!("option<{}>", written(resolve, ty)),
        TypeDefKind::List(ty) => format!("list<{}>", written(resolve, ty)),
        TypeDefKind::Result(it) => format!("result<{}, {}>", of(&it.ok), of(&it.err)),
        TypeDefKind::Type(ty) => written(resolve, ty),
        other => panic!("{other:?} is not used by the plugin API so far"),
    }
}

#[test]
fn what_was_frozen_has_stayed() {
    let frozen = interfaces(&golden("wit/1.0.0"));
    let current = interfaces(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin-sdk/wit"));
    assert_eq!(frozen.len(), 13, "{:?}", frozen.keys());
    for (name, frozen) in &frozen {
        let current = current.get(name).unwrap_or_else(|| panic!("the interface `{name}` is gone"));
        for (item, frozen) in frozen {
            assert_eq!(current.get(item), Some(frozen), "`{name}`, {item}: what was frozen may not change");
        }
        // A new case or field is a change; a new type is none.
        let added: BTreeSet<_> = current.keys().filter(|item| !frozen.contains_key(*item)).collect();
        for item in added {
            assert!(item.starts_with("func ") || item.starts_with("type "), "{item}");
        }
    }
}

#[test]
fn the_golden_components_are_small() {
    let files = std::fs::read_dir(golden("1.0.0")).unwrap().map(|file| file.unwrap());
    let mut sizes: BTreeMap<String, u64> =
        files.map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len())).collect();
    // It brings its engine along.
    let javascript = sizes.remove("javascript.wasm").unwrap();
    assert!(javascript < 1200 << 10, "{javascript}");
    assert_eq!(sizes.len(), 8, "{sizes:?}");
    assert!(sizes.values().all(|size| *size < 64 << 10), "{sizes:?}");
}

#[test]
fn every_golden_component_is_accepted_or_says_why_not() {
    let host = TestHost::new();
    for interface in ["webhooks", "setup", "channel", "actions", "triggers", "enrich", "admin"] {
        let found = host.host.examine(&component(interface)).refusals;
        assert!(found.is_empty(), "{interface}: {found:?}");
    }
    let found = host.host.examine(&component("needs-1.1.0")).refusals;
    assert!(found.iter().any(|it| it.to_string().contains("plugin API 1.1.0")), "{found:?}");
}
