//! How the fields of two settings schemas differ.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::schema::escape_token;

/// Keywords that only change how a form looks.
const LOOKS: &[&str] = &[
    "$schema",
    "$comment",
    "title",
    "description",
    "examples",
    "x-order",
    "x-group",
    "x-help-url",
    "x-test-connection",
];

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldDifference {
    /// JSON pointer to the field in the settings; empty for rules about the settings as a whole.
    pub pointer: String,
    /// How it differs.
    pub change: FieldChange,
    /// Whether it must be given: in the new version, or for a removed field in the old one.
    pub required: bool,
    /// Whether it is a secret.
    pub secret: bool,
    /// The keywords of its schema that differ; `required` among them if it has become so or is no more.
    pub keywords: Vec<String>,
}

/// How a field differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldChange {
    /// It is new.
    Added,
    /// It is no more.
    Removed,
    /// It has other rules.
    Changed,
}

/// One field of a schema, without the fields inside it.
struct Field<'a> {
    rules: BTreeMap<&'a str, &'a Value>,
    required: bool,
    secret: bool,
}

/// The fields that differ, by pointer. How they look is no difference.
pub(super) fn difference(old: &Value, new: &Value) -> Vec<FieldDifference> {
    let (old, new) = (fields(old), fields(new));
    let pointers: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    pointers.into_iter().filter_map(|pointer| compare(pointer, old.get(pointer), new.get(pointer))).collect()
}

fn compare(pointer: &str, old: Option<&Field<'_>>, new: Option<&Field<'_>>) -> Option<FieldDifference> {
    let keywords = changed_keywords(old, new);
    let change = match (old, new) {
        (None, _) => FieldChange::Added,
        (_, None) => FieldChange::Removed,
        _ if keywords.is_empty() => return None,
        _ => FieldChange::Changed,
    };
    let shown = new.or(old)?;
    let keywords = if change == FieldChange::Changed { keywords } else { Vec::new() };
    Some(FieldDifference {
        pointer: pointer.to_owned(),
        change,
        required: shown.required,
        secret: shown.secret,
        keywords,
    })
}

fn changed_keywords(old: Option<&Field<'_>>, new: Option<&Field<'_>>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let names: BTreeSet<&str> = old.rules.keys().chain(new.rules.keys()).copied().collect();
    let differing = names.into_iter().filter(|name| old.rules.get(name) != new.rules.get(name));
    let required = (old.required != new.required).then_some("required");
    differing.chain(required).map(str::to_owned).collect()
}

fn fields(schema: &Value) -> BTreeMap<String, Field<'_>> {
    let mut fields = BTreeMap::new();
    collect(schema, String::new(), false, &mut fields);
    fields
}

fn collect<'a>(schema: &'a Value, at: String, required: bool, fields: &mut BTreeMap<String, Field<'a>>) {
    let members = schema.as_object().into_iter().flatten();
    let is_rule = |name: &str| !matches!(name, "properties" | "required") && !LOOKS.contains(&name);
    let rules = members.filter(|(name, _)| is_rule(name)).map(|(name, value)| (name.as_str(), value)).collect();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter) {
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.is_some_and(|names| names.iter().any(|required| required == name));
        collect(property, format!("{at}/{}", escape_token(name)), required, fields);
    }
    let has = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
    fields.insert(at, Field { rules, required, secret: has("x-secret") || has("writeOnly") });
}
