//! Guests that flood their host, beyond those of `tests/host/containment.rs`.

use std::time::{Duration, Instant};

use plugin_sdk::InboundRequest;
use signalbox_plugin_host::{CallError, Cause, Limits, Plugin};

use crate::echo::echoing;
use crate::greedy::{API, Ask, greedy, memory_of_call};
use crate::guest::{TestHost, manifest, parsing, returning, with_manifest, with_world};
use crate::{guest, logs};

async fn parse(plugin: &Plugin) -> Result<usize, CallError> {
    let webhook = InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    plugin.parse(&guest::context(), webhook).await.map(|events| events.len())
}

/// The host is as well as before.
async fn assert_well(host: &TestHost) {
    assert_eq!(parse(&host.load(&returning("[]"))).await.unwrap(), 0);
}

#[tokio::test]
async fn a_guest_that_asks_in_vain_pays_for_its_time() {
    let limits = Limits { cpu: Duration::from_millis(100), wall: Duration::from_mins(1), ..Limits::default() };
    let (host, arrivals) = echoing(limits).await;
    // Asks for what the manifest does not list, again and again.
    let plugin = host.load(&guest::fetching(true));
    let started = Instant::now();
    let url = serde_json::json!("https://unlisted.example/");
    let error = plugin.invoke(&guest::context(), guest::action("none", url)).await.unwrap_err();
    assert!(matches!(error.cause, Cause::CpuLimit { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(!error.request_sent);
    assert_eq!(arrivals.take(), (0, 0));
    assert_well(&host).await;
}

#[tokio::test]
async fn a_flood_of_lines_ends_with_a_note() {
    logs::keep();
    let (host, _) = echoing(Limits { log_lines: 20, http_requests: 5, ..Limits::default() }).await;
    let plugin = host.load(&greedy());
    let url = format!("{API}/nothing");
    // The guest logs one line for each answer or refusal.
    memory_of_call(&plugin, "flood-of-lines", &vec![Ask::get(&url, ""); 500]).await.unwrap();
    let lines = logs::about("flood-of-lines");
    let said: Vec<_> = lines.iter().filter(|line| line.contains("INFO") && line.contains(" plugin:")).collect();
    assert_eq!(said.len(), 20, "{said:#?}");
    assert_eq!(lines.iter().filter(|line| line.contains("are dropped")).count(), 1);
}

#[tokio::test]
async fn a_long_line_costs_no_more_than_a_short_one() {
    logs::keep();
    let (host, _) = echoing(Limits { cpu: Duration::from_secs(10), ..Limits::default() }).await;
    let plugin = host.load(&greedy());
    // The guest logs what it gets: a line of a megabyte. Its memory is then too large to return.
    let (url, started) = (format!("{API}/long"), Instant::now());
    let error = memory_of_call(&plugin, "long-line", &[Ask::get(&url, ""); 50]).await.unwrap_err();
    assert!(matches!(error.cause, Cause::OutputTooLarge { .. } | Cause::OutOfMemory { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(30));
    let said = logs::about("long-line");
    let longest = said.iter().filter(|line| line.contains("xxxx")).map(String::len).max().unwrap();
    assert!((4096..10_000).contains(&longest), "{longest}");
}

#[tokio::test]
async fn tables_do_not_grow_without_end() {
    let text = r#"(module
        (memory (export "memory") 1)
        (table $t 1 funcref)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "signalbox:plugin/webhooks@1.0.0#parse") (param i32) (result i32)
            (loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
            unreachable))"#;
    let module = with_world(text, "export signalbox:plugin/webhooks@1.0.0;");
    let host = TestHost::new();
    let plugin = host.load(&with_manifest(&module, &manifest(&["webhooks"])));
    let error = parse(&plugin).await.unwrap_err();
    assert!(matches!(error.cause, Cause::Trap(_)), "{error:?}");
    assert_well(&host).await;
}

/// A guest whose allocator, which the host calls to hand over a request, is `body`.
fn allocating(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func $endless (call $endless) (call $endless))
            (func (export "cabi_realloc")
                (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
                {body})
            (func (export "signalbox:plugin/webhooks@1.0.0#parse") (param i32) (result i32) unreachable))"#
    );
    with_manifest(&with_world(&text, "export signalbox:plugin/webhooks@1.0.0;"), &manifest(&["webhooks"]))
}

#[tokio::test]
async fn an_allocator_that_lies_hurts_only_itself() {
    let limits = Limits { cpu: Duration::from_millis(100), ..Limits::default() };
    let host = TestHost::with(limits, 2, egress::Config::default());
    for (what, body) in [
        ("outside", "(i32.const -16)"),
        ("at the very end", "(i32.const 65535)"),
        ("misaligned", "(i32.const 1025)"),
        ("crash", "unreachable"),
        ("stack", "(call $endless) (i32.const 0)"),
    ] {
        let error = parse(&host.load(&allocating(body))).await.unwrap_err();
        assert!(matches!(error.cause, Cause::Trap(_)), "{what}: {error:?}");
    }
    let error = parse(&host.load(&allocating("(loop $l (br $l)) unreachable"))).await.unwrap_err();
    assert!(matches!(error.cause, Cause::CpuLimit { .. }), "{error:?}");
    assert_well(&host).await;
}

#[tokio::test]
async fn a_result_nested_without_end_is_bad_output() {
    let host = TestHost::new();
    for opening in [r"0x5b", "0x7b"] {
        // A megabyte of `[` or `{`.
        let body = format!(
            "(if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable))
            (memory.fill (i32.const 65536) (i32.const {opening}) (i32.const 1048576))
            (call $ok (i32.const 65536) (i32.const 1048576))"
        );
        let error = parse(&host.load(&parsing(&body))).await.unwrap_err();
        assert!(matches!(error.cause, Cause::BadOutput { .. }), "{error:?}");
        assert!(error.to_string().len() < 1000);
    }
    assert_well(&host).await;
}
