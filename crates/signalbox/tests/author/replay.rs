//! Fixtures that differ: inside the sandbox, natively, and after they were told what to expect.

use crate::author::Author;
use serde_json::Value;

#[test]
fn a_difference_is_shown_and_can_be_accepted() {
    let author = Author::new();
    author.plugin_well("", &["new", "dove"]);
    author.plugin_well("dove", &["build"]);
    author.plugin_well("dove", &["replay"]);

    // One expects something else, one expects nothing yet, one is a body that cannot be read.
    let fixture = author.read("dove/fixtures/message.json");
    author.write(
        "dove/fixtures/message.json",
        fixture.replace("\"name\": \"Ada\",\n        \"phone\"", "\"name\": \"Eve\",\n        \"phone\""),
    );
    author.write("dove/fixtures/new.json", r#"{"request": {"json": {"type": "balance"}}}"#);
    author.write("dove/fixtures/broken.json", r#"{"request": {"text": "{"}, "error": "invalid_input"}"#);
    let ended = author.plugin("dove", &["replay"]);
    assert!(!ended.success && ended.err.contains("2 of 3 fixtures differ"), "{ended:?}");
    assert!(ended.out.contains("same     ./fixtures/broken.json"), "{ended:?}");
    assert!(
        ended.out.contains("-      \"name\": \"Eve\"") && ended.out.contains("+      \"name\": \"Ada\""),
        "{ended:?}"
    );
    let natively = author.plugin("dove", &["test"]);
    assert!(!natively.success && natively.out.contains("Eve"), "the native tests replay them as well: {natively:?}");

    let updated = author.plugin_well("dove", &["replay", "--update"]);
    assert!(
        updated.contains("updated  ./fixtures/message.json") && updated.contains("updated  ./fixtures/new.json"),
        "{updated}"
    );
    author.plugin_well("dove", &["replay"]);
    let kept: Value = serde_json::from_str(&author.read("dove/fixtures/message.json")).unwrap();
    let before: Value = serde_json::from_str(&fixture).unwrap();
    assert_eq!(kept, before, "the request is as it was, and the event as the plugin makes it");

    // Named ones, of a named file, from anywhere.
    let args = ["replay", "--wasm", "dove/dove.wasm", "dove/fixtures/new.json"];
    assert_eq!(author.plugin_well("", &args), "same     dove/fixtures/new.json\n");
}

#[test]
fn a_plugin_that_differs_inside_the_sandbox_fails_its_test() {
    let author = Author::new();
    author.plugin_well("", &["new", "swift"]);
    // Natively it is well; as WebAssembly it crashes.
    let parse = author.read("swift/src/parse.rs");
    let crashing = parse.replace(
        "    Ok(vec![event])",
        "    assert!(!cfg!(target_family = \"wasm\"), \"only there\");\n    Ok(vec![event])",
    );
    assert_ne!(parse, crashing);
    author.write("swift/src/parse.rs", crashing);
    let ended = author.plugin("swift", &["test"]);
    assert!(!ended.success && ended.err.contains("1 of 1 fixtures differ in the sandbox"), "{ended:?}");
    assert!(ended.out.contains("differs  ./fixtures/message.json"), "{ended:?}");
    assert!(ended.out.contains("plugin swift@0.1.0, parse: crashed"), "{ended:?}");
}
