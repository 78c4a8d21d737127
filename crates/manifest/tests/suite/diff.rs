//! What an upgrade is told to change.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signalbox_manifest::{Difference, FieldChange, Manifest};

use crate::support::recipe_json;

fn manifest() -> Value {
    json!({
        "id": "shop-chat", "name": "Shop chat", "version": "1.0.0", "api": "1",
        "interfaces": ["webhooks", "channel", "actions"],
        "webhook": recipe_json("shopify"),
        "egress": [{"host": "{shop}.myshopify.com", "methods": ["GET"]}],
        "secrets": {
            "access_token": {"scope": "connection", "inject": {
                "host": "{shop}.myshopify.com",
                "place": {"header": {"name": "x-shopify-access-token"}},
            }},
            "client_secret": {"scope": "endpoint"},
            "previous_client_secret": {"scope": "endpoint"},
        },
        "actions": [{
            "name": "order.lookup", "description": "Finds an order.",
            "input": {"type": "object"}, "output": {"type": "object"},
        }],
        "settings": {
            "type": "object", "required": ["shop", "access_token"],
            "properties": {
                "shop": {"type": "string", "title": "Shop"},
                "access_token": {"type": "string", "x-secret": true},
                "limits": {"type": "object", "properties": {"page": {"type": "integer", "maximum": 100}}},
            },
        },
        "endpoint_settings": {
            "type": "object", "required": ["client_secret"],
            "properties": {
                "client_secret": {"type": "string", "x-secret": true},
                "previous_client_secret": {"type": "string", "x-secret": true},
            },
        },
        "limits": {"memory_mib": 32, "cpu_ms": 500},
    })
}

fn parse(manifest: &Value) -> Manifest {
    Manifest::parse(manifest.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// The difference that `change` makes to the manifest above.
fn difference(change: impl FnOnce(&mut Value)) -> Difference {
    let old = manifest();
    let mut new = old.clone();
    new["version"] = json!("1.1.0");
    change(&mut new);
    Difference::between(&parse(&old), &parse(&new))
}

fn ids(named: &[signalbox_manifest::Named]) -> Vec<&str> {
    named.iter().map(|named| named.id.as_str()).collect()
}

#[test]
fn what_is_the_same_needs_no_consent() {
    let same = difference(|new| new["name"] = json!("Shop and chat"));
    assert_eq!((same.from.as_str(), same.to.as_str()), ("1.0.0", "1.1.0"));
    assert!(same.added.is_empty() && same.removed.is_empty() && same.changed.is_empty());
    assert!(same.settings.is_empty() && same.endpoint_settings.is_empty());
    assert!(same.without_consent(&BTreeSet::new()).is_empty());
}

#[test]
fn each_new_capability_is_told_by_its_id() {
    type Case = (fn(&mut Value), &'static [&'static str], &'static [&'static str]);
    let cases: &[Case] = &[
        (|new| new["interfaces"] = json!(["webhooks", "channel", "actions", "admin"]), &["interface:admin"], &[]),
        (|new| new["secrets"]["access_token"]["sign"] = json!(true), &["sign:access_token"], &[]),
        (
            |new| {
                new["interfaces"] = json!(["webhooks", "channel", "actions", "triggers"]);
                new["triggers"] = json!([{"name": "orders", "description": "Orders.", "every_s": 60}]);
            },
            &["interface:triggers", "trigger:orders"],
            &[],
        ),
        (|new| new["egress"][0]["methods"] = json!(["GET", "POST"]), &["egress:{shop}.myshopify.com:POST"], &[]),
        (
            |new| {
                new["egress"][0]["host"] = json!("shop.example.com");
                new["secrets"]["access_token"]["inject"]["host"] = json!("shop.example.com");
            },
            &["egress:shop.example.com:GET", "inject:access_token:shop.example.com:header:x-shopify-access-token"],
            &[
                "egress:{shop}.myshopify.com:GET",
                "inject:access_token:{shop}.myshopify.com:header:x-shopify-access-token",
            ],
        ),
        (
            |new| new["secrets"]["access_token"]["inject"]["place"] = json!({"query": {"name": "token"}}),
            &["inject:access_token:{shop}.myshopify.com:query:token"],
            &["inject:access_token:{shop}.myshopify.com:header:x-shopify-access-token"],
        ),
        (
            |new| {
                new["secrets"]["pin"] = json!({"scope": "connection"});
                new["settings"]["properties"]["pin"] = json!({"type": "string", "x-secret": true});
            },
            &["secret:pin:connection"],
            &[],
        ),
        (|new| new["actions"][0]["name"] = json!("order.refund"), &["action:order.refund"], &["action:order.lookup"]),
        (|new| new["actions"] = json!([]), &[], &["action:order.lookup"]),
        (|new| new["limits"]["memory_mib"] = json!(64), &["limit:memory_mib:64"], &[]),
        (|new| new["limits"]["cpu_ms"] = json!(100), &[], &["limit:cpu_ms:500"]),
    ];
    for (change, added, removed) in cases {
        let told = difference(change);
        assert_eq!(ids(&told.added), *added);
        assert_eq!(ids(&told.removed), *removed);
    }
}

