//! Defaults of a settings schema, filled in where a setting is absent.

use serde_json::Value;

/// Fills in defaults of properties. A group that is absent stays absent unless it has a default
/// of its own: filling in some of its fields could make an optional group half given.
pub(super) fn apply(schema: &Value, settings: &mut Value) {
    let (Some(properties), Some(settings)) =
        (schema.get("properties").and_then(Value::as_object), settings.as_object_mut())
    else {
        return;
    };
    for (name, property) in properties {
        if let Some(default) = property.get("default")
            && !settings.contains_key(name)
        {
            settings.insert(name.clone(), default.clone());
        }
        if let Some(setting) = settings.get_mut(name) {
            apply(property, setting);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fills_only_what_is_absent() {
        let schema = json!({"properties": {
            "version": {"default": "v26.0"},
            "retry": {"default": {}, "properties": {"count": {"default": 3}}},
            "proxy": {"properties": {"port": {"default": 80}, "host": {}}},
        }});
        let mut settings = json!({"version": "v25.0"});
        apply(&schema, &mut settings);
        assert_eq!(settings, json!({"version": "v25.0", "retry": {"count": 3}}));
        let mut settings = json!({"version": null, "proxy": {"host": "a"}});
        apply(&schema, &mut settings);
        assert_eq!(settings["proxy"], json!({"host": "a", "port": 80}));
        assert_eq!(settings["version"], Value::Null);
    }
}
