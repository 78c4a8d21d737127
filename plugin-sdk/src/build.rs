//! For a plugin's `build.rs`: the manifest out of what is written by hand and what follows from
//! types.

use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// Reads the hand-written manifest `file` beside `Cargo.toml`, lets `complete` put into it what
/// follows from types, such as [`schema`](crate::settings::schema), and writes the whole where
/// [`export_plugin!`](crate::export_plugin) finds it as `built_manifest`. The version is the
/// crate's.
///
/// ```no_run
/// # struct Settings;
/// # mod settings { pub fn schema() -> serde_json::Value { serde_json::Value::Null } }
/// // build.rs
/// signalbox_plugin_sdk::build::manifest("manifest.json", |manifest| {
///     manifest["settings"] = settings::schema();
/// });
/// ```
///
/// # Panics
/// With the reason, which cargo shows, if the file cannot be read or is not a JSON object.
pub fn manifest(file: &str, complete: impl FnOnce(&mut Value)) {
    println!("cargo::rerun-if-changed={file}");
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut manifest: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(manifest.is_object(), "{file}: a manifest is a JSON object");
    manifest["version"] = variable("CARGO_PKG_VERSION").into();
    complete(&mut manifest);
    let target = Path::new(&variable("OUT_DIR")).join("manifest.json");
    fs::write(&target, manifest.to_string()).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is missing: call this from build.rs"))
}
