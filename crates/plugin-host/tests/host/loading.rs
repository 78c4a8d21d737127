//! What is accepted as a plugin, and how often it is compiled.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use plugin_sdk::InboundRequest;
use serde_json::json;
use sha2::{Digest, Sha256};
use signalbox_plugin_host::{Config, LoadError, PluginHost};

use crate::guest::{
    TestHost, checking, checking_as, context, fetching, manifest, parsing, returning, with_manifest, with_world,
};

fn webhook() -> InboundRequest {
    InboundRequest {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn refusal(wasm: &[u8]) -> LoadError {
    TestHost::new().host.load(wasm).unwrap_err()
}

#[tokio::test]
async fn a_module_becomes_a_plugin() {
    let wasm = returning("[]");
    let plugin = TestHost::new().load(&wasm);
    assert_eq!(plugin.name(), "probe@1.2.3");
    assert_eq!(plugin.manifest().id, "probe");
    assert_eq!(plugin.sha256().len(), 64);
    assert_eq!(plugin.parse(&context(), webhook()).await.unwrap(), []);
}

#[tokio::test]
async fn a_component_is_a_plugin_already() {
    let component = wit_component::ComponentEncoder::default().module(&returning("[]")).unwrap().encode().unwrap();
    let plugin = TestHost::new().load(&component);
    assert_eq!(plugin.parse(&context(), webhook()).await.unwrap(), []);
}

#[test]
fn files_that_are_no_plugins_are_refused() {
    let without_manifest = with_world("(module)", "");
    assert!(matches!(refusal(&without_manifest), LoadError::ManifestMissing));
    assert!(matches!(refusal(b"\x7fELF"), LoadError::NotWasm(_)));
    assert!(matches!(refusal(b""), LoadError::NotWasm(_)));
    let large = vec![0; (32 << 20) + 1];
    assert!(matches!(refusal(&large), LoadError::TooLarge { .. }));

    let bad_manifest = with_manifest(&without_manifest, &json!({"id": "probe"}));
    assert!(matches!(refusal(&bad_manifest), LoadError::Manifest(_)));

    let two = with_manifest(&returning("[]"), &manifest(&["admin"]));
    assert!(matches!(refusal(&two), LoadError::ManifestAmbiguous));

    let no_world = with_manifest(&wat::parse_str("(module)").unwrap(), &manifest(&["channel"]));
    let error = refusal(&no_world);
    let explained = matches!(error, LoadError::NotAComponent(_) | LoadError::ExportMissing { .. });
    assert!(explained, "{error:?}");
}

#[test]
fn every_truncation_of_a_plugin_is_refused_in_peace() {
    let host = TestHost::new();
    let wasm = returning("[]");
    for length in (0..wasm.len()).step_by(7) {
        host.host.load(&wasm[..length]).unwrap_err();
    }
}

#[test]
fn invalid_code_is_refused() {
    let mut wasm = parsing("unreachable");
    let code = wasm.windows(2).position(|it| it == [0x00, 0x0b]).unwrap();
    wasm[code] = 0xff;
    let error = refusal(&wasm);
    let explained = matches!(error, LoadError::NotWasm(_) | LoadError::NotAComponent(_) | LoadError::Compile(_));
    assert!(explained, "{error:?}");
}

#[test]
fn more_memory_than_the_limit_from_the_start_is_refused() {
    let text = r#"(module
        (memory (export "memory") 2000)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "signalbox:plugin/enrich@1.0.0#facts")
            (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#;
    let module = with_world(text, "export signalbox:plugin/enrich@1.0.0;");
    let error = refusal(&with_manifest(&module, &manifest(&["enrich"])));
    assert!(matches!(error, LoadError::Compile(_)), "{error:?}");
    assert!(error.to_string().contains("memory"), "{error}");
}

#[test]
fn an_interface_the_manifest_lists_must_be_exported() {
    let text = r#"(module
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "signalbox:plugin/admin@1.0.0#check")
            (param i32 i32 i32 i64 i32 i32 i32 i32) (result i32) unreachable)
        (func (export "signalbox:plugin/admin@1.0.0#options")
            (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
        (func (export "signalbox:plugin/admin@1.0.0#migrate-settings")
            (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32) unreachable))"#;
    let module = with_world(text, "export signalbox:plugin/admin@1.0.0;");
    let error = refusal(&with_manifest(&module, &manifest(&["admin", "channel"])));
    assert!(matches!(error, LoadError::ExportMissing { interface: "channel" }), "{error:?}");
}

#[test]
fn a_function_that_an_interface_lacks_is_named() {
    let text = r#"(component
        (instance $admin)
        (export "signalbox:plugin/admin@1.0.0" (instance $admin)))"#;
    let error = refusal(&with_manifest(&wat::parse_str(text).unwrap(), &manifest(&["admin"])));
    assert_eq!(error.to_string(), "the interface `admin` lacks the function `check`");
}

