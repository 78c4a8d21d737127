//! What is refused is refused with every reason.

use crate::author::Author;
use serde_json::{Value, json};

#[test]
fn every_reason_is_told_and_the_exit_code_says_no() {
    let author = Author::new();
    // A component without anything in it, whose manifest promises two interfaces.
    let manifest = json!({"id": "probe", "name": "Probe", "version": "1.0.0", "api": "1",
                          "interfaces": ["channel", "webhooks"]});
    author.write("probe.wasm", with_manifest(b"\0asm\x0d\0\x01\0", &manifest));
    let ended = author.plugin("", &["check", "probe.wasm"]);
    assert!(!ended.success);
    assert!(ended.err.contains("probe.wasm would be refused"), "{ended:?}");
    for interface in ["channel", "webhooks"] {
        let reason = format!("refused: the manifest lists the interface `{interface}`");
        assert!(ended.out.contains(&reason), "{ended:?}");
    }
    assert!(!ended.out.contains("\naccepted"), "{ended:?}");

    let ended = author.plugin("", &["check", "probe.wasm", "--json"]);
    assert!(!ended.success);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["accepted"], false);
    assert_eq!(report["refusals"].as_array().unwrap().len(), 2, "{report}");
    assert_eq!(report["plugin"]["id"], "probe", "what it says about itself is shown");
}

#[test]
fn what_is_no_plugin_is_refused() {
    let author = Author::new();
    author.write("text.wasm", "hello");
    author.write("bare.wasm", b"\0asm\x0d\0\x01\0");
    for (file, reason) in [("text.wasm", "no WebAssembly file"), ("bare.wasm", "holds no manifest")] {
        let ended = author.plugin("", &["check", file]);
        assert!(!ended.success && ended.out.contains(reason), "{ended:?}");
    }
    let ended = author.plugin("", &["check", "nothing.wasm"]);
    assert!(!ended.success && ended.err.contains("nothing.wasm"), "{ended:?}");
    let ended = author.plugin("", &["build"]);
    assert!(!ended.success && ended.err.contains("holds no plugin"), "{ended:?}");
    let ended = author.plugin("", &["new", "Not An Id"]);
    assert!(!ended.success && ended.err.contains("is no id"), "{ended:?}");
}

/// The file with a manifest of less than 128 bytes in its section.
fn with_manifest(wasm: &[u8], manifest: &Value) -> Vec<u8> {
    let (name, data) = ("signalbox:manifest", manifest.to_string());
    let mut content = vec![u8::try_from(name.len()).unwrap()];
    content.extend(name.bytes().chain(data.bytes()));
    let length = u8::try_from(content.len()).unwrap();
    // Two bytes of LEB128, whatever the length.
    [wasm, &[0, length | 0x80, length >> 7], content.as_slice()].concat()
}
