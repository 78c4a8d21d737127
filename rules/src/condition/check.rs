//! The comparisons themselves, on values that were read before.

use crate::{
    facts::{FactKind, FactPath, Facts},
    text,
};
use chrono::{DateTime, FixedOffset};
use regex::Regex;
use serde_json::{Number, Value};
use std::{borrow::Cow, cmp::Ordering};

/// A comparison with its value. Negated operators are the opposite of one of these.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    Exists,
    Equals(Scalar),
    OneOf(Vec<Scalar>),
    Contains(Scalar),
    StartsWith(String),
    EndsWith(String),
    Matches(Regex),
    GreaterThan(Number),
    LessThan(Number),
    AtLeast(Number),
    AtMost(Number),
    Before(DateTime<FixedOffset>),
    After(DateTime<FixedOffset>),
}

/// A single value; a text in the form in which it is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Text(String),
    Number(Number),
    Boolean(bool),
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    Exact,
    Folded,
}

impl Letters {
    pub(crate) fn prepare(self, text: &str) -> String {
        match self {
            Self::Exact => text::compose(text).into_owned(),
            Self::Folded => text::fold(text),
        }
    }
}

impl Check {
    /// Whether a fact that exists passes. A fact of another type than the check's never does.
    pub(crate) fn holds(&self, value: &Value, facts: &Facts, path: &FactPath, letters: Letters) -> bool {
        let prepared = |text| match letters {
            Letters::Exact => text::compose(text),
            Letters::Folded => facts.fold(path, text),
        };
        let text = || value.as_str().map(prepared);
        let number = |wanted| match value {
            // Providers write money as text, so that no cent is lost.
            Value::String(text) if path.kind == FactKind::Any => compare(&decimal(text)?, wanted),
            value => compare(value.as_number()?, wanted),
        };
        match self {
            Self::Exists => true,
            Self::Equals(scalar) => scalar.is(value, &prepared),
            Self::OneOf(scalars) => scalars.iter().any(|scalar| scalar.is(value, &prepared)),
            Self::Contains(needle) => match (value, needle) {
                (Value::Array(entries), needle) => entries.iter().any(|entry| needle.is(entry, &prepared)),
                (Value::String(text), Scalar::Text(needle)) => prepared(text).contains(needle.as_str()),
                _ => false,
            },
            Self::StartsWith(start) => text().is_some_and(|text| text.starts_with(start.as_str())),
            Self::EndsWith(end) => text().is_some_and(|text| text.ends_with(end.as_str())),
            // The pattern itself says what is the same, so it sees the text as it was written.
            Self::Matches(regex) => value.as_str().is_some_and(|text| regex.is_match(text)),
            Self::GreaterThan(wanted) => number(wanted) == Some(Ordering::Greater),
            Self::LessThan(wanted) => number(wanted) == Some(Ordering::Less),
            Self::AtLeast(wanted) => number(wanted).is_some_and(Ordering::is_ge),
            Self::AtMost(wanted) => number(wanted).is_some_and(Ordering::is_le),
            Self::Before(wanted) => time(value).is_some_and(|time| time < *wanted),
            Self::After(wanted) => time(value).is_some_and(|time| time > *wanted),
        }
    }
}

impl Scalar {
    fn is<'v>(&self, value: &'v Value, prepared: &impl Fn(&'v str) -> Cow<'v, str>) -> bool {
        match (self, value) {
            (Self::Text(wanted), Value::String(text)) => prepared(text) == wanted.as_str(),
            (Self::Number(wanted), Value::Number(number)) => compare(number, wanted) == Some(Ordering::Equal),
            (Self::Boolean(wanted), Value::Bool(flag)) => flag == wanted,
            _ => false,
        }
    }
}

/// Compares whole numbers exactly and others as floats, so that 3 is 3.0 and large ids differ.
fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// A number that is written as text.
fn decimal(text: &str) -> Option<Number> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if !is_plain {
        return None;
    }
    text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?))
}

fn time(value: &Value) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok()
}
