//! Which manifests are accepted, and where the others are told to be wrong.

use serde_json::{Value, json};
use signalbox_manifest::{Fault, Interface, Limits, Manifest, ManifestError, Reason};

use crate::support::recipe_json;

/// A manifest that uses every member.
fn complete() -> Value {
    json!({
        "id": "shop-chat",
        "name": "Shop chat",
        "version": "1.4.0-beta.2",
        "api": "1",
        "description": "Orders and messages of one shop.",
        "interfaces": ["webhooks", "channel", "actions", "triggers", "admin"],
        "webhook": recipe_json("shopify"),
        "egress": [
            {"host": "{shop}.myshopify.com", "methods": ["GET", "POST"]},
            {"host": "graph.facebook.com", "methods": ["POST"]},
        ],
        "secrets": {
            "access_token": {"scope": "connection", "inject": {
                "host": "{shop}.myshopify.com",
                "place": {"header": {"name": "X-Shopify-Access-Token"}},
            }},
            "graph.token": {"scope": "connection", "inject": {
                "host": "graph.facebook.com",
                "place": {"header": {"name": "authorization", "prefix": "Bearer "}},
            }},
            "client_secret": {"scope": "endpoint"},
            "previous_client_secret": {"scope": "endpoint"},
        },
        "actions": [{
            "name": "order.lookup",
            "description": "Finds an order by its number.",
            "input": {"type": "object", "properties": {"number": {"type": "string"}}},
            "output": {"type": "object"},
        }],
        "triggers": [{"name": "new_orders", "description": "Orders as they come in.", "every_s": 60}],
        "settings": {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "x-test-connection": true,
            "required": ["shop", "access_token"],
            "properties": {
                "shop": {"type": "string", "x-order": 1},
                "access_token": {"type": "string", "format": "password", "writeOnly": true},
                "graph": {"type": "object", "properties": {
                    "token": {"type": "string", "x-secret": true},
                }},
            },
        },
        "endpoint_settings": {
            "type": "object",
            "required": ["client_secret"],
            "properties": {
                "client_secret": {"type": "string", "x-secret": true},
                "previous_client_secret": {"type": "string", "x-secret": true},
            },
        },
        "limits": {"memory_mib": 32, "cpu_ms": 500},
    })
}

fn parse(manifest: &Value) -> Result<Manifest, ManifestError> {
    Manifest::parse(manifest.to_string().as_bytes())
}

/// The error of the complete manifest with `value` at `pointer`.
fn with(pointer: &str, value: Value) -> ManifestError {
    let mut manifest = complete();
    set(&mut manifest, pointer, value);
    parse(&manifest).unwrap_err()
}

fn set(manifest: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = manifest.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        parent => parent[name] = value,
    }
}

/// Everything that is wrong with the complete manifest with `value` at `pointer`.
fn faults(pointer: &str, value: Value) -> Vec<(String, Fault)> {
    let of = |reason: &Reason| match reason {
        Reason::Invalid { pointer, fault } => (pointer.clone(), fault.clone()),
        other => panic!("{other:?}"),
    };
    with(pointer, value).reasons().iter().map(of).collect()
}

/// Expects a fault among others that follow from it.
#[track_caller]
fn expect_fault(pointer: &str, value: Value, at: &str, expected: Fault) {
    let found = faults(pointer, value);
    assert!(found.contains(&(at.to_owned(), expected)), "{found:?}");
}

fn pointers(error: &ManifestError) -> Vec<&str> {
    error.reasons().iter().map(Reason::pointer).collect()
}

