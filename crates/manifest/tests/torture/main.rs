//! The torture suite of settings forms: schemas, and changes with the verdict on them, as files that the console's
//! tests read, too (`web/src/settings-form/torture`). What the browser says before something is sent and what the server
//! says afterwards is so held to be the same.
//!
//! Most files are written by people. `generated.json` is made here, from a seed; `UPDATE_GENERATED=1` rewrites it.

mod generate;
mod random;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde_json::{Value, json};
use signalbox_manifest::{FieldError, SettingsSchema, Stored};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Torture {
    #[serde(rename = "about")]
    _about: String,
    schema: Value,
    cases: Vec<Case>,
    #[serde(default)]
    shared: Vec<Shared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(default = "nothing")]
    own: Value,
    #[serde(default = "nothing")]
    tenant: Value,
    #[serde(default)]
    secrets: BTreeSet<String>,
    change: Value,
    errors: BTreeSet<(String, String)>,
    settings: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    settings: Value,
    errors: BTreeSet<(String, String)>,
}

fn nothing() -> Value {
    json!({})
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/settings-form/torture")
}

/// Pointer and keyword of every error.
fn told(errors: &[FieldError]) -> BTreeSet<(String, String)> {
    errors.iter().map(|error| (error.pointer.clone(), error.code.clone())).collect()
}

#[test]
fn the_server_says_what_the_suite_says() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder of the suite") {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") || name == "generated" {
            continue;
        }
        let torture: Torture = serde_json::from_slice(&fs::read(&path).unwrap()).expect(&name);
        wrong.extend(differences(&torture).into_iter().map(|difference| format!("{name}: {difference}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(torture: &Torture) -> Vec<String> {
    let schema = SettingsSchema::compile(&torture.schema).expect("a schema of the supported subset");
    let mut differences = Vec::new();
    for case in &torture.cases {
        let stored = Stored { own: &case.own, tenant: &case.tenant, secrets: &case.secrets };
        let verdict = schema.change(stored, &case.change);
        let errors = verdict.as_ref().err().map(|errors| told(errors)).unwrap_or_default();
        if errors != case.errors {
            differences.push(format!("{}: says {errors:?}", case.change));
        }
        let settings = verdict.ok().map(|change| change.settings);
        if case.settings.is_some() && settings != case.settings {
            differences.push(format!("{}: gives {settings:?}", case.change));
        }
    }
    for shared in &torture.shared {
        let errors = told(&schema.check_shared(&shared.settings));
        if errors != shared.errors {
            differences.push(format!("shared {}: says {errors:?}", shared.settings));
        }
    }
    differences
}

#[test]
fn the_generated_part_is_current() {
    let path = folder().join("generated.json");
    let generated = generate::suite();
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &generated).expect("the folder of the suite can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{} is not current: run the tests with UPDATE_GENERATED=1", path.display());
}
