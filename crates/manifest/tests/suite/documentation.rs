//! The page about settings schemas says what is so: its examples are tried, and no keyword is left out.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use signalbox_manifest::{ManifestError, SettingsSchema, keywords};

/// The code blocks of the page with this information after their fence.
fn blocks(info: &str) -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugins/settings-schema.md");
    let page = std::fs::read_to_string(file).unwrap();
    let begin = format!("```{info}\n");
    let blocks = page.split(&begin).skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|json| serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}\n{json}"))).collect()
}

/// The names of all members, at any depth.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                into.insert(name.clone());
                names(member, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        _ => {}
    }
}

#[test]
fn the_examples_are_accepted_or_refused_as_the_page_says() {
    let (accepted, refused) = (blocks("json accepted"), blocks("json refused"));
    assert!(accepted.len() >= 8 && refused.len() >= 6);
    for schema in &accepted {
        SettingsSchema::compile(schema).unwrap_or_else(|error: ManifestError| panic!("{error}\n{schema:#}"));
    }
    for schema in &refused {
        assert!(SettingsSchema::compile(schema).is_err(), "{schema:#}");
    }
}

#[test]
fn every_keyword_has_an_example() {
    let mut shown = BTreeSet::new();
    for schema in &blocks("json accepted") {
        names(schema, &mut shown);
    }
    let missing: Vec<_> = keywords().into_iter().filter(|keyword| !shown.contains(*keyword)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// A format that is not checked would be refused.
#[test]
fn every_format_on_the_page_is_accepted() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugins/settings-schema.md");
    let page = std::fs::read_to_string(file).unwrap();
    let sentence = page.split("`format` must be one that is checked: ").nth(1).unwrap().split(';').next().unwrap();
    let formats: Vec<_> = sentence.split('`').skip(1).step_by(2).collect();
    assert!(formats.len() > 10, "{formats:?}");
    for format in formats {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string", "format": format}}});
        assert!(SettingsSchema::compile(&schema).is_ok(), "{format}");
    }
}
