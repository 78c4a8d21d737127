//! The manifest, which is written by hand as it is, and a stack that is smaller than the SDK's.

/// Bytes. The deepest webhook that can be read takes four fifths of it, and with it all memory of a short call fits into
/// two pages (`crates/plugin-host/tests/providers/whatsapp.rs`).
const STACK: usize = 64 << 10;

fn main() {
    plugin_sdk::build::manifest("manifest.json", |_| {});
    // The last one counts. Only that target's linker knows the option.
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family.split(',').any(|it| it == "wasm")) {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK}");
    }
}
