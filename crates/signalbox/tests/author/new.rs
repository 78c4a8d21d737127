//! A new project of every kind builds, is accepted, and its tests pass natively and inside the sandbox.

use crate::author::{Author, Ended, QUICK, SIGNALBOX, environment};
use serde_json::Value;
use std::process::Command;

#[test]
fn a_channel() {
    let author = Author::new();
    author.plugin_well("", &["new", "carrier-pigeon"]);
    let built = author.plugin_well("carrier-pigeon", &["build"]);
    assert!(built.starts_with("./carrier-pigeon.wasm\n"), "{built}");
    assert!(built.contains(" bytes\nsha256 "), "{built}");

    let report = author.plugin_well("carrier-pigeon", &["check", "carrier-pigeon.wasm", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["accepted"], true, "{report}");
    assert_eq!(report["warnings"], serde_json::json!([]), "a plugin of this size is no burden");
    assert_eq!(report["plugin"]["id"], "carrier-pigeon");
    assert_eq!(report["plugin"]["version"], "0.1.0");
    assert_eq!(report["plugin"]["interfaces"], serde_json::json!(["webhooks", "channel", "admin"]));
    let told = author.plugin_well("carrier-pigeon", &["check", "carrier-pigeon.wasm"]);
    for line in ["api.example.com (GET, POST)", "api_key: goes to api.example.com", "verifies webhooks", "\naccepted\n"]
    {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }

    let tested = author.plugin_well("carrier-pigeon", &["test"]);
    assert!(tested.contains("same     ./fixtures/message.json"), "{tested}");
    assert!(tested.contains("natively and in the sandbox the same: 1 fixtures"), "{tested}");

    let bench = ["bench", "carrier-pigeon.wasm", "--fixture", "fixtures/message.json", "--calls", "20"];
    let measured = author.plugin_well("carrier-pigeon", &bench);
    for part in ["carrier-pigeon@0.1.0 (20 calls", "p50 ", "p99 ", " KiB at most", "  file    "] {
        assert!(measured.contains(part), "{part} is missing in\n{measured}");
    }

    let again = author.plugin("", &["new", "carrier-pigeon"]);
    assert!(!again.success && again.err.contains("carrier-pigeon cannot be made"), "{again:?}");
    formatted(&author, "carrier-pigeon");
}

#[test]
fn actions() {
    of_kind("actions", "actions, admin", "find_customer: Finds the customer");
}

#[test]
fn triggers() {
    of_kind("triggers", "triggers, admin", "new_orders: Orders that were placed.");
}

#[test]
fn enrich() {
    of_kind("enrich", "enrich, admin", "api_key: goes to api.example.com");
}

fn of_kind(kind: &str, interfaces: &str, line: &str) {
    let author = Author::new();
    // Ids that are words of Rust make no trouble.
    author.plugin_well("", &["new", "match", "--kind", kind]);
    let mut command = Command::new(SIGNALBOX);
    command.args(["plugin", "test", "match"]).current_dir(author.dir());
    environment(&mut command);
    let ended = Ended::of(&command.envs(QUICK).output().unwrap());
    assert!(ended.success, "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("match@0.1.0 is accepted; there are no fixtures"), "{}", ended.out);
    let told = author.plugin_well("match", &["check", "match.wasm"]);
    for part in [interfaces, line] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    formatted(&author, "match");
}

/// What a template is filled in with does not make the author's first `cargo fmt` a change.
fn formatted(author: &Author, dir: &str) {
    let mut command = Command::new("cargo");
    command.args(["fmt", "--check", "--package"]).arg(format!("{dir}-plugin")).current_dir(author.path(dir));
    environment(&mut command);
    let ended = Ended::of(&command.output().unwrap());
    assert!(ended.success, "{}{}", ended.out, ended.err);
}
