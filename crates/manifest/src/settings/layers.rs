//! Settings in layers: the schema's defaults, what the tenant gives all its connections, and what one connection has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::merge::merge;
use super::{SettingsSchema, defaults};
use crate::schema::{self, FieldError, escape_token};

/// Keywords that judge an object as a whole, of which a layer has only a part.
const OF_THE_WHOLE: &[&str] =
    &["required", "minProperties", "dependencies", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The connection has it.
    Own,
    /// The tenant gives it to every connection of the plugin that has no own.
    Tenant,
    /// The schema gives it.
    Default,
}

impl SettingsSchema {
    /// The settings that a connection works with: its own over the tenant's over the schema's defaults.
    pub fn effective(&self, own: &Value, tenant: &Value) -> Value {
        let mut effective = tenant.clone();
        merge(&mut effective, own.clone());
        defaults::apply(&self.schema, &mut effective);
        effective
    }

    /// Where each of the effective settings comes from, by its JSON pointer.
    pub fn origins(&self, own: &Value, tenant: &Value) -> BTreeMap<String, Origin> {
        let mut origins = BTreeMap::new();
        trace(&self.effective(own, tenant), Some(own), Some(tenant), "", &mut origins);
        origins
    }

    /// What is wrong with settings that a tenant wants to give all its connections: any part of them will do, but each
    /// must be valid by itself, and secrets are every connection's own.
    pub fn check_shared(&self, shared: &Value) -> Vec<FieldError> {
        let mut public = shared.clone();
        let mut errors = Vec::new();
        for field in &self.secrets {
            if !matches!(field.take(&mut public), Ok(None)) {
                errors.push(FieldError::new(field.pointer(), "secret", "a secret is set for each connection"));
            }
        }
        let mut part = self.schema.clone();
        relax(&mut part);
        // The part of a schema that compiles compiles, too.
        if let Ok(validator) = schema::build(&part, "") {
            errors.extend(schema::field_errors(&validator, &public));
        }
        errors
    }

    /// The part of what a tenant gives its connections that this schema has a use for: a version of the plugin that lacks
    /// a field, or wants another value there, inherits the rest.
    pub fn inheritable(&self, shared: &Value) -> Value {
        let fits = |name: &String, value: &Value| {
            self.schema["properties"].get(name).is_some() && self.check_shared(&json!({ name: value })).is_empty()
        };
        let members = shared.as_object().into_iter().flatten();
        members.filter(|(name, value)| fits(name, value)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn trace(
    effective: &Value,
    own: Option<&Value>,
    tenant: Option<&Value>,
    at: &str,
    origins: &mut BTreeMap<String, Origin>,
) {
    match effective {
        Value::Object(members) if at.is_empty() || !members.is_empty() => {
            for (name, member) in members {
                let at = format!("{at}/{}", escape_token(name));
                let (own, tenant) = (own.and_then(|own| own.get(name)), tenant.and_then(|tenant| tenant.get(name)));
                trace(member, own, tenant, &at, origins);
            }
        }
        _ => {
            let origin = match (own, tenant) {
                (Some(_), _) => Origin::Own,
                (None, Some(_)) => Origin::Tenant,
                (None, None) => Origin::Default,
            };
            origins.insert(at.to_owned(), origin);
        }
    }
}

/// Takes away what a part of the settings need not meet.
fn relax(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut().filter(|schema| schema.contains_key("properties")) else { return };
    for keyword in OF_THE_WHOLE {
        schema.remove(*keyword);
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flat_map(Map::values_mut).for_each(relax);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> SettingsSchema {
        SettingsSchema::compile(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["number", "token"],
            "properties": {
                "number": {"type": "string", "pattern": "^[0-9]+$"},
                "version": {"type": "string", "default": "v1"},
                "token": {"type": "string", "x-secret": true},
                "smtp": {"type": "object", "required": ["host"], "properties": {
                    "host": {"type": "string"},
                    "port": {"type": "integer", "default": 587},
                    "password": {"type": "string", "x-secret": true},
                }},
            },
        }))
        .unwrap()
    }

    #[test]
    fn layers_lie_over_each_other_field_by_field() {
        let own = json!({"number": "1", "smtp": {"host": "own"}});
        let tenant = json!({"version": "v2", "smtp": {"host": "shared", "port": 25}});
        let effective = schema().effective(&own, &tenant);
        assert_eq!(effective, json!({"number": "1", "version": "v2", "smtp": {"host": "own", "port": 25}}));
        let origins = schema().origins(&own, &tenant);
        let expected = [
            ("/number", Origin::Own),
            ("/smtp/host", Origin::Own),
            ("/smtp/port", Origin::Tenant),
            ("/version", Origin::Tenant),
        ];
        assert_eq!(origins, expected.map(|(at, origin)| (at.to_owned(), origin)).into());
        assert_eq!(schema().origins(&json!({}), &json!({})), [("/version".to_owned(), Origin::Default)].into());
    }

    #[test]
    fn what_a_version_has_no_use_for_is_not_inherited() {
        let shared = json!({"version": 7, "colour": "red", "smtp": {"port": 25}});
        assert_eq!(schema().inheritable(&shared), json!({"smtp": {"port": 25}}));
        assert_eq!(schema().inheritable(&json!({})), json!({}));
    }

    #[test]
    fn a_tenant_shares_parts_that_are_valid_and_no_secrets() {
        let told = |shared: Value| {
            let mut errors: Vec<_> = schema().check_shared(&shared).into_iter().map(|e| (e.pointer, e.code)).collect();
            errors.sort();
            errors
        };
        assert_eq!(told(json!({})), []);
        assert_eq!(told(json!({"version": "v3", "smtp": {"port": 25}})), []);
        assert_eq!(
            told(json!({"number": "x", "colour": 1, "token": "t", "smtp": {"port": "25", "password": "p"}})),
            [
                ("/colour", "additionalProperties"),
                ("/number", "pattern"),
                ("/smtp/password", "secret"),
                ("/smtp/port", "type"),
                ("/token", "secret"),
            ]
            .map(|(at, code)| (at.to_owned(), code.to_owned()))
        );
    }
}
