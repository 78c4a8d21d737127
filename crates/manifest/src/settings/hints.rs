//! The `x-` hints of a schema, gathered for forms.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::SettingsSchema;
use crate::schema::escape_token;

/// What a form shows of one field beyond its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldHints {
    /// JSON pointer to the field in the settings.
    pub pointer: String,
    /// Whether its value is never shown.
    pub secret: bool,
    /// Its place among the others: smaller ones first, those without after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// A page that explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_url: Option<String>,
    /// The choices that the plugin offers, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<DynamicOptions>,
    /// Whether the connection test needs it.
    pub test_connection: bool,
}

/// A list of choices that the plugin looks up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DynamicOptions {
    /// Which list, by the plugin's name for it.
    pub call: String,
    /// The fields whose values it depends on, by their names beside this one.
    pub depends_on: Vec<String>,
}

impl SettingsSchema {
    /// The fields in the order of a form.
    pub fn hints(&self) -> Vec<FieldHints> {
        let mut hints = Vec::new();
        collect(&self.schema, "", &mut hints);
        hints.sort_by_key(|field| (field.order.unwrap_or(i64::MAX), field.pointer.clone()));
        hints
    }

    /// The choices that the plugin offers for the field at this JSON pointer.
    pub fn options_of(&self, pointer: &str) -> Option<DynamicOptions> {
        self.hints().into_iter().find(|field| field.pointer == pointer)?.options
    }
}

fn collect(schema: &Value, at: &str, hints: &mut Vec<FieldHints>) {
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter) {
        let pointer = format!("{at}/{}", escape_token(name));
        let text = |hint: &str| field.get(hint).and_then(Value::as_str).map(str::to_owned);
        let is = |keyword: &str| field.get(keyword) == Some(&Value::Bool(true));
        hints.push(FieldHints {
            secret: is("x-secret") || is("writeOnly"),
            order: field.get("x-order").and_then(Value::as_i64),
            group: text("x-group"),
            help_url: text("x-help-url"),
            options: field.get("x-options").and_then(options),
            test_connection: is("x-test-connection"),
            pointer: pointer.clone(),
        });
        collect(field, &pointer, hints);
    }
}

fn options(hint: &Value) -> Option<DynamicOptions> {
    let names = hint.get("depends-on").and_then(Value::as_array).into_iter().flatten();
    let depends_on = names.filter_map(Value::as_str).map(str::to_owned).collect();
    Some(DynamicOptions { call: hint.get("call")?.as_str()?.to_owned(), depends_on })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_stand_in_the_order_of_the_form() {
        let schema = SettingsSchema::compile(&json!({"type": "object", "properties": {
            "a": {"type": "string"},
            "b": {"type": "string", "x-order": 2, "x-group": "Account", "x-help-url": "https://example.com/b",
                  "x-options": {"call": "numbers", "depends-on": ["c"]}},
            "c": {"type": "object", "x-order": 1, "properties": {
                "d": {"type": "string", "x-secret": true, "x-test-connection": true},
            }},
        }}))
        .unwrap();
        let hints = schema.hints();
        let pointers: Vec<_> = hints.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/c", "/b", "/a", "/c/d"]);
        assert_eq!((hints[1].group.as_deref(), hints[3].secret), (Some("Account"), true));
        assert!(hints[3].test_connection);
        let options = schema.options_of("/b").unwrap();
        assert_eq!((options.call.as_str(), options.depends_on.as_slice()), ("numbers", &["c".to_owned()][..]));
        assert_eq!(schema.options_of("/a"), None);
    }
}
