//! A guest that does what it is told and hands out everything it has seen.
//!
//! All that these tests know of the plugin contract is in this file.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use signalbox_plugin_host::{CallContext, CallError, CallSecrets, Plugin};

use crate::canary::CANARY;
use crate::guest::{action as call_of, context, manifest, with_manifest, with_world};

pub const API: &str = "https://api.provider.example";

/// Between the parts of what the guest is told. JSON leaves it as it is.
const MARK: char = '\u{7f}';

/// A request for the guest to make.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// Name and value; no header if the name is empty.
    pub header: (&'a str, &'a str),
    /// No body if it is empty.
    pub body: &'a str,
    /// Name of the secret; none if it is empty.
    pub secret: &'a str,
}

impl<'a> Ask<'a> {
    pub fn get(url: &'a str, secret: &'a str) -> Self {
        Self { method: "GET", url, header: ("", ""), body: "", secret }
    }

    fn told(&self) -> String {
        let Self { method, url, header: (name, value), body, secret } = self;
        [*method, url, name, value, body, secret].map(|part| format!("{part}{MARK}")).concat()
    }
}

/// Makes the guest ask, log every answer or failure, and return its whole memory.
pub async fn memory(plugin: &Plugin, asks: &[Ask<'_>]) -> Result<Vec<u8>, CallError> {
    let memory = tell(plugin, &with_secrets(), "dump", asks).await?;
    Ok(hex::decode(memory.as_str().expect("a dump is a text")).expect("of hex"))
}

/// Makes the guest ask, log every answer or failure, and fail with the last one as its message.
pub async fn error(plugin: &Plugin, asks: &[Ask<'_>]) -> CallError {
    tell(plugin, &with_secrets(), "fail", asks).await.unwrap_err()
}

/// Makes the guest ask as [`memory`] does, in a call of this id.
pub async fn memory_of_call(plugin: &Plugin, call_id: &str, asks: &[Ask<'_>]) -> Result<Value, CallError> {
    let ctx = CallContext { call_id: call_id.to_owned(), ..with_secrets() };
    tell(plugin, &ctx, "dump", asks).await
}

async fn tell(plugin: &Plugin, ctx: &CallContext, action: &str, asks: &[Ask<'_>]) -> Result<Value, CallError> {
    let told: String = asks.iter().map(Ask::told).collect();
    plugin.invoke(ctx, call_of(action, json!(told))).await
}

/// The canary under every name, also under names that the manifest does not know.
fn with_secrets() -> CallContext {
    let names = ["in_header", "in_query", "in_path", "in_body", "in_shop", "kept", "stranger"];
    let secrets = names.map(|name| (name.to_owned(), CANARY.to_owned().into()));
    CallContext { secrets: CallSecrets::new(BTreeMap::from(secrets)), ..context() }
}

pub fn greedy() -> Vec<u8> {
    let world = "import signalbox:plugin/http@1.0.0; import signalbox:plugin/log@1.0.0; \
                 export signalbox:plugin/actions@1.0.0;";
    with_manifest(&with_world(GUEST, world), &wide_manifest())
}

/// A secret for every place that there is.
fn wide_manifest() -> Value {
    let api = "api.provider.example";
    let inject = |host: &str, place: Value| json!({"scope": "connection", "inject": {"host": host, "place": place}});
    let field = json!({"type": "string", "format": "password", "writeOnly": true, "x-secret": true});
    let action = |name: &str| json!({"name": name, "description": "Asks", "input": {}, "output": {}});
    let mut manifest = manifest(&["actions"]);
    manifest["egress"] = json!([
        {"host": api, "methods": ["GET", "POST"]},
        {"host": "other.provider.example", "methods": ["GET", "POST"]},
        {"host": "{shop}.shops.example", "methods": ["GET"]},
    ]);
    manifest["secrets"] = json!({
        "in_header": inject(api, json!({"header": {"name": "authorization", "prefix": "Bearer "}})),
        "in_query": inject(api, json!({"query": {"name": "key"}})),
        "in_path": inject(api, json!({"path": {"placeholder": "{t}"}})),
        "in_body": inject(api, json!({"body": {"pointer": "/auth/token"}})),
        "in_shop": inject("{shop}.shops.example", json!({"query": {"name": "key"}})),
        "unset": inject(api, json!({"query": {"name": "key"}})),
        "kept": {"scope": "connection"},
    });
    let names = ["in_header", "in_query", "in_path", "in_body", "in_shop", "unset", "kept"];
    let mut fields: BTreeMap<_, _> = names.map(|name| (name, field.clone())).into();
    fields.insert("shop", json!({"type": "string"}));
    manifest["settings"] = json!({"type": "object", "properties": fields});
    manifest["actions"] = ["dump", "fail"].map(action).into();
    manifest
}

const GUEST: &str = r#"(module
    (import "signalbox:plugin/http@1.0.0" "send" (func $http (param
        i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "signalbox:plugin/log@1.0.0" "log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 2)

    ;; Everything the host hands over lands above 65536, and nothing is ever freed.
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

    ;; Undoes the escapes of JSON that these tests need, in place; returns the new end.
    (func $unescape (param $at i32) (param $end i32) (result i32)
        (local $to i32) (local $byte i32)
        (local.set $to (local.get $at))
        (block $done (loop $more
            (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $byte (i32.load8_u (local.get $at)))
            (if (i32.eq (local.get $byte) (i32.const 92)) (then
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (local.set $byte (i32.load8_u (local.get $at)))
                (if (i32.eq (local.get $byte) (i32.const 110)) (then (local.set $byte (i32.const 10))))
                (if (i32.eq (local.get $byte) (i32.const 114)) (then (local.set $byte (i32.const 13))))))
            (i32.store8 (local.get $to) (local.get $byte))
            (local.set $to (i32.add (local.get $to) (i32.const 1)))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $more)))
        (local.get $to))

    ;; The next part of what the guest is told; its length is left in $length.
    (global $cursor (mut i32) (i32.const 0))
    (global $end (mut i32) (i32.const 0))
    (global $length (mut i32) (i32.const 0))
    (func $part (result i32)
        (local $start i32)
        (local.set $start (global.get $cursor))
        (block $done (loop $more
            (br_if $done (i32.ge_u (global.get $cursor) (global.get $end)))
            (br_if $done (i32.eq (i32.load8_u (global.get $cursor)) (i32.const 127)))
            (global.set $cursor (i32.add (global.get $cursor) (i32.const 1)))
            (br $more)))
        (global.set $length (i32.sub (global.get $cursor) (local.get $start)))
        (global.set $cursor (i32.add (global.get $cursor) (i32.const 1)))
        (local.get $start))

    ;; Six parts lie at 256, as addresses and lengths: method, URL, name and value of a header (which
    ;; together are a header as the contract lays it out), body, secret.
    (global $said (mut i32) (i32.const 0))
    (global $said_length (mut i32) (i32.const 0))
    (func $ask
        (local $at i32)
        (local.set $at (i32.const 256))
        (loop $more
            (i32.store (local.get $at) (call $part))
            (i32.store offset=4 (local.get $at) (global.get $length))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $more (i32.lt_u (local.get $at) (i32.const 304))))
        (call $http
            (i32.load (i32.const 256)) (i32.load (i32.const 260))
            (i32.load (i32.const 264)) (i32.load (i32.const 268))
            (i32.const 272) (i32.ne (i32.load (i32.const 276)) (i32.const 0))
            (i32.ne (i32.load (i32.const 292)) (i32.const 0))
            (i32.load (i32.const 288)) (i32.load (i32.const 292))
            (i32.ne (i32.load (i32.const 300)) (i32.const 0))
            (i32.load (i32.const 296)) (i32.load (i32.const 300))
            (i32.const 0) (i32.const 0)
            (i32.const 400))
        ;; A failure's message, or an answer's body.
        (local.set $at (select (i32.const 408) (i32.const 416) (i32.load8_u (i32.const 400))))
        (global.set $said (i32.load (local.get $at)))
        (global.set $said_length (i32.load offset=4 (local.get $at)))
        (call $log (i32.const 1) (global.get $said) (global.get $said_length)))

    (func $digit (param $n i32) (result i32)
        (i32.add (i32.add (local.get $n) (i32.const 48))
            (i32.mul (i32.gt_u (local.get $n) (i32.const 9)) (i32.const 39))))

    ;; Everything below $next, as a JSON string of hex.
    (func $dump (result i32)
        (local $size i32) (local $from i32) (local $to i32) (local $byte i32)
        (local.set $size (global.get $next))
        (local.set $to (call $allocate (i32.const 0) (i32.const 0) (i32.const 1)
            (i32.add (i32.mul (local.get $size) (i32.const 2)) (i32.const 2))))
        ;; ok(text), whose area is at 16.
        (i32.store8 (i32.const 16) (i32.const 0))
        (i32.store (i32.const 24) (local.get $to))
        (i32.store (i32.const 28) (i32.add (i32.mul (local.get $size) (i32.const 2)) (i32.const 2)))
        (i32.store8 (local.get $to) (i32.const 34))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (loop $more
            (local.set $byte (i32.load8_u (local.get $from)))
            (i32.store8 (local.get $to) (call $digit (i32.shr_u (local.get $byte) (i32.const 4))))
            (i32.store8 offset=1 (local.get $to) (call $digit (i32.and (local.get $byte) (i32.const 15))))
            (local.set $from (i32.add (local.get $from) (i32.const 1)))
            (local.set $to (i32.add (local.get $to) (i32.const 2)))
            (br_if $more (i32.lt_u (local.get $from) (local.get $size))))
        (i32.store8 (local.get $to) (i32.const 34))
        (i32.const 16))

    (func (export "signalbox:plugin/actions@1.0.0#invoke")
        (param i32 i32 i32 i64 i32 i32 i32 i32)
        (param $name i32) (param $name_length i32)
        (param $input i32) (param $input_length i32)
        (param $key i32) (param $key_length i32) (result i32)
        (global.set $cursor (i32.add (local.get $input) (i32.const 1)))
        (global.set $end (call $unescape (global.get $cursor)
            (i32.sub (i32.add (local.get $input) (local.get $input_length)) (i32.const 1))))
        (block $done (loop $more
            (br_if $done (i32.ge_u (global.get $cursor) (global.get $end)))
            (call $ask)
            (br $more)))
        (if (i32.eq (i32.load8_u (local.get $name)) (i32.const 100)) (then (return (call $dump))))
        ;; err(other, what was said last), with nothing optional.
        (memory.fill (i32.const 16) (i32.const 0) (i32.const 56))
        (i32.store8 (i32.const 16) (i32.const 1))
        (i32.store8 (i32.const 24) (i32.const 11))
        (i32.store (i32.const 40) (global.get $said))
        (i32.store (i32.const 44) (global.get $said_length))
        (i32.const 16)))"#;
