//! JSON Schemas written by strangers: compiled without fetching anything, checked in linear time.

mod field_error;
mod hints;
mod lint;
mod unfold;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

pub use field_error::FieldError;
pub(crate) use field_error::{errors_of, field_errors, meant_errors};
pub use lint::keywords;
pub(crate) use lint::{Linted, SecretPath, Secrets, lint};

use crate::error::{Fault, Findings, ManifestError};

/// Largest compiled automaton of one `pattern`, in bytes.
const PATTERN_SIZE_MAX: usize = 1 << 20;

/// A schema for plain data: what an action takes and gives.
#[derive(Debug)]
pub struct DataSchema {
    schema: Value,
    validator: Validator,
}

impl DataSchema {
    /// Compiles a draft-07 schema. Pointers in the error are relative to the schema.
    pub fn compile(schema: &Value) -> Result<Self, ManifestError> {
        let linted = lint(schema, Secrets::Refused)?;
        let mut found = Findings::default();
        found.note(check_defaults(schema, &linted));
        let validator = found.note(build(schema, ""));
        found.with(validator).map(|validator| Self { schema: schema.clone(), validator })
    }

    /// The schema as written.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// What is wrong with `value`; empty if nothing is.
    pub fn check(&self, value: &Value) -> Vec<FieldError> {
        field_errors(&self.validator, value)
    }
}

/// A schema of our own, of any draft, as it is generated from types.
#[derive(Debug)]
pub struct GeneratedSchema {
    validator: Validator,
}

impl GeneratedSchema {
    /// Compiles it.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn new(schema: &Value) -> Self {
        Self { validator: jsonschema::validator_for(schema).expect("a schema of ours compiles") }
    }

    /// What is wrong with `value`; empty if nothing is. Of alternatives that all fail, the one that was meant is told, if
    /// that can be seen.
    pub fn check(&self, value: &Value) -> Vec<FieldError> {
        meant_errors(&self.validator, value)
    }
}

/// A validator that resolves nothing outside the schema and whose patterns run in linear time.
pub(crate) fn build(schema: &Value, at: &str) -> Result<Validator, ManifestError> {
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_SIZE_MAX))
        .build(schema)
        .map_err(|error| {
            let misused = misused_keywords(schema, at);
            misused.unwrap_or_else(|| {
                let at = format!("{at}{}", error.instance_path().as_str());
                let message = error.masked().to_string();
                ManifestError::invalid(at, Fault::SchemaCompile { message })
            })
        })
}

/// Every keyword with a value that the draft does not give it; the compiler stops at the first.
fn misused_keywords(schema: &Value, at: &str) -> Option<ManifestError> {
    let mut found = Findings::default();
    let draft = jsonschema::draft7::meta::validator();
    for error in draft.iter_errors(schema) {
        let message = error.masked().to_string();
        found.fault(format!("{at}{}", error.instance_path().as_str()), Fault::SchemaCompile { message });
    }
    found.result().err()
}

/// A validator for one part of a schema, which may refer to the definitions of the whole.
pub(crate) fn build_part(root: &Value, part: &Value, at: &str) -> Result<Validator, ManifestError> {
    let mut part = part.clone();
    if let (Some(part), Some(definitions)) = (part.as_object_mut(), root.get("definitions")) {
        part.insert("definitions".to_owned(), definitions.clone());
    }
    build(&part, at)
}

/// Refuses defaults that their own schema refuses: a form would open with errors.
pub(crate) fn check_defaults(schema: &Value, linted: &Linted) -> Result<(), ManifestError> {
    let mut found = Findings::default();
    for at in &linted.with_default {
        let part = schema.pointer(at).unwrap_or(&Value::Null);
        // What does not compile is told where the whole schema is compiled.
        if build_part(schema, part, at).is_ok_and(|validator| !validator.is_valid(&part["default"])) {
            found.fault(format!("{at}/default"), Fault::Default);
        }
    }
    found.result()
}

/// A name as one token of a JSON pointer.
pub(crate) fn escape_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
