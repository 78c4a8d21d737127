//! Completes `manifest.json` with the form and with what actions take and give, which follow from
//! the types that read and write them.

#[path = "src/settings.rs"]
#[allow(dead_code, reason = "only the schemas are wanted here")]
mod settings;
#[path = "src/shapes.rs"]
#[allow(dead_code, reason = "only the schemas are wanted here")]
mod shapes;

use signalbox_plugin_sdk::{build, settings::schema};

fn main() {
    println!("cargo::rerun-if-changed=src/settings.rs");
    println!("cargo::rerun-if-changed=src/shapes.rs");
    build::manifest("manifest.json", |manifest| {
        manifest["settings"] = schema::<settings::Settings>();
        manifest["settings"]["x-test-connection"] = true.into();
        manifest["actions"][0]["input"] = schema::<shapes::FindCustomer>();
        manifest["actions"][0]["output"] = schema::<shapes::FoundCustomer>();
    });
}
