//! The format is what its schema and its page say.

use crate::world::story;
use serde_json::{Map, Value};
use signalbox_import::record::{Kind, Record};
use std::fs;

fn read(line: &Value) -> Result<Record, String> {
    let mut fields: Map<String, Value> = line.as_object().unwrap().clone();
    let kind = fields.remove("type").and_then(|kind| Kind::of(kind.as_str()?)).unwrap();
    Record::read(kind, fields)
}

#[test]
fn lines_that_fit_the_schema_are_read_and_written_as_they_were() {
    let validator = jsonschema::validator_for(&signalbox_import::schema()).unwrap();
    for line in story() {
        let faults: Vec<_> = validator.iter_errors(&line).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{line}: {faults:?}");
        let written = serde_json::to_value(read(&line).unwrap()).unwrap();
        assert!(validator.is_valid(&written), "{written}");
        assert_eq!(read(&written), read(&line));
    }
    for (field, value) in [("status", "lost"), ("nickname", "x")] {
        let mut line = story()[2].clone();
        line[field] = value.into();
        assert!(!validator.is_valid(&line), "{field}");
        assert_eq!(read(&line).unwrap_err(), format!("/{field}"));
    }
}

/// Every line of the page's examples.
#[test]
fn the_examples_of_the_page_are_lines() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import.md")).unwrap();
    let examples = page.split("```jsonl\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<Value> = examples
        .flat_map(str::lines)
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
        .collect();
    assert!(lines.len() >= 5);
    let validator = jsonschema::validator_for(&signalbox_import::schema()).unwrap();
    for line in &lines {
        assert!(validator.is_valid(line), "{line}");
        read(line).unwrap_or_else(|place| panic!("{line}: {place}"));
    }
    for kind in Kind::ALL {
        assert!(lines.iter().any(|line| line["type"] == kind.as_str()), "{kind:?}");
    }
}