/// A component that imports `instance` of this name, in text.
fn importing(name: &str, instance: &str) -> Vec<u8> {
    let text = format!(r#"(component (import "{name}" (instance {instance})))"#);
    with_manifest(&wat::parse_str(text).unwrap(), &manifest(&["channel"]))
}

#[test]
fn imports_this_host_does_not_offer_are_explained() {
    let function = r#"(export "hmac" (func (param "data" (list u8)) (result (list u8))))"#;
    let error = refusal(&importing("signalbox:plugin/blobs@1.1.0", function));
    assert!(error.to_string().contains("needs a host that offers plugin API 1.1.0 or later"), "{error}");
    let error = refusal(&importing("signalbox:plugin/log@1.4.0", function));
    assert!(error.to_string().contains("`signalbox:plugin/log@1.4.0#hmac`"), "{error}");

    let error = refusal(&importing("wasi:clocks/monotonic-clock@0.2.6", ""));
    assert!(matches!(error, LoadError::Wasi { .. }), "{error:?}");

    let error = refusal(&importing("some:thing/else@1.0.0", ""));
    assert!(matches!(error, LoadError::UnknownImport { .. }), "{error:?}");
}

#[test]
fn the_right_names_with_other_types_are_refused() {
    let text = r#"(component
        (import "signalbox:plugin/log@1.0.0" (instance (export "log" (func (param "message" u32))))))"#;
    let error = refusal(&with_manifest(&wat::parse_str(text).unwrap(), &manifest(&["admin"])));
    assert!(matches!(error, LoadError::Incompatible(_)), "{error:?}");
}

struct Cached {
    dir: tempfile::TempDir,
}

impl Cached {
    fn try_load(&self, wasm: &[u8]) -> Result<(), LoadError> {
        let egress = egress::Egress::new(egress::Config::default()).unwrap();
        let config = Config { max_concurrent_calls: 2, ..Config::new(self.dir.path().join("code"), egress) };
        PluginHost::new(config).unwrap().load(wasm).map(drop)
    }

    fn load(&self, wasm: &[u8]) {
        self.try_load(wasm).unwrap();
    }

    /// The compiled code.
    fn file(&self) -> PathBuf {
        self.only("cwasm").expect("it was loaded")
    }

    /// The file of this kind, if there is one.
    fn only(&self, extension: &str) -> Option<PathBuf> {
        let files = fs::read_dir(self.dir.path().join("code")).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
        assert!(files.len() < 2, "{files:?}");
        files.first().cloned()
    }
}

#[test]
fn code_is_compiled_once_and_a_damaged_copy_again() {
    let cached = Cached { dir: tempfile::tempdir().unwrap() };
    let wasm = checking(r#"{"ok":true}"#);
    cached.load(&wasm);
    let whole = fs::read(cached.file()).unwrap();
    let modified = || fs::metadata(cached.file()).unwrap().modified().unwrap();
    let first = modified();
    cached.load(&wasm);
    assert_eq!(modified(), first, "not written again");

    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let mut cut = whole.clone();
    cut.truncate(middle);
    for damaged in [flipped, cut, b"short".to_vec(), Vec::new()] {
        fs::write(cached.file(), damaged).unwrap();
        cached.load(&wasm);
        assert_eq!(fs::read(cached.file()).unwrap().len(), whole.len());
    }
    // Whole, but not what this engine makes.
    let foreign = b"not an artifact";
    let checksum = crc32fast::hash(foreign).to_le_bytes();
    fs::write(cached.file(), [foreign, &checksum[..]].concat()).unwrap();
    cached.load(&wasm);
    assert_eq!(fs::read(cached.file()).unwrap().len(), whole.len());
}

#[test]
fn a_manifest_is_judged_once_by_the_same_rules() {
    let cached = Cached { dir: tempfile::tempdir().unwrap() };
    let mut wrong = manifest(&["admin"]);
    wrong["version"] = json!("latest");
    let refused = checking_as("{}", &wrong);
    for _ in 0..2 {
        assert!(matches!(cached.try_load(&refused), Err(LoadError::Manifest(_))), "not accepted, however often");
    }
    assert_eq!(cached.only("accepted"), None);

    let accepted = checking("{}");
    cached.load(&accepted);
    let note = cached.only("accepted").unwrap();
    let name = note.file_name().unwrap().to_str().unwrap();
    assert!(name.contains(&hex::encode(Sha256::digest(&accepted))) && name.contains(manifest::RULES), "{name}");
    assert_eq!(fs::metadata(&note).unwrap().permissions().mode() & 0o777, 0o600);
    cached.load(&accepted);
    assert!(cached.try_load(&refused).is_err(), "a note is for one file");

    // Under other rules it is judged anew.
    let other = note.with_file_name(name.replace(manifest::RULES, "0123456789abcdef"));
    fs::rename(&note, &other).unwrap();
    cached.load(&accepted);
    assert!(note.exists());
}

#[test]
fn the_cache_is_for_this_user_alone() {
    let cached = Cached { dir: tempfile::tempdir().unwrap() };
    let dir = cached.dir.path().join("code");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    cached.load(&fetching(false));
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&cached.file()), 0o600);
}

