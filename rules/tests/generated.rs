//! The committed schema is the one that the types generate. `UPDATE_GENERATED=1` rewrites it.

use std::{env, fs, path::Path};

#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/rule.schema.json");
    let generated = format!("{:#}\n", signalbox_rules::schema());
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &generated).expect("the schemas folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "schemas/rule.schema.json differs from the types: run the tests with UPDATE_GENERATED=1"
    );
}
