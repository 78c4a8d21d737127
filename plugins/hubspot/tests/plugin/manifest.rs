//! The manifest promises what the code keeps. (Its form is the host's to check, at install.)

use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{ErrorKind, Triggers};
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;

use crate::support::{invoke, settings};

fn manifest() -> Value {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/manifest.json"))).unwrap()
}

#[test]
fn the_form_follows_from_the_settings() {
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_json_snapshot!("settings", json!({
            "settings": manifest()["settings"],
            "endpoint_settings": manifest()["endpoint_settings"],
        }));
    });
}

#[test]
fn the_actions_follow_from_their_types() {
    for action in manifest()["actions"].as_array().unwrap() {
        insta::with_settings!({ snapshot_suffix => action["name"].as_str().unwrap(), prepend_module_to_snapshot => false }, {
            insta::assert_json_snapshot!("action", action);
        });
    }
}

#[test]
fn every_action_and_trigger_is_there() {
    for action in manifest()["actions"].as_array().unwrap() {
        let error = invoke(&MockHost::new(), action["name"].as_str().unwrap(), &json!(7)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{action}");
    }
    for trigger in manifest()["triggers"].as_array().unwrap() {
        HubSpot::poll(&context(&settings()), &MockHost::new(), trigger["name"].as_str().unwrap(), None).unwrap();
    }
}

#[test]
fn what_is_called_is_allowed() {
    let manifest = manifest();
    let host = MockHost::new().json(200, &json!({"id": "7"}));
    invoke(&host, "update_contact", &json!({"id": "7", "set": {"phone": "1"}})).unwrap();
    let request = host.requests().remove(0);

    let rule = &manifest["egress"][0];
    let allowed = rule["host"].as_str().unwrap();
    assert!(request.url.starts_with(&format!("https://{allowed}/")));
    for method in [request.method.as_str(), "GET", "POST", "PUT"] {
        assert!(rule["methods"].as_array().unwrap().contains(&json!(method)), "{method}");
    }
    assert_eq!(manifest["secrets"][request.secret.unwrap()]["inject"]["host"], allowed);
}

#[test]
fn a_secret_is_a_field_of_its_form() {
    let manifest = manifest();
    for (secret, form) in [("access_token", "settings"), ("client_secret", "endpoint_settings")] {
        assert_eq!(manifest[form]["properties"][secret]["x-secret"], true);
        assert!(manifest[form]["required"].as_array().unwrap().contains(&json!(secret)));
    }
}