#[test]
fn a_complete_manifest_is_accepted_and_written_as_it_was_read() {
    let manifest = parse(&complete()).unwrap();
    assert!(manifest.implements(Interface::Admin));
    assert_eq!(manifest.limits.memory_mib, 32);
    assert_eq!(manifest.limits.wall_ms, Limits::MAX.wall_ms);
    assert!(manifest.action("order.lookup").is_some());
    assert!(manifest.action("order").is_none());
    let settings = manifest.settings_schema().unwrap();
    let secrets: Vec<_> = settings.secret_names().collect();
    assert_eq!(secrets, ["access_token", "graph.token"]);
    let host = &manifest.egress[0].host;
    assert_eq!(host.resolve(&json!({"shop": "a"})).unwrap(), "a.myshopify.com");

    let written = serde_json::to_vec(&manifest).unwrap();
    assert_eq!(Manifest::parse(&written).unwrap(), manifest);
}

#[test]
fn the_least_manifest_may_do_nothing() {
    let least = json!({
        "id": "quiet", "name": "Quiet", "version": "0.1.0", "api": "1", "interfaces": ["admin"],
    });
    let manifest = parse(&least).unwrap();
    assert!(manifest.egress.is_empty() && manifest.secrets.is_empty());
    assert_eq!(manifest.limits, Limits::MAX);
    let settings = manifest.settings_schema().unwrap();
    assert!(settings.create(&json!({"any": 1})).is_err());
}

#[test]
fn the_published_schema_accepts_what_parse_accepts() {
    let validator = jsonschema::validator_for(&signalbox_manifest::schema()).unwrap();
    let complete = complete();
    let errors: Vec<_> = validator.iter_errors(&complete).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    for (pointer, wrong) in [
        ("/id", json!("Shop Chat")),
        ("/api", json!("2")),
        ("/unknown", json!(1)),
        ("/egress/0/methods/0", json!("get")),
        ("/secrets/access_token/inject/place", json!({"cookie": {}})),
        ("/webhook/verify/0/hmac/algorithm", json!("md5")),
        ("/limits/memory_mib", json!(65)),
    ] {
        let mut manifest = complete.clone();
        set(&mut manifest, pointer, wrong);
        assert!(!validator.is_valid(&manifest), "{pointer}");
        assert!(parse(&manifest).is_err(), "{pointer}");
    }
}

#[test]
fn a_wrong_shape_is_told_by_its_pointer() {
    for (pointer, wrong, at) in [
        ("/name", json!(7), "/name"),
        ("/interfaces/0", json!("telepathy"), "/interfaces/0"),
        ("/egress/0/host", json!("https://a.example.com"), "/egress/0/host"),
        ("/webhook/accounts/0", json!({"pointer": "id"}), "/webhook/accounts/0/pointer"),
        ("/webhook/verify/0/hmac/content/0", json!({"literally": "x"}), "/webhook/verify/0/hmac/content/0"),
        ("/webhook/verify/1/hmac/signature/header", json!("no header"), "/webhook/verify/1/hmac/signature/header"),
    ] {
        let error = with(pointer, wrong);
        assert!(matches!(error.reasons(), [Reason::Shape { .. }]), "{error:?}");
        assert_eq!(pointers(&error), [at], "{error}");
    }
    let twice = format!("{} {{}}", complete());
    for bytes in [twice.as_bytes(), b"", b"{"] {
        let error = Manifest::parse(bytes).unwrap_err();
        assert!(matches!(error.reasons(), [Reason::Shape { .. }]), "{error:?}");
    }
    let error = Manifest::parse(&vec![b' '; 512 * 1024 + 1]).unwrap_err();
    assert!(matches!(error.reasons(), [Reason::TooLarge { .. }]));
}

#[test]
fn every_wrong_shape_is_told_at_once() {
    let mut manifest = complete();
    manifest.as_object_mut().unwrap().remove("version");
    for (pointer, wrong) in [
        ("/name", json!(7)),
        ("/extra", json!(1)),
        ("/egress/1/methods/0", json!("post")),
        ("/webhook/verify/0/hmac/algorithm", json!("md5")),
        ("/secrets/graph.token/inject/place/header/colour", json!("red")),
    ] {
        set(&mut manifest, pointer, wrong);
    }
    let error = parse(&manifest).unwrap_err();
    let mut pointers = pointers(&error);
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/egress/1/methods/0",
            "/extra",
            "/name",
            "/secrets/graph.token/inject/place/header/colour",
            "/version",
            "/webhook/verify/0/hmac/algorithm",
        ],
        "{error}"
    );
}

