//! Which schemas are accepted: the part of draft-07 that forms can show and that cannot be turned
//! against the host, with the `x-` hints that forms understand.

use std::collections::BTreeSet;

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::{escape_token, hints, unfold};
use crate::error::{Fault, Findings, ManifestError};

/// Largest schema in bytes, and deepest nesting of schemas in it.
const SIZE_MAX: usize = 64 * 1024;
const DEPTH_MAX: usize = 16;

const DRAFT_07: &str = "http://json-schema.org/draft-07/schema";

/// Keywords whose values are no schemas.
const PLAIN: &[&str] = &[
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "readOnly",
    "writeOnly",
    "deprecated",
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
];
const HOLDING_ONE: &[&str] =
    &["additionalItems", "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"];
const HOLDING_LIST: &[&str] = &["allOf", "anyOf", "oneOf", "items"];
const HOLDING_MAP: &[&str] = &["properties", "patternProperties", "definitions", "dependencies"];

/// Keywords that are looked at one by one.
const PARTICULAR: &[&str] = &["$schema", "$ref", "format"];

/// Every keyword and hint that a schema may use, for the documentation.
pub fn keywords() -> BTreeSet<&'static str> {
    let lists = [PLAIN, HOLDING_ONE, HOLDING_LIST, HOLDING_MAP, PARTICULAR, hints::NAMES];
    lists.into_iter().flatten().copied().collect()
}

/// Whether a schema may have secret fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Settings: the host keeps the secrets apart.
    Allowed,
    /// Data that plugins see.
    Refused,
}

/// The property names that lead from the root to a secret field.
pub(crate) type SecretPath = Vec<String>;

/// What was found in an accepted schema.
#[derive(Debug, Default)]
pub(crate) struct Linted {
    pub secrets: Vec<SecretPath>,
    /// Pointers to the schemas that have a default.
    pub with_default: Vec<String>,
}

/// Accepts or refuses `schema`, with everything that is wrong. Pointers in the error are relative to it.
pub(crate) fn lint(schema: &Value, secrets: Secrets) -> Result<Linted, ManifestError> {
    let root = schema.as_object().ok_or_else(|| ManifestError::invalid("", Fault::SchemaShape))?;
    if schema.to_string().len() > SIZE_MAX {
        let limit = SIZE_MAX;
        return Err(ManifestError::invalid("", Fault::SchemaSize { limit }));
    }
    let mut linter = Linter { secrets_allowed: secrets, linted: Linted::default(), found: Findings::default() };
    linter.object(root, &Position::root());
    linter.found.note(unfold::check(root));
    linter.found.result()?;
    Ok(linter.linted)
}

/// Where in a schema the linter is.
struct Position {
    pointer: String,
    depth: usize,
    /// The names that lead here from the root, as long as nothing but `properties` was passed.
    trail: Option<SecretPath>,
}

impl Position {
    fn root() -> Self {
        Self { pointer: String::new(), depth: 0, trail: Some(Vec::new()) }
    }

    fn below(&self, path: &str, property: Option<&str>) -> Self {
        let trail = match (&self.trail, property) {
            (Some(trail), Some(name)) => {
                let mut trail = trail.clone();
                trail.push(name.to_owned());
                Some(trail)
            }
            _ => None,
        };
        Self { pointer: format!("{}/{path}", self.pointer), depth: self.depth + 1, trail }
    }

    fn of(&self, keyword: &str) -> String {
        format!("{}/{}", self.pointer, escape_token(keyword))
    }
}

struct Linter {
    secrets_allowed: Secrets,
    linted: Linted,
    found: Findings,
}

impl Linter {
    fn schema(&mut self, schema: &Value, at: &Position) {
        match schema {
            Value::Bool(_) => {}
            Value::Object(schema) => self.object(schema, at),
            _ => self.found.fault(&at.pointer, Fault::SchemaShape),
        }
    }

