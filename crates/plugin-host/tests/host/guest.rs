//! Small guests written in WebAssembly text. The host makes components of them.

use std::path::Path;
use std::sync::Arc;

use plugin_sdk::actions::Call;
use serde_json::{Value, json};

use signalbox_plugin_host::{CallContext, CallSecrets, Config, Limits, Plugin, PluginHost, Tape};
use tempfile::TempDir;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What every guest has: a memory, and an allocator that never frees.
const PRELUDE: &str = r#"
    (memory (export "memory") 2)
    (global $next (mut i32) (i32.const 65536))
    (func $allocate (export "cabi_realloc")
        (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and
            (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
        (global.set $next (i32.add (local.get $at) (local.get $size)))
        (loop $more
            (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
                (then
                    (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
                    (br $more))))
        (local.get $at))
    ;; Returns ok(text) as result<string, error>, whose area is at 16.
    (func $ok (param $text i32) (param $length i32) (result i32)
        (i32.store8 (i32.const 16) (i32.const 0))
        (i32.store (i32.const 24) (local.get $text))
        (i32.store (i32.const 28) (local.get $length))
        (i32.const 16))
    ;; Returns err(kind, message), with nothing optional.
    (func $error (param $kind i32) (param $text i32) (param $length i32) (result i32)
        (memory.fill (i32.const 16) (i32.const 0) (i32.const 56))
        (i32.store8 (i32.const 16) (i32.const 1))
        (i32.store8 (i32.const 24) (local.get $kind))
        (i32.store (i32.const 40) (local.get $text))
        (i32.store (i32.const 44) (local.get $length))
        (i32.const 16))
"#;

/// GETs a URL with a secret, or without if its name is empty; returns the body as ok, or the
/// failure's message as err. With `stubborn`, tries again after every failure.
const FETCH: &str = r#"
    (data (i32.const 100) "GET")
    (func $fetch (param $url i32) (param $url_length i32) (param $secret i32) (param $length i32)
        (result i32)
        (loop $again
            (call $http
                (i32.const 100) (i32.const 3) (local.get $url) (local.get $url_length)
                (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.ne (local.get $length) (i32.const 0)) (local.get $secret) (local.get $length)
                (i32.const 0) (i32.const 0)
                (i32.const 200))
            (br_if $again (i32.and (i32.load8_u (i32.const 200)) (global.get $stubborn))))
        (if (result i32) (i32.load8_u (i32.const 200))
            (then (call $error (i32.const 11) (i32.load (i32.const 208)) (i32.load (i32.const 212))))
            (else (call $ok (i32.load (i32.const 216)) (i32.load (i32.const 220))))))
"#;

const IMPORT_HTTP: &str = r#"
    (import "signalbox:plugin/http@1.0.0" "send" (func $http (param
        i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
"#;

/// A guest whose `parse` runs `body`, which leaves the address of its result.
pub fn parsing(body: &str) -> Vec<u8> {
    webhooks(&parsing_text(body))
}

/// The same, with limits in its manifest.
pub fn parsing_within(limits: Value, body: &str) -> Vec<u8> {
    let mut manifest = manifest(&["webhooks"]);
    manifest["limits"] = limits;
    with_manifest(&webhooks_module(&parsing_text(body)), &manifest)
}

fn parsing_text(body: &str) -> String {
    format!(
        r#"(module {PRELUDE}
            (func $endless (call $endless) (call $endless))
            (func (export "signalbox:plugin/webhooks@1.0.0#parse") (param $in i32) (result i32)
                {body}))"#
    )
}

/// A channel whose `parse` returns `json`, and whose `send` a receipt.
pub fn returning(json: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {PRELUDE}
            (data (i32.const 1024) "{}")
            (func (export "signalbox:plugin/webhooks@1.0.0#parse") (param $in i32) (result i32)
                (call $ok (i32.const 1024) (i32.const {})))
            ;; A receipt: the id `wamid.7`, unconfirmed.
            (data (i32.const 512) "wamid.7")
            (func (export "signalbox:plugin/channel@1.0.0#send")
                (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32)
                (i32.store8 (i32.const 16) (i32.const 0))
                (i32.store8 (i32.const 24) (i32.const 1))
                (i32.store (i32.const 28) (i32.const 512))
                (i32.store (i32.const 32) (i32.const 7))
                (i32.store8 (i32.const 36) (i32.const 3))
                (i32.const 16))
            (func (export "signalbox:plugin/channel@1.0.0#poll-status")
                (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32)
                unreachable))"#,
        json.replace('\\', "\\\\").replace('"', "\\\""),
        json.len()
    );
    let world = "export signalbox:plugin/webhooks@1.0.0; export signalbox:plugin/channel@1.0.0;";
    with_manifest(&with_world(&text, world), &manifest(&["webhooks", "channel"]))
}

/// A guest whose `parse` returns its context's settings, or its request's body.
pub fn echoing(what: &str) -> Vec<u8> {
    // The parameters lie one after another where `$in` points, pointers and lengths of 4 bytes.
    let (text, length) = match what {
        "settings" => (32, 36),
        "body" => (72, 76),
        other => panic!("{other}"),
    };
    parsing(&format!("(call $ok (i32.load offset={text} (local.get $in)) (i32.load offset={length} (local.get $in)))"))
}

/// A guest whose `parse` tries the network.
pub fn parsing_with_http() -> Vec<u8> {
    let text = format!(
        r#"(module {IMPORT_HTTP} {PRELUDE} (global $stubborn i32 (i32.const 0)) {FETCH}
            (data (i32.const 1024) "https://api.provider.example/")
            (func (export "signalbox:plugin/webhooks@1.0.0#parse") (param $in i32) (result i32)
                (call $fetch (i32.const 1024) (i32.const 29) (i32.const 0) (i32.const 0))))"#
    );
    webhooks(&text)
}

/// Actions: input is a URL to GET, the result its body. The action's name is the secret to use,
/// except for `none`.
pub fn fetching(stubborn: bool) -> Vec<u8> {
    let text = format!(
        r#"(module {IMPORT_HTTP} {PRELUDE} (global $stubborn i32 (i32.const {})) {FETCH}
            (func (export "signalbox:plugin/actions@1.0.0#invoke")
                (param i32 i32 i32 i64 i32 i32 i32 i32)
                (param $name i32) (param $name_length i32)
                (param $input i32) (param $input_length i32)
                (param $key i32) (param $key_length i32) (result i32)
                (if (i32.eq (i32.load8_u (local.get $name)) (i32.const 110))
                    (then (local.set $name_length (i32.const 0))))
                (call $fetch
                    (i32.add (local.get $input) (i32.const 1))
                    (i32.sub (local.get $input_length) (i32.const 2))
                    (local.get $name) (local.get $name_length))))"#,
        i32::from(stubborn)
    );
    let world = "import signalbox:plugin/http@1.0.0; export signalbox:plugin/actions@1.0.0;";
    with_manifest(&with_world(&text, world), &actions_manifest())
}

/// An `admin` whose check returns `json`.
pub fn checking(json: &str) -> Vec<u8> {
    checking_as(json, &manifest(&["admin"]))
}

/// The same, under a manifest of its own.
pub fn checking_as(json: &str, manifest: &Value) -> Vec<u8> {
    let text = format!(
        r#"(module {PRELUDE}
            (data (i32.const 1024) "{}")
            (func (export "signalbox:plugin/admin@1.0.0#check")
                (param i32 i32 i32 i64 i32 i32 i32 i32) (result i32)
                (call $ok (i32.const 1024) (i32.const {})))
            (func (export "signalbox:plugin/admin@1.0.0#options")
                (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
                unreachable)
            (func (export "signalbox:plugin/admin@1.0.0#migrate-settings")
                (param i32 i32 i32 i64 i32 i32 i32 i32 i32 i32) (result i32)
                unreachable))"#,
        json.replace('"', "\\\""),
        json.len()
    );
    let world = "export signalbox:plugin/admin@1.0.0;";
    with_manifest(&with_world(&text, world), manifest)
}

fn webhooks(text: &str) -> Vec<u8> {
    with_manifest(&webhooks_module(text), &manifest(&["webhooks"]))
}

fn webhooks_module(text: &str) -> Vec<u8> {
    let world = "import signalbox:plugin/http@1.0.0; export signalbox:plugin/webhooks@1.0.0;";
    with_world(text, world)
}

/// A manifest with nothing but interfaces.
pub fn manifest(interfaces: &[&str]) -> Value {
    json!({
        "id": "probe", "name": "Probe", "version": "1.2.3", "api": "1",
        "interfaces": interfaces,
    })
}

fn actions_manifest() -> Value {
    let secret = |host: &str, place: Value| json!({"scope": "connection", "inject": {"host": host, "place": place}});
    let field = json!({"type": "string", "format": "password", "writeOnly": true, "x-secret": true});
    let bearer = json!({"header": {"name": "authorization", "prefix": "Bearer "}});
    let action = |name: &str| {
        json!({"name": name, "description": "GETs a URL", "input": {"type": "object"},
               "output": {"type": "object"}})
    };
    let mut manifest = manifest(&["actions"]);
    manifest["egress"] = json!([
        {"host": "api.provider.example", "methods": ["GET"]},
        {"host": "other.provider.example", "methods": ["GET"]},
        {"host": "post.provider.example", "methods": ["POST"]},
        {"host": "{shop}.shops.example", "methods": ["GET"]},
    ]);
    manifest["secrets"] = json!({
        "token": secret("api.provider.example", bearer),
        "path_token": secret("api.provider.example", json!({"path": {"placeholder": "{t}"}})),
        "shop_key": secret("{shop}.shops.example", json!({"query": {"name": "key"}})),
        "unset": secret("api.provider.example", json!({"query": {"name": "key"}})),
    });
    manifest["settings"] = json!({"type": "object", "properties": {
        "shop": {"type": "string"},
        "token": field, "path_token": field, "shop_key": field, "unset": field,
    }});
    manifest["actions"] = ["none", "token", "path_token", "shop_key", "unset", "stranger"].map(action).into();
    manifest
}

/// A core module that says which world it implements, as compilers do.
pub fn with_world(text: &str, world: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap();
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin-sdk/wit");
    resolve.push_dir(wit).unwrap();
    let source = format!("package test:guest; world guest {{ {world} }}");
    let package = resolve.push_str("guest.wit", &source).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// Appends the manifest as a custom section.
pub fn with_manifest(wasm: &[u8], manifest: &Value) -> Vec<u8> {
    let name = b"signalbox:manifest";
    let data = manifest.to_string();
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend_from_slice(name);
    section.extend_from_slice(data.as_bytes());
    let mut wasm = wasm.to_vec();
    wasm.push(0);
    let mut length = section.len();
    while length >= 0x80 {
        wasm.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    wasm.push(u8::try_from(length).unwrap());
    wasm.extend(section);
    wasm
}

/// A host with a cache of its own, for as long as the test lives.
pub struct TestHost {
    pub host: PluginHost,
    _cache: TempDir,
}

impl TestHost {
    pub fn new() -> Self {
        Self::with(Limits::default(), 4, egress::Config::default())
    }

    pub fn with(limits: Limits, max_concurrent_calls: u32, egress: egress::Config) -> Self {
        let cache = tempfile::tempdir().unwrap();
        let egress = egress::Egress::new(egress).unwrap();
        let config = Config { limits, max_concurrent_calls, ..Config::new(cache.path().join("code"), egress) };
        Self { host: PluginHost::new(config).unwrap(), _cache: cache }
    }

    pub fn load(&self, wasm: &[u8]) -> Arc<Plugin> {
        self.host.load(wasm).unwrap()
    }
}

pub fn context() -> CallContext {
    CallContext {
        call_id: "call-1".to_owned(),
        attempt: 1,
        now_ms: 1_790_000_000_000,
        connection_id: "connection-1".to_owned(),
        settings: json!({"shop": "kettle"}),
        secrets: CallSecrets::default(),
        state: None,
        recorder: None,
        tape: Tape::off(),
    }
}

/// An action that is asked for.
pub fn action(name: &str, input: Value) -> Call {
    Call { name: name.to_owned(), input, idempotency_key: "key-1".to_owned() }
}
