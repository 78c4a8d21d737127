//! What is wrong with a definition, said so that a form can show it beside the field.

use serde::Serialize;
use std::fmt;

/// One thing wrong with a rule definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Where, as a JSON Pointer (RFC 6901) into the definition; empty for the whole.
    pub pointer: String,
    /// What kind of problem, stable for programs.
    pub code: Code,
    /// What is wrong, for people.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(pointer: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{place}: {}", self.message)
    }
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A value of the wrong JSON type.
    Type,
    /// A field is missing.
    Required,
    /// A field that no definition has.
    UnknownField,
    /// A word outside a closed list (a trigger, an operator, a status, …).
    UnknownValue,
    /// A text or list shorter than allowed, or blank.
    TooShort,
    /// A text or list longer than allowed.
    TooLong,
    /// Any other violation of the schema.
    Shape,
    /// Conditions nested too deeply.
    TooDeep,
    /// More conditions than one rule may have.
    TooMany,
    /// A fact that the catalogue does not have.
    UnknownFact,
    /// An operator that does not fit the fact's type.
    OperatorNotApplicable,
    /// An operator without the value it compares with.
    ValueRequired,
    /// A value, or `case_sensitive`, where the operator has no use for it.
    ValueUnexpected,
    /// A value of a type that the fact cannot have.
    ValueType,
    /// A time that is not RFC 3339.
    InvalidTime,
    /// A regular expression that cannot be compiled, or is too big.
    InvalidRegex,
    /// The same thing twice.
    Duplicate,
    /// Two things that exclude each other.
    Conflict,
    /// `{{…}}` that is not closed or empty.
    MalformedVariable,
}

/// Adds one reference token to a pointer, escaped as RFC 6901 demands.
pub(crate) fn join(pointer: &str, token: impl fmt::Display) -> String {
    let token = token.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{token}")
}

/// ` (did you mean …?)` when one of the candidates is close to what was written, else nothing.
pub(crate) fn suggestion<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(written, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.chars().count() / 3)
        .map(|(_, candidate)| format!(" (did you mean `{candidate}`?)"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_what_rfc_6901_reserves() {
        assert_eq!(join("/a", "b/c~d"), "/a/b~1c~0d");
        assert_eq!(join("", 0), "/0");
    }

    #[test]
    fn suggestions_are_close_or_absent() {
        let known = ["message.text", "message.type"];
        assert_eq!(suggestion("mesage.text", known), " (did you mean `message.text`?)");
        assert_eq!(suggestion("colour", known), "");
    }
}