    fn object(&mut self, schema: &Map<String, Value>, at: &Position) {
        if at.depth > DEPTH_MAX {
            let limit = DEPTH_MAX;
            return self.found.fault(&at.pointer, Fault::SchemaDepth { limit });
        }
        for (keyword, value) in schema {
            self.keyword(keyword, value, at);
        }
        if schema.contains_key("default") {
            self.linted.with_default.push(at.pointer.clone());
        }
        if let Some(fault) = self.secret(schema, at) {
            self.found.fault(&at.pointer, fault);
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, at: &Position) {
        let fault = match keyword {
            hint if hint.starts_with("x-") => hints::fault(hint, value),
            "$schema" => draft(value, at),
            "$ref" => None, // `unfold` follows references, from every place that has one.
            "format" => format(value),
            "definitions" if at.depth > 0 => Some(Fault::Reference),
            _ if HOLDING_LIST.contains(&keyword) && value.is_array() => return self.list(keyword, value, at),
            _ if HOLDING_ONE.contains(&keyword) => return self.schema(value, &at.below(keyword, None)),
            _ if HOLDING_MAP.contains(&keyword) => return self.map(keyword, value, at),
            _ if PLAIN.contains(&keyword) => None,
            _ => Some(Fault::Keyword { keyword: keyword.to_owned() }),
        };
        if let Some(fault) = fault {
            self.found.fault(at.of(keyword), fault);
        }
    }

    fn list(&mut self, keyword: &str, value: &Value, at: &Position) {
        for (index, schema) in value.as_array().into_iter().flatten().enumerate() {
            self.schema(schema, &at.below(&format!("{keyword}/{index}"), None));
        }
    }

    fn map(&mut self, keyword: &str, value: &Value, at: &Position) {
        let Some(schemas) = value.as_object() else {
            return self.found.fault(at.of(keyword), Fault::SchemaShape);
        };
        for (name, schema) in schemas {
            // A dependency may also be a list of property names.
            if keyword == "dependencies" && schema.is_array() {
                continue;
            }
            let property = (keyword == "properties").then_some(name.as_str());
            let path = format!("{keyword}/{}", escape_token(name));
            self.schema(schema, &at.below(&path, property));
        }
    }

    /// Notes a secret field, or says why the host could not find its values.
    fn secret(&mut self, schema: &Map<String, Value>, at: &Position) -> Option<Fault> {
        let write_only = schema.get("writeOnly") == Some(&Value::Bool(true));
        let password = schema.get("format").and_then(Value::as_str) == Some("password");
        let marked = schema.get("x-secret") == Some(&Value::Bool(true)) || (write_only && password);
        if !marked {
            // Half a mark looks like a secret in a form, and would be stored and shown as none.
            return (write_only || password).then_some(Fault::SecretMark);
        }
        if self.secrets_allowed == Secrets::Refused {
            return Some(Fault::SecretUnexpected);
        }
        let is_string = schema.get("type").and_then(Value::as_str) == Some("string");
        let Some(trail) = at.trail.as_ref().filter(|trail| !trail.is_empty()) else {
            return Some(Fault::SecretPlace);
        };
        if !is_string || schema.contains_key("$ref") {
            return Some(Fault::SecretPlace);
        }
        if trail.iter().any(|name| !is_secret_name(name)) {
            return Some(Fault::Name);
        }
        let told = ["default", "examples", "enum", "const"];
        if told.iter().any(|keyword| schema.contains_key(*keyword)) {
            return Some(Fault::SecretValue);
        }
        self.linted.secrets.push(trail.clone());
        None
    }
}

/// A property name that can be part of a secret's name, whose parts are joined by dots.
fn is_secret_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn draft(value: &Value, at: &Position) -> Option<Fault> {
    let is_draft_07 = value.as_str().is_some_and(|uri| uri.strip_suffix('#').unwrap_or(uri) == DRAFT_07);
    (!is_draft_07 || at.depth > 0).then_some(Fault::Draft)
}

fn format(value: &Value) -> Option<Fault> {
    let name = value.as_str().unwrap_or_default();
    // `password` says how a field is shown; every other format must be one that is checked.
    let is_known = name == "password" || jsonschema::options().is_known_format(Draft::Draft7, name);
    (!is_known).then(|| Fault::Format { format: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Reason;

    fn refused(schema: &Value) -> (String, Fault) {
        let mut all = all_refused(schema);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    fn all_refused(schema: &Value) -> Vec<(String, Fault)> {
        let of = |reason: &Reason| match reason {
            Reason::Invalid { pointer, fault } => (pointer.clone(), fault.clone()),
            other => panic!("{other:?}"),
        };
        lint(schema, Secrets::Allowed).unwrap_err().reasons().iter().map(of).collect()
    }

    fn property(schema: &Value) -> Value {
        json!({"type": "object", "properties": {"a": schema}})
    }

    #[test]
    fn finds_secrets_at_every_depth_of_properties() {
        let schema = json!({"type": "object", "properties": {
            "token": {"type": "string", "x-secret": true},
            "smtp": {"type": "object", "properties": {
                "password": {"type": "string", "format": "password", "writeOnly": true},
                "host": {"type": "string"},
            }},
        }});
        let found = lint(&schema, Secrets::Allowed).unwrap().secrets;
        assert_eq!(found, [vec!["smtp".to_owned(), "password".into()], vec!["token".into()]]);
        assert!(lint(&schema, Secrets::Refused).is_err());
    }

    #[test]
    fn a_secret_the_host_could_not_find_is_refused() {
        let secret = json!({"type": "string", "x-secret": true});
        for (schema, at) in [
            (json!({"definitions": {"s": secret}}), "/definitions/s"),
            (property(&json!({"oneOf": [secret]})), "/properties/a/oneOf/0"),
            (property(&json!({"items": secret})), "/properties/a/items"),
            (property(&json!({"x-secret": true, "type": "object"})), "/properties/a"),
        ] {
            assert_eq!(refused(&schema), (at.to_owned(), Fault::SecretPlace));
        }
    }

    #[test]
    fn half_a_secret_mark_and_told_secrets_are_refused() {
        for half in [json!({"writeOnly": true}), json!({"format": "password"})] {
            assert_eq!(refused(&property(&half)).1, Fault::SecretMark);
        }
        let told = json!({"type": "string", "x-secret": true, "default": "hunter2"});
        assert_eq!(refused(&property(&told)).1, Fault::SecretValue);
    }

    #[test]
    fn hints_are_known_and_well_formed() {
        let good = json!({"type": "object", "x-test-connection": true, "properties": {
            "a": {"x-order": 1, "x-group": "Account", "x-help-url": "https://example.com/help"},
            "b": {"x-options": {"call": "phone_numbers", "depends-on": ["a"]}},
        }});
        assert!(lint(&good, Secrets::Allowed).is_ok());
        for (hint, value) in [
            ("x-secret", json!(false)),
            ("x-order", json!("1")),
            ("x-group", json!("")),
            ("x-options", json!({"call": "a", "extra": 1})),
            ("x-test-connection", json!("yes")),
            ("x-help-url", json!("http://example.com")),
            ("x-help-url", json!("javascript:alert(1)")),
        ] {
            let (at, fault) = refused(&property(&json!({ hint: value })));
            assert_eq!(at, format!("/properties/a/{hint}"));
            assert!(matches!(fault, Fault::HintShape { .. }), "{hint}");
        }
        assert_eq!(
            refused(&property(&json!({"x-ordr": 1}))),
            ("/properties/a/x-ordr".into(), Fault::Hint { hint: "x-ordr".into() })
        );
    }

    #[test]
    fn keywords_drafts_and_formats_are_known() {
        assert!(matches!(refused(&property(&json!({"minLenght": 1}))).1, Fault::Keyword { .. }));
        assert!(matches!(refused(&property(&json!({"$id": "x"}))).1, Fault::Keyword { .. }));
        assert!(matches!(refused(&property(&json!({"format": "phone"}))).1, Fault::Format { .. }));
        let draft = json!({"$schema": "https://json-schema.org/draft/2020-12/schema"});
        assert_eq!(refused(&draft), ("/$schema".into(), Fault::Draft));
        let draft = json!({"$schema": "http://json-schema.org/draft-07/schema#"});
        assert!(lint(&draft, Secrets::Allowed).is_ok());
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string", "minLenght": 1, "x-order": "first"},
            "b": {"format": "phone"},
            "c": {"$ref": "#/definitions/none"},
        }});
        let pointers: Vec<_> = all_refused(&schema).into_iter().map(|(pointer, _)| pointer).collect();
        let expected = ["a/minLenght", "a/x-order", "b/format", "c/$ref"].map(|at| format!("/properties/{at}"));
        assert_eq!(pointers, expected);
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let mut deep = json!({});
        for _ in 0..=DEPTH_MAX {
            deep = json!({ "not": deep });
        }
        assert_eq!(refused(&deep).1, Fault::SchemaDepth { limit: DEPTH_MAX });
        let large = json!({"description": "x".repeat(SIZE_MAX)});
        assert_eq!(refused(&large).1, Fault::SchemaSize { limit: SIZE_MAX });
    }
}
