//! The description of the API: complete, and the one in `schemas`.

use crate::app::App;
use domain::role::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, env, fs, path::Path};

/// What needs no token.
const PUBLIC: [&str; 6] = [
    "get /healthz",
    "get /metrics",
    "get /readyz",
    "post /api/v1/auth/login",
    "post /api/v1/auth/logout",
    "post /api/v1/auth/refresh",
];

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().clone();
        methods.into_iter().map(|(method, operation)| (method, path.clone(), operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn the_file_in_schemas_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/openapi.json");
    let current = format!("{:#}\n", signalbox_api::openapi::document());
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&file, &current).unwrap();
    }
    let stored = fs::read_to_string(&file).unwrap_or_default();
    assert!(stored == current, "schemas/openapi.json is out of date; run this test with UPDATE_GENERATED=1");
}

#[test]
fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
    let document = signalbox_api::openapi::document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    assert_eq!(document["components"]["schemas"]["Role"]["oneOf"].as_array().map(Vec::len), Some(4));
}

#[test]
fn every_operation_is_described() {
    for (method, path, operation) in operations(&signalbox_api::openapi::document()) {
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
    }
}

#[tokio::test]
async fn exactly_the_public_operations_need_no_token() {
    let app = App::start().await;
    let mut public = BTreeSet::new();
    for (method, path, operation) in operations(&signalbox_api::openapi::document()) {
        if operation.get("security").is_some() {
            public.insert(format!("{method} {path}"));
            continue;
        }
        let path = path
            .replace("{check_id}", "x")
            .replace("{kind}", "x")
            .replace("{message_id}", "x")
            .replace("{id}", "x")
            .replace("{tag}", "x");
        let method: Method = method.to_uppercase().parse().unwrap();
        let answer = app.request(method.clone(), &path).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{method} {path}");
    }
    assert_eq!(public, PUBLIC.map(str::to_owned).into());
}

/// What agents may not touch at all, whatever the body: the rest is theirs to use.
#[tokio::test]
async fn agents_are_refused_what_is_for_admins() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let id = uuid::Uuid::nil();
    for (method, path) in [
        ("GET", "/api/v1/connections".to_owned()),
        ("GET", format!("/api/v1/connections/{id}")),
        ("DELETE", format!("/api/v1/connections/{id}")),
        ("POST", format!("/api/v1/connections/{id}/test")),
        ("POST", format!("/api/v1/connections/{id}/templates/sync")),
        ("GET", "/api/v1/endpoints".to_owned()),
        ("DELETE", format!("/api/v1/endpoints/{id}")),
        ("GET", "/api/v1/deliveries".to_owned()),
        ("GET", format!("/api/v1/deliveries/{id}")),
        ("GET", format!("/api/v1/deliveries/{id}/body")),
        ("POST", format!("/api/v1/deliveries/{id}/replay")),
        ("GET", "/api/v1/rules".to_owned()),
        ("GET", "/api/v1/rule-runs".to_owned()),
    ] {
        let answer = agent.request(method.parse().unwrap(), &path).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{method} {path}");
    }
}
