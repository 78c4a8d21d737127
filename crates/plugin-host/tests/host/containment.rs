//! Guests that would take the host down if nothing held them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_sdk::InboundRequest;
use serde_json::json;
use signalbox_plugin_host::{CallError, Cause, Limits, Plugin};

use crate::guest::{TestHost, context, parsing, parsing_within, returning};

fn host(limits: Limits) -> TestHost {
    TestHost::with(limits, 2, egress::Config::default())
}

async fn parse(plugin: &Plugin) -> Result<usize, CallError> {
    let webhook = InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    plugin.parse(&context(), webhook).await.map(|events| events.len())
}

async fn cause(body: &str) -> Cause {
    let host = host(Limits::default());
    let error = parse(&host.load(&parsing(body))).await.unwrap_err();
    assert!(!error.request_sent);
    error.cause
}

const LOOP: &str = "(loop $l (br $l)) unreachable";

#[tokio::test]
async fn an_endless_loop_meets_the_cpu_limit() {
    let limits = Limits { cpu: Duration::from_millis(100), ..Limits::default() };
    let host = host(limits);
    let started = Instant::now();
    let error = parse(&host.load(&parsing(LOOP))).await.unwrap_err();
    assert!(matches!(error.cause, Cause::CpuLimit { limit } if limit.as_millis() == 100));
    assert!(started.elapsed() >= Duration::from_millis(90), "given its time");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_loop_leaves_others_their_turn_and_meets_the_wall_limit() {
    let limits = Limits { cpu: Duration::from_secs(20), wall: Duration::from_millis(200), ..Limits::default() };
    let host = host(limits);
    // On the one thread of this test: the good call is done while the bad one loops.
    let (bad, good) = (host.load(&parsing(LOOP)), host.load(&returning("[]")));
    let (bad, good_at) = tokio::join!(
        async {
            let error = parse(&bad).await.unwrap_err();
            (error, Instant::now())
        },
        async {
            parse(&good).await.unwrap();
            Instant::now()
        }
    );
    assert!(matches!(bad.0.cause, Cause::WallLimit { .. }), "{:?}", bad.0);
    assert!(good_at < bad.1);
}

#[tokio::test]
async fn a_memory_bomb_is_told_from_a_panic() {
    let bomb = "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";
    let bomb = cause(bomb).await;
    assert!(matches!(bomb, Cause::OutOfMemory { limit } if limit == 64 << 20), "{bomb:?}");
    let panic = cause("unreachable").await;
    assert!(matches!(panic, Cause::Trap(_)), "{panic:?}");
}

#[tokio::test]
async fn a_manifest_can_ask_for_less() {
    let host = host(Limits::default());
    let eager = "(if (i32.eq (memory.grow (i32.const 20)) (i32.const -1)) (then unreachable)) unreachable";
    let small = host.load(&parsing_within(json!({"memory_mib": 1}), eager));
    let error = parse(&small).await.unwrap_err();
    assert!(matches!(error.cause, Cause::OutOfMemory { limit } if limit == 1 << 20), "{error:?}");

    let quick = host.load(&parsing_within(json!({"cpu_ms": 20}), LOOP));
    let error = parse(&quick).await.unwrap_err();
    assert!(matches!(error.cause, Cause::CpuLimit { limit } if limit.as_millis() == 20), "{error:?}");
}

#[tokio::test]
async fn memory_within_the_limit_is_given() {
    // 60 of 64 MiB, touched, and an empty list of events at the end.
    let body = r"
        (if (i32.eq (memory.grow (i32.const 958)) (i32.const -1)) (then unreachable))
        (memory.fill (i32.const 65536) (i32.const 255) (i32.const 62000000))
        (i32.store16 (i32.const 500) (i32.const 0x5d5b))
        (call $ok (i32.const 500) (i32.const 2))";
    let host = host(Limits::default());
    let plugin = host.load(&parsing(body));
    for _ in 0..3 {
        assert_eq!(parse(&plugin).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn crashes_are_outcomes() {
    for body in [
        "unreachable",
        "(call $endless) unreachable",
        "(i32.store (i32.const -4) (i32.const 1)) unreachable",
        "(drop (i32.div_u (i32.const 1) (i32.const 0))) unreachable",
        // The result, or its text, lies outside the memory.
        "(i32.const -8)",
        "(call $ok (i32.const -16) (i32.const 100))",
        "(call $ok (i32.const 0) (i32.const -1))",
        // Not UTF-8.
        "(i32.store (i32.const 500) (i32.const -1)) (call $ok (i32.const 500) (i32.const 4))",
        // Neither ok nor err.
        "(i32.store8 (i32.const 16) (i32.const 7)) (i32.const 16)",
    ] {
        let cause = cause(body).await;
        assert!(matches!(cause, Cause::Trap(_)), "{body}: {cause:?}");
    }
}

#[tokio::test]
async fn a_huge_result_is_refused() {
    // 3 MiB of spaces.
    let body = r"
        (if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then unreachable))
        (memory.fill (i32.const 65536) (i32.const 32) (i32.const 3145728))
        (call $ok (i32.const 65536) (i32.const 3145728))";
    let huge = cause(body).await;
    assert!(matches!(huge, Cause::OutputTooLarge { limit } if limit == 2 << 20), "{huge:?}");
}

#[tokio::test]
async fn the_host_is_well_after_two_hundred_bad_calls() {
    let limits = Limits { cpu: Duration::from_millis(1), ..Limits::default() };
    let host = host(limits);
    let bad = [
        LOOP,
        "unreachable",
        "(call $endless) unreachable",
        "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable",
    ]
    .map(|body| host.load(&parsing(body)));
    for call in 0..200 {
        parse(&bad[call % bad.len()]).await.unwrap_err();
    }
    let good = host.load(&returning("[]"));
    assert_eq!(parse(&good).await.unwrap(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_half_way_gives_its_place_back() {
    let limits = Limits { cpu: Duration::from_secs(20), ..Limits::default() };
    let host = host(limits);
    let bad = host.load(&parsing(LOOP));
    for _ in 0..5 {
        let cut = tokio::time::timeout(Duration::from_millis(30), parse(&bad)).await;
        assert!(cut.is_err());
    }
    parse(&host.load(&returning("[]"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_calls_than_places_wait_for_their_turn() {
    let host = host(Limits::default());
    let plugin = host.load(&returning("[]"));
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let plugin = Arc::clone(&plugin);
            tokio::spawn(async move { parse(&plugin).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}
