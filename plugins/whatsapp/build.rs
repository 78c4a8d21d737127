//! The manifest, which is written by hand as it is.

fn main() {
    plugin_sdk::build::manifest("manifest.json", |_| {});
}
