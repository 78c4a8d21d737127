//! The manifest promises what the code keeps. (Its form is the host's to check, at install.)

use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{Actions, Admin, ErrorKind};
use serde_json::{Value, json};
use signalbox_whatsapp::WhatsApp;
use signalbox_whatsapp::settings::Settings;

use crate::support::{NUMBER, action};

fn manifest() -> Value {
    serde_json::from_str(include_str!("../../manifest.json")).unwrap()
}

#[test]
fn every_action_is_there_and_answers() {
    let settings = json!({"phone_number_id": NUMBER, "waba_id": "102290129340398"});
    let actions = manifest()["actions"].as_array().cloned().unwrap();
    assert!(!actions.is_empty());
    for listed in actions {
        let http = MockHost::new().json(200, &json!({"data": []}));
        let name = listed["name"].as_str().unwrap();
        WhatsApp::invoke(&context(&settings), &http, &action(name)).unwrap();
    }
}

#[test]
fn what_is_called_is_allowed() {
    let manifest = manifest();
    let http = MockHost::new().json(200, &json!({}));
    WhatsApp::check(&context(&json!({ "phone_number_id": NUMBER })), &http).unwrap();
    let request = http.requests().remove(0);

    let rule = &manifest["egress"][0];
    let host = rule["host"].as_str().unwrap();
    assert!(request.url.starts_with(&format!("https://{host}/")));
    assert!(rule["methods"].as_array().unwrap().contains(&json!(request.method)));
    let secret = &manifest["secrets"][request.secret.unwrap()];
    assert_eq!(secret["inject"]["host"], host);
}

#[test]
fn settings_have_the_same_defaults_and_requirements() {
    let schema = &manifest()["settings"];
    let number = json!({ "phone_number_id": NUMBER });
    let settings = Settings::of(&context(&number)).unwrap();
    assert_eq!(schema["properties"]["api_version"]["default"], settings.api_version);
    assert!(schema["required"].as_array().unwrap().contains(&json!("phone_number_id")));
    let error = Settings::of(&context(&json!({}))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidConfig);
}
