//! Settings of connections and endpoints: public values apart from secrets, validated by the
//! schema of a stranger, changed without ever reading a secret back.

mod defaults;
mod hints;
mod layers;
mod merge;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::error::{Fault, Findings, ManifestError};
use crate::schema::{self, FieldError};
pub use hints::{DynamicOptions, FieldHints};
pub use layers::Origin;
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
    /// All public settings after the change: what was set here, over what is inherited.
    pub settings: Value,
    /// Those of them that were set here.
    pub own: Value,
    /// What happens to secrets; those not named stay as they are.
    pub secrets: BTreeMap<String, SecretChange>,
}

/// What a change is laid over.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// The public settings that were set here.
    pub own: &'a Value,
    /// What the tenant gives all its connections.
    pub tenant: &'a Value,
    /// Names of the secrets that are set.
    pub secrets: &'a BTreeSet<String>,
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
        let mut found = Findings::default();
        let linted = found.note(schema::lint(schema, schema::Secrets::Allowed));
        if schema.is_object() && schema.get("type").and_then(Value::as_str) != Some("object") {
            found.fault("/type", Fault::SchemaRoot);
        }
        let linted = found.with(linted)?;
        let mut found = Findings::default();
        found.note(schema::check_defaults(schema, &linted));
        let mut shape = schema.clone();
        let mut secrets = Vec::with_capacity(linted.secrets.len());
        for path in linted.secrets {
            let Some(field) = found.note(SecretField::compile(schema, path)) else { continue };
            if let Some(place) = shape.pointer_mut(&field.schema_pointer) {
                *place = json!({"type": "string"});
            }
            secrets.push(field);
        }
        let shape = found.note(schema::build(&shape, ""));
        found.with(shape).map(|shape| Self { schema: schema.clone(), shape, secrets })
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

    /// Accepts a change to `stored` settings that inherit nothing but the schema's defaults.
    pub fn update(
        &self,
        stored: &Value,
        stored_secrets: &BTreeSet<String>,
        change: &Value,
    ) -> Result<Change, Vec<FieldError>> {
        self.change(Stored { own: stored, tenant: &json!({}), secrets: stored_secrets }, change)
    }

    /// Accepts a change.
    ///
    /// What it omits stays; `null` clears, after which the tenant's value or a default applies again; nested objects are
    /// changed field by field, lists are replaced. A required secret that is already stored need not be sent again.
    pub fn change(&self, stored: Stored<'_>, change: &Value) -> Result<Change, Vec<FieldError>> {
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
        let mut own = stored.own.clone();
        for field in &self.secrets {
            field.remove(&mut own);
        }
        merge::merge(&mut own, change);
        let settings = self.effective(&own, stored.tenant);
        errors.extend(self.shape_errors(&settings, &secrets, stored.secrets));
        if errors.is_empty() { Ok(Change { settings, own, secrets }) } else { Err(errors) }
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
