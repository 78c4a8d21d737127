//! The committed schema, and the table of what reports say, are those of the types. `UPDATE_GENERATED=1` rewrites them.

use serde_json::Value;
use signalbox_import::Code;
use std::{env, fmt::Write as _, fs, path::Path};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn the_committed_schema_is_current() {
    let path = root().join("schemas/import.schema.json");
    let generated = format!("{:#}\n", signalbox_import::schema());
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &generated).expect("the schemas folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "schemas/import.schema.json differs: run the tests with UPDATE_GENERATED=1");
}

#[test]
fn the_page_says_what_every_code_means() {
    let path = root().join("docs/import.md");
    let (begin, end) = ("<!-- generated: codes -->\n", "<!-- end: codes -->");
    let page = fs::read_to_string(&path).expect("the page exists");
    let (before, rest) = page.split_once(begin).expect("the page has the mark of the beginning");
    let (committed, after) = rest.split_once(end).expect("the page has the mark of the end");
    let generated = codes();
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, format!("{before}{begin}{generated}{end}{after}")).expect("the page can be written");
        return;
    }
    assert!(committed == generated, "docs/import.md differs: run the tests with UPDATE_GENERATED=1");
}

fn codes() -> String {
    let schema = schemars::schema_for!(Code).to_value();
    let text = |code: &Value, key: &str| code[key].as_str().unwrap_or_else(|| panic!("{code}: no {key}")).to_owned();
    let mut table = String::from("| code | |\n|---|---|\n");
    for code in schema["oneOf"].as_array().expect("each has a description") {
        let meaning = text(code, "description").replace('\n', " ");
        writeln!(table, "| `{}` | {meaning} |", text(code, "const")).expect("a string can be written to");
    }
    table
}