#[test]
fn everything_that_does_not_fit_together_is_told_at_once() {
    let mut manifest = complete();
    for (pointer, wrong) in [
        ("/id", json!("Shop Chat")),
        ("/version", json!("1.0")),
        ("/settings/properties/shop/x-ordr", json!(1)),
        ("/settings/properties/shop/minLenght", json!(1)),
        ("/secrets/graph.token/inject/host", json!("evil.example.com")),
        ("/webhook/each", json!("/entry")),
        ("/webhook/ack", json!({"status": 302})),
        ("/actions/0/name", json!("Look Up")),
        ("/actions/0/output/properties", json!({"t": {"type": "string", "x-secret": true}})),
        ("/limits/cpu_ms", json!(0)),
    ] {
        set(&mut manifest, pointer, wrong);
    }
    let error = parse(&manifest).unwrap_err();
    let mut pointers = pointers(&error);
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/actions/0/name",
            "/actions/0/output/properties/t",
            "/id",
            "/limits/cpu_ms",
            "/secrets/graph.token/inject/host",
            "/settings/properties/shop/minLenght",
            "/settings/properties/shop/x-ordr",
            "/version",
            "/webhook/ack/status",
            "/webhook/each",
        ],
        "{error}"
    );
}

#[test]
fn an_unknown_member_is_refused_wherever_it_stands() {
    for pointer in [
        "/extra",
        "/webhook/extra",
        "/egress/0/extra",
        "/secrets/client_secret/extra",
        "/actions/0/extra",
        "/limits/extra",
        "/webhook/verify/0/hmac/extra",
    ] {
        let error = with(pointer, json!(1));
        assert!(error.to_string().contains("unknown field `extra`"), "{error}");
    }
}

