//! One secret field: taken out of what was sent before anything else looks at it.

use jsonschema::Validator;
use serde_json::Value;

use super::SecretChange;
use crate::error::ManifestError;
use crate::schema::{self, FieldError, SecretPath};

/// A secret field of a settings schema.
#[derive(Debug)]
pub(super) struct SecretField {
    pub name: String,
    /// Pointer to the field's schema in the settings schema.
    pub schema_pointer: String,
    path: SecretPath,
    validator: Validator,
}

impl SecretField {
    pub fn compile(root: &Value, path: SecretPath) -> Result<Self, ManifestError> {
        let schema_pointer: String = path.iter().flat_map(|name| ["/properties/", name.as_str()]).collect();
        let field = root.pointer(&schema_pointer).unwrap_or(&Value::Null);
        Ok(Self {
            name: path.join("."),
            validator: schema::build_part(root, field, &schema_pointer)?,
            schema_pointer,
            path,
        })
    }

    /// Takes the field out of `change`; `None` if it is not in there.
    pub fn take(&self, change: &mut Value) -> Result<Option<SecretChange>, Vec<FieldError>> {
        let Some(value) = self.extract(change) else {
            return Ok(None);
        };
        let at = self.pointer();
        match value {
            Value::Null => Ok(Some(SecretChange::Clear)),
            Value::String(text) if text.is_empty() => {
                Err(vec![FieldError::new(at, "minLength", "must not be empty; null removes the secret")])
            }
            value => {
                let errors = schema::field_errors(&self.validator, &value);
                match value {
                    Value::String(text) if errors.is_empty() => Ok(Some(SecretChange::Set(text))),
                    _ => Err(errors.into_iter().map(|error| error.below(&at)).collect()),
                }
            }
        }
    }

    /// Removes the field from `settings`, where it does not belong.
    pub fn remove(&self, settings: &mut Value) {
        self.extract(settings);
    }

    /// Puts an empty text in the secret's place, if the group it belongs to is there.
    pub fn stand_in(&self, settings: &mut Value) {
        let Some((last, groups)) = self.path.split_last() else {
            return;
        };
        let group = groups.iter().try_fold(settings, |group, name| group.get_mut(name));
        if let Some(Value::Object(group)) = group {
            group.insert(last.clone(), Value::String(String::new()));
        }
    }

    /// The field's value, removed from `value`. A group that is `null` clears all it holds.
    fn extract(&self, value: &mut Value) -> Option<Value> {
        let (last, groups) = self.path.split_last()?;
        let mut group = value;
        for name in groups {
            group = group.get_mut(name)?;
            if group.is_null() {
                return Some(Value::Null);
            }
        }
        group.as_object_mut()?.remove(last)
    }

    /// JSON pointer to the field in the settings.
    pub fn pointer(&self) -> String {
        self.path.iter().flat_map(|name| ["/", name.as_str()]).collect()
    }
}