fn refusals(wasm: &[u8]) -> Vec<String> {
    let host = TestHost::new();
    let found = host.host.examine(wasm).refusals;
    assert_eq!(found.is_empty(), host.host.load(wasm).is_ok(), "{found:?}");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn every_reason_for_a_refusal_is_told_at_once() {
    let text = r#"(component
        (import "signalbox:plugin/blobs@1.1.0" (instance))
        (import "signalbox:plugin/log@1.4.0" (instance (export "trace" (func))))
        (import "wasi:clocks/monotonic-clock@0.2.6" (instance))
        (instance $admin)
        (export "signalbox:plugin/admin@1.0.0" (instance $admin)))"#;
    let wasm = with_manifest(&wat::parse_str(text).unwrap(), &manifest(&["admin", "channel", "webhooks"]));
    let found = refusals(&wasm);
    for part in [
        "`signalbox:plugin/blobs@1.1.0`",
        "`signalbox:plugin/log@1.4.0#trace`",
        "`wasi:clocks/monotonic-clock@0.2.6`",
        "lists the interface `channel`",
        "lists the interface `webhooks`",
        "lacks the function `check`",
        "lacks the function `options`",
        "lacks the function `migrate-settings`",
    ] {
        assert_eq!(found.iter().filter(|reason| reason.contains(part)).count(), 1, "{part}: {found:?}");
    }
    assert_eq!(found.len(), 8, "{found:?}");
    let manifest = TestHost::new().host.examine(&wasm).manifest;
    assert_eq!(manifest.unwrap().id, "probe", "what it says about itself can be shown nevertheless");
}

#[test]
fn faults_of_manifest_size_and_code_are_told_together() {
    let text = r#"(component (import "some:thing/else@1.0.0" (instance)) (core module (func unreachable drop)))"#;
    let mut broken = wat::parse_str(text).unwrap();
    broken.extend(with_manifest(&[], &json!({"id": "probe"})));
    let position = broken.windows(2).position(|it| it == [0x00, 0x1a]).unwrap();
    broken[position + 1] = 0xff;
    broken.extend(custom_section(33 << 20));
    let found = refusals(&broken);
    for part in ["more than the", "the manifest is refused", "cannot be compiled", "`some:thing/else@1.0.0`"] {
        assert!(found.iter().any(|reason| reason.contains(part)), "{part}: {found:?}");
    }
    assert_eq!(refusals(b"nonsense").len(), 1);
    assert_eq!(refusals(&returning("[]")), [""; 0]);
}

/// A custom section of this size, which means nothing.
fn custom_section(size: u32) -> Vec<u8> {
    let mut section = vec![0];
    let mut left = size;
    while left >= 0x80 {
        section.push(u8::try_from(left & 0x7f).unwrap() | 0x80);
        left >>= 7;
    }
    section.push(u8::try_from(left).unwrap());
    section.resize(section.len() + size as usize, 0);
    section
}

#[tokio::test]
async fn the_memory_of_a_call_is_known_after_it() {
    let host = TestHost::new();
    let plugin = host.load(&parsing("(drop (memory.grow (i32.const 16))) unreachable"));
    assert_eq!(plugin.memory_peak(), 0);
    plugin.parse(&context(), webhook()).await.unwrap_err();
    assert_eq!(plugin.memory_peak(), 18 << 16);
}