#[test]
fn values_that_cannot_be_honoured_are_told_by_their_pointer() {
    let name = || Fault::Name;
    for (pointer, wrong, at, expected) in [
        ("/id", json!("a"), "/id", Fault::Id),
        ("/name", json!("  "), "/name", Fault::Text { min: 1, limit: 100 }),
        ("/version", json!("1.0"), "/version", Fault::Version),
        ("/version", json!("1.0.+1"), "/version", Fault::Version),
        ("/api", json!("2"), "/api", Fault::Api { supported: "1" }),
        ("/interfaces", json!([]), "/interfaces", Fault::Empty),
        ("/interfaces", json!(["actions"]), "/webhook", Fault::InterfaceMissing { interface: "webhooks" }),
        ("/interfaces", json!(["webhooks"]), "/actions", Fault::InterfaceMissing { interface: "actions" }),
        ("/interfaces", json!(["webhooks", "actions"]), "/triggers", Fault::InterfaceMissing { interface: "triggers" }),
        ("/triggers/0/name", json!("New"), "/triggers/0/name", Fault::Name),
        ("/triggers/0/every_s", json!(9), "/triggers/0/every_s", Fault::Range { min: 10, limit: 86_400 }),
        ("/egress/1/methods", json!([]), "/egress/1/methods", Fault::Empty),
        ("/egress/1/host", json!("{shop}.myshopify.com"), "/egress/1/host", Fault::Repeated),
        ("/egress/0/host", json!("{none}.myshopify.com"), "/egress/0/host", Fault::HostLabel { label: "none".into() }),
        (
            "/egress/0/host",
            json!("{access_token}.myshopify.com"),
            "/egress/0/host",
            Fault::HostLabel { label: "access_token".into() },
        ),
        (
            "/account_settings",
            json!(["shop", "access_token"]),
            "/account_settings/1",
            Fault::AccountSetting { name: "access_token".into() },
        ),
        ("/account_settings", json!(["shop", "shop"]), "/account_settings/1", Fault::Repeated),
        (
            "/rates",
            json!([{"per": "recipient", "messages": 1, "every_ms": 0, "burst": 1}]),
            "/rates/0/every_ms",
            Fault::Limit { limit: 86_400_000 },
        ),
        ("/service_window_hours", json!(0), "/service_window_hours", Fault::Limit { limit: 8760 }),
        (
            "/secrets/graph.token/inject/host",
            json!("evil.example.com"),
            "/secrets/graph.token/inject/host",
            Fault::HostNotInEgress,
        ),
        (
            "/secrets/graph.token/inject/place",
            json!({"header": {"name": "Host"}}),
            "/secrets/graph.token/inject/place/header/name",
            Fault::HeaderReserved { name: "host".into() },
        ),
        (
            "/secrets/graph.token/inject/place",
            json!({"header": {"name": "x", "prefix": "a\r\nb"}}),
            "/secrets/graph.token/inject/place/header/prefix",
            Fault::Header,
        ),
        (
            "/secrets/graph.token/inject/place",
            json!({"path": {"placeholder": "token"}}),
            "/secrets/graph.token/inject/place/path/placeholder",
            Fault::Placeholder,
        ),
        (
            "/secrets/graph.token/inject/place",
            json!({"body": {"pointer": "/a/*"}}),
            "/secrets/graph.token/inject/place/body/pointer",
            Fault::BodyPointer,
        ),
        ("/secrets/Bad", json!({"scope": "endpoint"}), "/secrets/Bad", name()),
        (
            "/secrets/other",
            json!({"scope": "connection"}),
            "/secrets/other",
            Fault::SecretWithoutField { schema: "settings" },
        ),
        (
            "/settings/properties/pin",
            json!({"type": "string", "x-secret": true}),
            "/settings",
            Fault::FieldWithoutSecret { name: "pin".into() },
        ),
        ("/settings/type", json!("array"), "/settings/type", Fault::SchemaRoot),
        (
            "/settings/properties/shop/x-ordr",
            json!(1),
            "/settings/properties/shop/x-ordr",
            Fault::Hint { hint: "x-ordr".into() },
        ),
        ("/settings/properties/shop/default", json!(7), "/settings/properties/shop/default", Fault::Default),
        ("/actions/0/name", json!("Look Up"), "/actions/0/name", name()),
        ("/actions/0/commits", json!("nothing"), "/actions/0/commits", Fault::NoDraft),
        ("/actions/0/commits", json!("order.lookup"), "/actions/0/commits", Fault::NoDraft),
        (
            "/actions/0/input/properties/number/$ref",
            json!("http://169.254.169.254/"),
            "/actions/0/input/properties/number/$ref",
            Fault::Reference,
        ),
        (
            "/actions/0/output/properties",
            json!({"t": {"type": "string", "x-secret": true}}),
            "/actions/0/output/properties/t",
            Fault::SecretUnexpected,
        ),
        ("/limits/cpu_ms", json!(1001), "/limits/cpu_ms", Fault::Limit { limit: 1000 }),
        ("/limits/cpu_ms", json!(0), "/limits/cpu_ms", Fault::Limit { limit: 1000 }),
        (
            "/webhook/verify/0/hmac/secrets",
            json!(["access_token"]),
            "/webhook",
            Fault::RecipeSecret { name: "access_token".into() },
        ),
    ] {
        expect_fault(pointer, wrong, at, expected);
    }
}

#[test]
fn schemas_that_do_not_compile_are_told_by_their_pointer() {
    let look_ahead = "/settings/properties/shop/pattern";
    for (pointer, wrong) in [
        (look_ahead, json!("(?=a)b")),
        (look_ahead, json!("(")),
        ("/settings/properties/shop/minLength", json!("one")),
        ("/settings/required", json!("shop")),
    ] {
        let found = faults(pointer, wrong);
        let (at, fault) = &found[0];
        assert!(matches!(fault, Fault::SchemaCompile { .. }), "{found:?}");
        assert!(at.starts_with("/settings"), "{at}");
    }
}

