//! Completes `manifest.json` with the forms, which follow from the types that read them.

#[path = "src/settings.rs"]
#[allow(dead_code, reason = "only the schemas are wanted here")]
mod settings;

use signalbox_plugin_sdk::{build, settings::schema};

fn main() {
    println!("cargo::rerun-if-changed=src/settings.rs");
    build::manifest("manifest.json", |manifest| {
        manifest["settings"] = schema::<settings::Settings>();
        manifest["settings"]["x-test-connection"] = true.into();
        manifest["endpoint_settings"] = schema::<settings::EndpointSettings>();
    });
}
