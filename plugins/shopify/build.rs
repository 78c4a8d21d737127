//! The manifest: `manifest.json`, with the schemas that follow from the types the plugin reads.
#![allow(dead_code, reason = "of the modules shared with the plugin, only the schemas are wanted here")]

#[path = "src/model.rs"]
mod model;
#[path = "src/settings.rs"]
mod settings;

use plugin_sdk::build::manifest;
use plugin_sdk::settings::schema;
use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-changed=src/model.rs");
    println!("cargo::rerun-if-changed=src/settings.rs");
    manifest("manifest.json", |manifest| {
        manifest["settings"] = schema::<settings::Settings>();
        manifest["endpoint_settings"] = schema::<settings::EndpointSettings>();
        let actions = manifest["actions"].as_array_mut().expect("the manifest lists actions");
        actions.iter_mut().for_each(describe);
    });
}

/// Gives an action of the manifest the schemas of what it takes and gives.
fn describe(action: &mut Value) {
    let name = action["name"].as_str().expect("an action has a name").to_owned();
    let (input, output) = model::schemas(&name).unwrap_or_else(|| panic!("no types for the action `{name}`"));
    action["input"] = input;
    action["output"] = output;
}
