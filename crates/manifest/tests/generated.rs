//! The committed schema is the one that the types generate. `UPDATE_GENERATED=1` rewrites it.

use std::{env, fs, path::Path};

#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/manifest.schema.json");
    let generated = format!("{:#}\n", signalbox_manifest::schema());
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &generated).expect("the schemas folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "schemas/manifest.schema.json differs from the types: run the tests with UPDATE_GENERATED=1"
    );
}

/// An editor that knows the schema must not find fault with what the host accepts.
#[test]
fn the_official_plugins_fit_the_schema() {
    let schema = signalbox_manifest::schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    for plugin in ["whatsapp", "shopify", "hubspot"] {
        let file = plugins.join(plugin).join("manifest.json");
        let manifest = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let faults: Vec<_> = validator.iter_errors(&manifest).map(|fault| fault.to_string()).collect();
        // What follows from types is added by their build scripts.
        assert!(faults.iter().all(|fault| fault.contains("required property")), "{plugin}: {faults:?}");
    }
}
