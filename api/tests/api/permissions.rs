//! Every operation asks for the permission that its description names, of every role.

use crate::{
    app::{App, Person},
    openapi::{filled_in, operations},
};
use domain::role::{Permissions, Role};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// The permissions that an operation needs.
pub fn needs(operation: &Value) -> Vec<String> {
    let scopes = operation["security"][0]["access_token"].as_array().cloned().unwrap_or_default();
    scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect()
}

/// A value that fits a schema: the least that does.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    for choice in ["const", "default"] {
        if let Some(value) = schema.get(choice) {
            return value.clone();
        }
    }
    if let Some(values) = schema["enum"].as_array().or_else(|| schema["examples"].as_array()) {
        return values[0].clone();
    }
    for choices in ["oneOf", "anyOf"] {
        let choices = schema[choices].as_array().into_iter().flatten();
        if let Some(choice) = choices.into_iter().find(|choice| choice["type"] != "null") {
            return merged(example(document, choice), properties(document, schema));
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().fold(properties(document, schema), |all, part| merged(all, example(document, part)));
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => json!(match schema["format"].as_str() {
            Some("uuid") => "00000000-0000-0000-0000-000000000000",
            Some("date-time") => "2100-01-01T00:00:00Z",
            _ => "x",
        }),
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        "array" => json!([]),
        _ => properties(document, schema),
    }
}

/// An object with what it must have.
fn properties(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().into_iter().flatten();
    let members = required.map(|name| {
        let name = name.as_str().unwrap();
        (name.to_owned(), example(document, &schema["properties"][name]))
    });
    Value::Object(members.collect::<Map<_, _>>())
}

fn merged(mut one: Value, other: Value) -> Value {
    match (&mut one, other) {
        (Value::Object(members), Value::Object(others)) => {
            members.extend(others);
            one
        }
        _ => one,
    }
}

/// What somebody is answered, with whatever the operation wants to be sent.
async fn ask(document: &Value, person: &Person, method: &str, path: &str, operation: &Value) -> (u16, Value) {
    let method: Method = method.to_uppercase().parse().unwrap();
    let required = |parameter: &&Value| parameter["in"] == "query" && parameter["required"] == true;
    let parameters = operation["parameters"].as_array().into_iter().flatten().filter(required);
    let query = parameters.map(|parameter| {
        let value = example(document, &parameter["schema"]);
        format!("{}={}", parameter["name"].as_str().unwrap(), value.as_str().unwrap_or("1"))
    });
    let path = format!("{}?{}", filled_in(path), query.collect::<Vec<_>>().join("&"));
    let mut request = person.request(method, &path).header("if-match", "\"1\"");
    let content = operation["requestBody"]["content"].as_object();
    request = match content.and_then(|content| content.iter().next()) {
        Some((kind, body)) if kind == "application/json" => request.json(&example(document, &body["schema"])),
        Some((kind, _)) => request.header("content-type", kind).body("x"),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// Every operation that needs a token, for somebody who may do this.
async fn ask_for_everything(person: &Person, name: &str, permissions: Permissions) {
    let document = signalbox_api::openapi::document();
    let mut wrong = Vec::new();
    for (method, path, operation) in operations(&document) {
        if operation["security"] == json!([{}]) {
            continue;
        }
        let needs = needs(&operation);
        let allowed = needs.iter().all(|needed| permissions.has(needed.parse().unwrap()));
        let (status, body) = ask(&document, person, &method, &path, &operation).await;
        let is_forbidden = status == 403 && body["code"] == "forbidden";
        if is_forbidden == allowed || status == 401 || status >= 500 {
            wrong.push(format!("{method} {path} needs {needs:?} and answers {name}: {status} {}", body["code"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_operation_answers_every_built_in_role_as_described() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    for role in Role::ALL {
        let person = app.colleague(&admin, &format!("the_{role}"), *role).await;
        ask_for_everything(&person, role.as_str(), role.permissions()).await;
    }
}

#[tokio::test]
async fn a_role_that_allows_nothing_opens_what_is_for_everybody() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let role = admin.post("/api/v1/roles", &json!({ "name": "Nothing", "permissions": [] })).await.ok();
    let nobody = app.colleague_as(&admin, "nobody", &role["id"]).await;
    ask_for_everything(&nobody, "somebody who may do nothing", Permissions::NONE).await;
}

#[test]
fn what_a_description_names_is_a_permission() {
    for (method, path, operation) in operations(&signalbox_api::openapi::document()) {
        for name in needs(&operation) {
            assert!(name.parse::<domain::role::Permission>().is_ok(), "{method} {path}: {name}");
        }
    }
}
