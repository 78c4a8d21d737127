//! For a plugin's `build.rs`: the manifest out of what is written by hand and what follows from
//! types, and the size of the stack.

use std::path::Path;
use std::{env, fs};

use serde_json::Value;

/// Stack of a plugin, in bytes. Reading JSON that is nested as deeply as `serde_json` allows, and
/// writing it again, takes half of it.
pub const STACK: usize = 96 << 10;

/// Reads the hand-written manifest `file` beside `Cargo.toml`, lets `complete` put into it what
/// follows from types, such as [`schema`](crate::settings::schema), and writes the whole where
/// [`export_plugin!`](crate::export_plugin) finds it as `built_manifest`. The version is the
/// crate's. Also calls [`small_stack`].
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
    small_stack();
}

/// Gives the WebAssembly file a stack of [`STACK`] bytes instead of Rust's MiB.
///
/// The stack lies at the start of a plugin's memory, which the host keeps warm between calls: behind
/// a small one, everything that a call touches does. What recurses deeper than reading nested JSON
/// does needs more: print `cargo::rustc-link-arg-cdylib=-zstack-size=…` after this.
///
/// ```no_run
/// // build.rs
/// signalbox_plugin_sdk::build::small_stack();
/// ```
///
/// # Panics
/// Outside of a build script.
pub fn small_stack() {
    // Nobody else's linker knows the option.
    if variable("CARGO_CFG_TARGET_FAMILY").split(',').any(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK}");
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is missing: call this from build.rs"))
}