#[test]
fn a_consent_to_one_recipe_is_none_to_the_next() {
    let first = difference(|new| new["webhook"]["verify"][0]["hmac"]["secrets"] = json!(["client_secret"]));
    let second = difference(|new| new["webhook"]["ack"] = json!({"status": 204}));
    let (first, second) = (ids(&first.added), ids(&second.added));
    assert!(first[0].starts_with("webhook:") && second[0].starts_with("webhook:"), "{first:?} {second:?}");
    assert_ne!(first, second);
}

#[test]
fn only_what_is_new_must_be_consented_to() {
    let told = difference(|new| {
        new["egress"][0]["methods"] = json!(["POST", "PUT"]);
        new["rates"] = json!([{"per": "connection", "messages": 1, "every_ms": 1000, "burst": 1}]);
    });
    assert_eq!(told.changed, ["rates"]);
    let consent = BTreeSet::from(["egress:{shop}.myshopify.com:POST".to_owned(), "anything else".to_owned()]);
    let missing: Vec<_> = told.without_consent(&consent).into_iter().map(|named| named.id.as_str()).collect();
    assert_eq!(missing, ["egress:{shop}.myshopify.com:PUT"]);
}

#[test]
fn fields_differ_by_their_rules_and_not_by_their_looks() {
    let told = difference(|new| {
        let settings = &mut new["settings"];
        settings["properties"]["shop"]["title"] = json!("Your shop");
        settings["properties"]["shop"]["x-order"] = json!(1);
        settings["properties"]["shop"]["maxLength"] = json!(60);
        settings["properties"]["limits"]["properties"]["page"]["maximum"] = json!(50);
        settings["properties"]["region"] = json!({"type": "string", "default": "eu"});
        settings["required"] = json!(["access_token", "region"]);
        settings["additionalProperties"] = json!(false);
        new["endpoint_settings"]["properties"].as_object_mut().unwrap().remove("previous_client_secret");
        new["secrets"].as_object_mut().unwrap().remove("previous_client_secret");
        new["webhook"]["verify"].as_array_mut().unwrap().truncate(1);
        new["webhook"]["verify"][0]["hmac"]["secrets"] = json!(["client_secret"]);
    });
    let fields: Vec<_> = told
        .settings
        .iter()
        .map(|field| (field.pointer.as_str(), field.change, field.required, field.keywords.join(" ")))
        .collect();
    let rules = |keywords: &str| keywords.to_owned();
    assert_eq!(
        fields,
        [
            ("", FieldChange::Changed, false, rules("additionalProperties")),
            ("/limits/page", FieldChange::Changed, false, rules("maximum")),
            ("/region", FieldChange::Added, true, rules("")),
            ("/shop", FieldChange::Changed, false, rules("maxLength required")),
        ]
    );
    let gone = &told.endpoint_settings[0];
    assert_eq!(
        (gone.pointer.as_str(), gone.change, gone.secret),
        ("/previous_client_secret", FieldChange::Removed, true)
    );
}

#[test]
fn a_difference_is_data() {
    let told = difference(|new| new["egress"][0]["methods"] = json!(["GET", "DELETE"]));
    assert_eq!(
        json!(told)["added"],
        json!([{
            "id": "egress:{shop}.myshopify.com:DELETE", "kind": "egress",
            "host": "{shop}.myshopify.com", "method": "DELETE",
        }])
    );
}
