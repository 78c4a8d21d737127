//! The description of the API: complete, and the one in `schemas`.

use crate::app::App;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

/// What needs no token.
const PUBLIC: [&str; 11] = [
    "get /healthz",
    "get /metrics",
    "get /readyz",
    "post /api/v1/auth/accept-invitation",
    "post /api/v1/auth/invitation",
    "post /api/v1/auth/login",
    "post /api/v1/auth/login/second-factor",
    "post /api/v1/auth/logout",
    "post /api/v1/auth/password-reset",
    "post /api/v1/auth/password-reset/confirmation",
    "post /api/v1/auth/refresh",
];

/// Every operation: its method, its path, and what the document says of it.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().clone();
        methods.into_iter().map(|(method, operation)| (method, path.clone(), operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

/// A path whose parameters name nothing that there is.
pub fn filled_in(path: &str) -> String {
    let nobody = uuid::Uuid::nil().to_string();
    let is_number = ["jobs", "dead-letters"].iter().any(|noun| path.starts_with(&format!("/api/v1/queue/{noun}/")));
    let segment = |segment: &str| match segment.starts_with('{') {
        true if segment == "{owner}" => "contact".to_owned(),
        true if segment == "{lane}" => "live".to_owned(),
        true if is_number => "9999999".to_owned(),
        true => nobody.clone(),
        false => segment.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
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
    assert_eq!(document["components"]["schemas"]["Role"]["type"], "string");
}

#[test]
fn every_operation_is_described_under_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&signalbox_api::openapi::document()) {
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
    }
}

/// Of two types with one name the document keeps one, and says of the other what is not so.
#[test]
fn no_two_types_are_described_under_one_name() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = BTreeSet::new();
    for file in files_in(&source) {
        for name in names_of_schemas(&fs::read_to_string(&file).unwrap()) {
            assert!(names.insert(name.clone()), "{name} of {} is somewhere else, too", file.display());
        }
    }
    assert!(names.len() > 150, "the types are found: {names:?}");
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// What a file derives `ToSchema` for, or takes over from another crate under a name (`openapi.rs`).
fn names_of_schemas(source: &str) -> Vec<String> {
    let (mut names, mut derived, mut renamed) = (Vec::new(), false, None);
    for line in source.lines().map(str::trim) {
        let words = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let declared = words.strip_prefix("struct ").or_else(|| words.strip_prefix("enum "));
        if line.starts_with("#[derive(") {
            derived = line.contains("ToSchema");
        } else if let Some(name) = line.strip_prefix("#[schema(as = ") {
            renamed = name.split(')').next().map(str::to_owned);
        } else if let Some(name) = declared {
            let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
            if std::mem::take(&mut derived) {
                names.push(renamed.take().unwrap_or(name));
            }
        } else if let Some((_, taken_over)) = line.split_once(" = \"").filter(|_| line.contains("\": ")) {
            names.extend(taken_over.split('"').next().map(str::to_owned));
        }
    }
    names
}

#[tokio::test]
async fn exactly_the_public_operations_need_no_token() {
    let app = App::start().await;
    let mut public = BTreeSet::new();
    for (method, path, operation) in operations(&signalbox_api::openapi::document()) {
        if operation["security"] == json!([{}]) {
            public.insert(format!("{method} {path}"));
            continue;
        }
        let path = filled_in(&path);
        let method: Method = method.to_uppercase().parse().unwrap();
        let answer = app.request(method.clone(), &path).json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{method} {path}");
    }
    assert_eq!(public, PUBLIC.map(str::to_owned).into());
}