#[test]
fn recipes_that_prove_too_little_are_refused() {
    let hmac = "/webhook/verify/0/hmac";
    for (below, wrong, at, expected) in [
        ("/secrets", json!([]), "/secrets", Fault::Empty),
        ("/content", json!([]), "/content", Fault::Empty),
        ("/content", json!([{"literal": "x"}]), "/content", Fault::NothingSigned),
        ("/content", json!(["body", "timestamp"]), "", Fault::TimestampMissing),
        ("/content", json!([{"url": {}}, {"url": {}}]), "/content/1", Fault::Repeated),
        ("/content", json!([{"url": {"decode": "ä"}}]), "/content/0/url/decode", Fault::UrlDecode),
        (
            "/timestamp",
            json!({"source": {"header": "t"}, "unit": "seconds", "tolerance_seconds": 300}),
            "/timestamp",
            Fault::TimestampUnsigned,
        ),
        ("/body_hash", json!({"query": "h"}), "/body_hash", Fault::BodyHashUnsigned),
        (
            "/signature/shape",
            json!({"list": {"separator": ",", "assign": ",", "scheme": "v1"}}),
            "/signature/shape/list",
            Fault::SignatureList,
        ),
    ] {
        expect_fault(&format!("{hmac}{below}"), wrong, &format!("{hmac}{at}"), expected);
    }
    let timestamp = |source: Value, tolerance: u32| {
        let mut rule = recipe_json("shopify")["verify"][0].clone();
        rule["hmac"]["content"] = json!(["timestamp", "body"]);
        rule["hmac"]["timestamp"] = json!({"source": source, "unit": "seconds", "tolerance_seconds": tolerance});
        faults("/webhook/verify/0", rule)
    };
    assert_eq!(
        timestamp(json!({"signature_field": "t"}), 300),
        [(format!("{hmac}/timestamp/source"), Fault::TimestampField)]
    );
    assert_eq!(
        timestamp(json!({"header": "t"}), 86_401),
        [(format!("{hmac}/timestamp/tolerance_seconds"), Fault::Limit { limit: 86_400 })]
    );
}

#[test]
fn recipes_that_could_not_work_are_refused() {
    let open = json!([{"method": "GET", "answer": {"text": "hello"}}]);
    let lower = json!([{"method": "get", "when": [{"place": {"query": "a"}}], "answer": {"text": ""}}]);
    let form = json!([{"method": "GET", "when": [{"place": {"form": "a"}}], "answer": {"text": ""}}]);
    for (below, wrong, at, expected) in [
        ("/handshake", open, "/handshake/0", Fault::HandshakeOpen),
        ("/handshake", lower, "/handshake/0/method", Fault::Method),
        ("/handshake", form, "/handshake/0/when/0/place", Fault::PlaceFormat),
        ("/dedupe", json!([[]]), "/dedupe/0", Fault::Empty),
        ("/each", json!("/entry"), "/each", Fault::Each),
        ("/body", json!("opaque"), "/thread/0", Fault::PlaceFormat),
        ("/accounts", json!(["body_hash"]), "/accounts/0", Fault::PlaceUse { what: "a key" }),
        ("/thread", json!(vec![json!({"query": "a"}); 17]), "/thread", Fault::TooMany { limit: 16 }),
        ("/ack", json!({"status": 302}), "/ack/status", Fault::AckStatus),
        ("/ack", json!({"content_type": "a\nb"}), "/ack/content_type", Fault::Header),
    ] {
        expect_fault(&format!("/webhook{below}"), wrong, &format!("/webhook{at}"), expected);
    }
    let mut manifest = complete();
    manifest["webhook"]["body"] = json!("form");
    manifest["webhook"]["each"] = json!("/*");
    manifest["webhook"]["thread"] = json!([]);
    assert!(pointers(&parse(&manifest).unwrap_err()).contains(&"/webhook/each"));
}
