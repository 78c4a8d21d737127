//! What is wrong with a submitted value, in words that never repeat the value.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde::Serialize;
use serde_json::Value;

use super::escape_token;

/// Errors reported for one value; a form with more has a deeper problem.
const ERRORS_MAX: usize = 100;

/// One field that does not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer to the field; for a missing one, to where it belongs.
    pub pointer: String,
    /// The JSON Schema keyword that was not met, such as `required` or `maxLength`.
    pub code: String,
    /// For a person to read. Never holds the submitted value.
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(pointer: impl Into<String>, code: &str, message: &str) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), message: message.to_owned() }
    }

    /// The same error in a value that holds the faulty one at `prefix`.
    pub(crate) fn below(self, prefix: &str) -> Self {
        Self { pointer: format!("{prefix}{}", self.pointer), ..self }
    }
}

/// What does not fit `schema`, a trusted one of any draft. Of alternatives that all fail, the one that was meant is told,
/// if that can be seen: a form shows alternatives as a whole, but the author of a manifest wrote one of them.
pub(crate) fn errors_of(schema: &Value, value: &Value) -> Vec<FieldError> {
    meant_errors(&jsonschema::validator_for(schema).expect("a schema of ours compiles"), value)
}

pub(crate) fn meant_errors(validator: &Validator, value: &Value) -> Vec<FieldError> {
    validator.iter_errors(value).flat_map(|error| describe_meant(&error)).take(ERRORS_MAX).collect()
}

fn describe_meant(error: &ValidationError<'_>) -> Vec<FieldError> {
    use ValidationErrorKind::{AnyOf, OneOfNotValid};
    let (AnyOf { context } | OneOfNotValid { context }) = error.kind() else { return describe(error) };
    let at = error.instance_path().as_str();
    let ranks: Vec<u8> = context.iter().map(|branch| misfit(branch, at)).collect();
    let Some(best) = ranks.iter().min().filter(|rank| **rank < 2) else { return describe(error) };
    let mut meant = context.iter().zip(&ranks).filter(|(_, rank)| *rank == best);
    match (meant.next(), meant.next()) {
        (Some((branch, _)), None) => branch.iter().flat_map(describe_meant).collect(),
        _ => describe(error),
    }
}

/// How little an alternative seems meant: 0 if only something inside the value is wrong, 2 if the value is of another
/// kind altogether.
fn misfit(branch: &[ValidationError<'_>], at: &str) -> u8 {
    use ValidationErrorKind as Kind;
    let of = |error: &ValidationError<'_>| match error.kind() {
        _ if error.instance_path().as_str() != at => 0,
        Kind::Type { .. } | Kind::Enum { .. } | Kind::Constant { .. } => 2,
        _ => 1,
    };
    branch.iter().map(of).max().unwrap_or_default()
}

pub(crate) fn field_errors(validator: &Validator, value: &Value) -> Vec<FieldError> {
    validator.iter_errors(value).flat_map(|error| describe(&error)).take(ERRORS_MAX).collect()
}

fn describe(error: &ValidationError<'_>) -> Vec<FieldError> {
    use ValidationErrorKind as Kind;
    let at = error.instance_path().as_str();
    let code = error.kind().keyword();
    match error.kind() {
        Kind::Required { property } => {
            let name = escape_token(property.as_str().unwrap_or_default());
            vec![FieldError::new(format!("{at}/{name}"), code, "is required")]
        }
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let at = format!("{at}/{}", escape_token(name));
                FieldError::new(at, code, "is not a known field")
            })
            .collect(),
        kind => vec![FieldError::new(at, code, &message(kind))],
    }
}

fn message(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    let fixed = match kind {
        Kind::MaxLength { limit } => return format!("must have at most {limit} characters"),
        Kind::MinLength { limit } => return format!("must have at least {limit} characters"),
        Kind::MaxItems { limit } => return format!("must have at most {limit} entries"),
        Kind::MinItems { limit } => return format!("must have at least {limit} entries"),
        Kind::AdditionalItems { limit } => return format!("must have at most {limit} entries"),
        Kind::MaxProperties { limit } => return format!("must have at most {limit} fields"),
        Kind::MinProperties { limit } => return format!("must have at least {limit} fields"),
        Kind::Maximum { limit } => return format!("must be at most {limit}"),
        Kind::Minimum { limit } => return format!("must be at least {limit}"),
        Kind::ExclusiveMaximum { limit } => return format!("must be less than {limit}"),
        Kind::ExclusiveMinimum { limit } => return format!("must be more than {limit}"),
        Kind::MultipleOf { multiple_of } => {
            return format!("must be a multiple of {multiple_of}");
        }
        Kind::Format { format } => return format!("must be a valid {format}"),
        Kind::Type { kind } => return format!("must be {}", type_names(kind)),
        Kind::Enum { .. } | Kind::Constant { .. } => "must be one of the allowed values",
        Kind::Pattern { .. } => "does not have the required form",
        Kind::UniqueItems => "must not repeat entries",
        Kind::Contains => "lacks a required entry",
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "fits none of the allowed forms",
        Kind::OneOfMultipleValid { .. } => "fits more than one of the allowed forms",
        Kind::PropertyNames { .. } => "has a field whose name is not allowed",
        Kind::FalseSchema => "is not allowed",
        _ => "is not valid",
    };
    fixed.to_owned()
}

fn type_names(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<_> = several.iter().map(|one| one.to_string()).collect();
            names.join(" or ")
        }
    }
}
