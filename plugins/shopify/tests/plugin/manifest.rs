//! The manifest promises what the code keeps. (Its form is the host's to check, at install.)

use insta::assert_json_snapshot;
use plugin_sdk::ErrorKind;
use plugin_sdk::testing::MockHost;
use serde_json::{Value, json};

use crate::support::act;

/// As it stands in the `.wasm` file.
fn manifest() -> Value {
    let built = concat!(env!("OUT_DIR"), "/manifest.json");
    serde_json::from_str(&std::fs::read_to_string(built).unwrap()).unwrap()
}

#[test]
fn every_action_is_there_with_its_schemas() {
    let manifest = manifest();
    let actions = manifest["actions"].as_array().unwrap();
    assert_eq!(actions.len(), 8);
    for action in actions {
        assert_eq!(action["input"]["additionalProperties"], json!(false), "{action}");
        assert_eq!(action["output"]["type"], "object", "{action}");
        // An input of nothing is refused or asked about, but the action is known.
        let error = act(&MockHost::new(), action["name"].as_str().unwrap(), &json!({})).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{action}");
    }
}

#[test]
fn secrets_are_asked_for() {
    let manifest = manifest();
    assert_eq!(manifest["settings"]["required"], json!(["shop", "shop_domain", "access_token"]));
    assert_eq!(manifest["endpoint_settings"]["required"], json!(["client_secret"]));
    for (name, scope) in
        [("access_token", "connection"), ("client_secret", "endpoint"), ("previous_client_secret", "endpoint")]
    {
        assert_eq!(manifest["secrets"][name]["scope"], scope);
    }
}

#[test]
fn what_is_called_is_allowed() {
    let manifest = manifest();
    let host = MockHost::new().json(200, &json!({"data": {"order": null}}));
    act(&host, "get_order", &json!({"id": "1"})).unwrap_err();
    let request = host.requests().remove(0);
    let rule = &manifest["egress"][0];
    let allowed = rule["host"].as_str().unwrap().replace("{shop}", "blue-kettle");
    assert!(request.url.starts_with(&format!("https://{allowed}/")));
    assert!(rule["methods"].as_array().unwrap().contains(&json!(request.method)));
    let secret = &manifest["secrets"][request.secret.unwrap()];
    assert_eq!(secret["inject"]["host"], rule["host"]);
    assert_eq!(secret["inject"]["place"]["header"]["name"], "x-shopify-access-token");
}

#[test]
fn the_schemas_follow_from_the_types() {
    let manifest = manifest();
    assert_json_snapshot!("settings_schema", manifest["settings"]);
    assert_json_snapshot!("endpoint_settings_schema", manifest["endpoint_settings"]);
    let draft = manifest["actions"].as_array().unwrap().iter().find(|action| action["name"] == "draft_cancel").unwrap();
    assert_json_snapshot!("draft_cancel_schemas", json!({"input": draft["input"], "output": draft["output"]}));
}
