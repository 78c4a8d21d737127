//! Settings as a type: the schema of the form out of the struct that reads it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A secret among the settings: a password field of the form. The host keeps its value and never
/// gives it to the plugin; the plugin names it in requests by the name of its field.
///
/// Declared in the manifest under `secrets`, where it says to which host it may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecretRef;

/// Reads anything: what matters is that the field is there to be declared.
impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> Cow<'static, str> {
        "SecretRef".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "password",
            "writeOnly": true,
            "minLength": 1,
            "maxLength": 4096,
            "x-secret": true,
        })
    }
}

/// The schema of a type, as a manifest holds it: JSON Schema draft-07, without references. For
/// settings, and for what actions take and give.
///
/// A doc comment of one line is the title of its field; a heading (`# Shop name`) is one above a
/// description. Hints of the form are `extend`ed. `Option` means that a field may be left out.
///
/// ```
/// use serde::Deserialize;
/// use signalbox_plugin_sdk::schemars::{self, JsonSchema};
/// use signalbox_plugin_sdk::settings::{SecretRef, schema};
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Settings {
///     /// # Shop name
///     ///
///     /// The part before `.myshopify.com`.
///     #[schemars(regex(pattern = "^[a-z0-9-]+$"), extend("x-order" = 1))]
///     shop: String,
///     /// Access token
///     #[serde(default)]
///     #[schemars(!default, extend("x-order" = 2))]
///     access_token: SecretRef,
///     /// Pages at once
///     pages: Option<u8>,
/// }
///
/// let schema = schema::<Settings>();
/// assert_eq!(schema["properties"]["shop"]["title"], "Shop name");
/// assert_eq!(schema["properties"]["access_token"]["x-secret"], true);
/// assert_eq!(schema["required"], serde_json::json!(["shop", "access_token"]));
/// assert_eq!(schema["properties"]["pages"]["type"], "integer");
/// assert_eq!(schema["additionalProperties"], false);
/// ```
pub fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(root) = schema.as_object_mut() {
        // The name of the Rust type says nothing to people.
        root.remove("title");
        root.remove("description");
    }
    tidy(&mut schema);
    schema
}

/// Makes of what Rust says about a type what a form understands, at every depth.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            drop_rust_formats(members);
            drop_null(members);
            name_by_description(members);
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// `uint8` and the like are no formats of draft-07; the bounds beside them say the same.
fn drop_rust_formats(schema: &mut Map<String, Value>) {
    let is_rust = schema.get("format").and_then(Value::as_str).is_some_and(|format| {
        format.starts_with("int") || format.starts_with("uint") || matches!(format, "float" | "double")
    });
    if is_rust {
        schema.remove("format");
    }
}

/// A field that may be left out is left out, not null.
fn drop_null(schema: &mut Map<String, Value>) {
    let null = Value::from("null");
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| *name != null);
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice.get("type") != Some(&null));
    if let [Value::Object(only)] = choices.as_mut_slice() {
        let only = std::mem::take(only);
        schema.remove("anyOf");
        for (keyword, value) in only {
            schema.entry(keyword).or_insert(value);
        }
    }
}

/// A field whose description is one line has it as its title.
fn name_by_description(schema: &mut Map<String, Value>) {
    let is_named = schema.contains_key("title");
    let is_schema = schema.contains_key("type") || schema.contains_key("anyOf") || schema.contains_key("oneOf");
    if let (false, true, Some(Value::String(line))) = (is_named, is_schema, schema.get("description")) {
        let title = line.trim_end_matches('.').to_owned();
        schema.remove("description");
        schema.insert("title".to_owned(), title.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is wanted")]
    struct Everything {
        /// How much
        amount: Option<f64>,
        count: u16,
        mode: Option<Mode>,
        token: SecretRef,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is wanted")]
    enum Mode {
        Fast,
        Thorough,
    }

    #[test]
    fn a_schema_has_neither_null_nor_the_formats_of_rust() {
        let schema = schema::<Everything>();
        assert_eq!(
            schema,
            json!({
                "type": "object",
                "properties": {
                    "amount": {"type": "number", "title": "How much"},
                    "count": {"type": "integer", "minimum": 0, "maximum": 65535},
                    "mode": {"type": "string", "enum": ["fast", "thorough"]},
                    "token": {"type": "string", "format": "password", "writeOnly": true, "minLength": 1,
                              "maxLength": 4096, "x-secret": true},
                },
                "required": ["count", "token"],
            })
        );
    }

    #[test]
    fn a_secret_reads_whatever_is_there() {
        let secret: SecretRef = serde_json::from_value(json!({"set": true})).unwrap();
        assert_eq!(secret, SecretRef);
    }
}
