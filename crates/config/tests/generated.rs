//! The committed schema and reference are the generated ones. `UPDATE_GENERATED=1` rewrites them.

use std::{env, fs, path::Path};

#[track_caller]
fn check(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, generated).expect("the folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{file} differs from the settings: run the tests with UPDATE_GENERATED=1");
}

#[test]
fn the_committed_schema_is_current() {
    check("schemas/config.schema.json", &format!("{:#}\n", signalbox_config::schema()));
}

#[test]
fn the_committed_reference_is_current() {
    check("docs/configuration.md", &signalbox_config::reference_markdown());
}
