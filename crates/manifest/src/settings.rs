//! Settings of connections and endpoints: public values apart from secrets, validated by the
//! schema of a stranger, changed without ever reading a secret back.

mod defaults;
mod merge;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::error::{Fault, ManifestError};
use crate::schema::{self, FieldError};
use secrets::SecretField;

/// A settings schema, compiled once and used for every change.
#[derive(Debug)]
pub struct SettingsSchema {
    schema: Value,
    /// The schema with secrets as any string: their values never reach this validator, so that no
    /// error of it can repeat one, and a stored secret can be stood for by an empty text.
    shape: Validator,
    secrets: Vec<SecretField>,
}

/// Accepted settings, ready to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// All public settings after the change, defaults applied.
    pub settings: Value,
    /// What happens to secrets; those not named stay as they are.
    pub secrets: BTreeMap<String, SecretChange>,
}

/// What happens to one secret.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretChange {
    /// It gets this value, which is never empty.
    Set(String),
    /// It is removed.
    Clear,
}

impl fmt::Debug for SecretChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set(…)",
            Self::Clear => "Clear",
        })
    }
}

impl SettingsSchema {
    /// Compiles a settings schema. Pointers in the error are relative to it.
    pub fn compile(schema: &Value) -> Result<Self, ManifestError> {
        let linted = schema::lint(schema, schema::Secrets::Allowed)?;
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(ManifestError::invalid("/type", Fault::SchemaRoot));
        }
        schema::check_defaults(schema, &linted)?;
        let mut shape = schema.clone();
        let mut secrets = Vec::with_capacity(linted.secrets.len());
        for path in linted.secrets {
            let field = SecretField::compile(schema, path)?;
            if let Some(place) = shape.pointer_mut(&field.schema_pointer) {
                *place = json!({"type": "string"});
            }
            secrets.push(field);
        }
        Ok(Self { schema: schema.clone(), shape: schema::build(&shape, "")?, secrets })
    }

    /// The schema as written.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Names of the secret fields; a nested one is called `group.field`.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|field| field.name.as_str())
    }

    /// Accepts first settings.
    pub fn create(&self, input: &Value) -> Result<Change, Vec<FieldError>> {
        self.update(&json!({}), &BTreeSet::new(), input)
    }

    /// Accepts a change to `stored` settings, whose secrets named in `stored_secrets` are set.
    ///
    /// What the change omits stays; `null` clears, after which a default applies again; nested
    /// objects are changed field by field, lists are replaced. A required secret that is already
    /// stored need not be sent again.
    pub fn update(
        &self,
        stored: &Value,
        stored_secrets: &BTreeSet<String>,
        change: &Value,
    ) -> Result<Change, Vec<FieldError>> {
        if !change.is_object() {
            return Err(vec![FieldError::new("", "type", "must be object")]);
        }
        let mut change = change.clone();
        let mut errors = Vec::new();
        let mut secrets = BTreeMap::new();
        for field in &self.secrets {
            match field.take(&mut change) {
                Ok(None) => {}
                Ok(Some(secret)) => {
                    secrets.insert(field.name.clone(), secret);
                }
                Err(wrong) => {
                    errors.extend(wrong);
                    // It was sent, so it is not also reported as missing.
                    secrets.insert(field.name.clone(), SecretChange::Set(String::new()));
                }
            }
        }
        let mut settings = stored.clone();
        for field in &self.secrets {
            field.remove(&mut settings);
        }
        merge::merge(&mut settings, change);
        defaults::apply(&self.schema, &mut settings);
        errors.extend(self.shape_errors(&settings, &secrets, stored_secrets));
        if errors.is_empty() { Ok(Change { settings, secrets }) } else { Err(errors) }
    }

    fn shape_errors(
        &self,
        settings: &Value,
        changes: &BTreeMap<String, SecretChange>,
        stored: &BTreeSet<String>,
    ) -> Vec<FieldError> {
        let mut with_secrets = settings.clone();
        for field in &self.secrets {
            let is_set = match changes.get(&field.name) {
                Some(change) => *change != SecretChange::Clear,
                None => stored.contains(&field.name),
            };
            if is_set {
                field.stand_in(&mut with_secrets);
            }
        }
        schema::field_errors(&self.shape, &with_secrets)
    }
}
