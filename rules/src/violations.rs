//! In which places a definition differs from the schema, said about the form its author meant.

use crate::problem::{Code, Problem, join, suggestion};
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::Value;
use std::sync::LazyLock;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::draft7::new(&crate::schema()).expect("the schema is generated from types and is valid")
});

/// Far more levels of JSON than a good definition has, and few enough for any stack.
const MAX_JSON_DEPTH: usize = 64;

/// Refuses what is nested so deeply that it could exhaust the stack of whoever walks it.
pub(crate) fn refuse_deep(value: &Value) -> Result<(), Problem> {
    let mut level: Vec<&Value> = vec![value];
    for _ in 0..=MAX_JSON_DEPTH {
        level = level.into_iter().flat_map(children).collect();
        if level.is_empty() {
            return Ok(());
        }
    }
    let message = format!("a definition has at most {MAX_JSON_DEPTH} levels of JSON");
    Err(Problem::new("", Code::TooDeep, message))
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(entries) => entries.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    }
}

/// Everything in which the value differs from the schema.
pub(crate) fn all(value: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    for error in VALIDATOR.iter_errors(value) {
        explain(&error, &mut problems);
    }
    problems
}

fn explain(error: &ValidationError<'_>, problems: &mut Vec<Problem>) {
    let pointer = error.instance_path().to_string();
    let mut report = |code, message: String| {
        problems.push(Problem::new(pointer.clone(), code, message));
    };
    match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            explain_choice(&pointer, error.instance(), context, problems);
        }
        Kind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                let message = format!("there is no field `{name}` here");
                problems.push(Problem::new(join(&pointer, name), Code::UnknownField, message));
            }
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            report(Code::Required, format!("the field `{name}` is missing"));
        }
        Kind::Type { .. } => report(Code::Type, format!("{}", error.masked_with("this"))),
        Kind::Enum { options } => {
            let known: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            report(Code::UnknownValue, unknown_word(error.instance(), &known));
        }
        Kind::MinLength { .. } | Kind::MinItems { .. } => {
            report(Code::TooShort, format!("{}", error.masked_with("this")));
        }
        Kind::MaxLength { .. } | Kind::MaxItems { .. } => {
            report(Code::TooLong, format!("{}", error.masked_with("this")));
        }
        _ => report(Code::Shape, format!("{}", error.masked_with("this"))),
    }
}

fn unknown_word(written: &Value, known: &[&str]) -> String {
    let hint = written.as_str().map(|word| suggestion(word, known.iter().copied()));
    format!("this is none of the words known here{}: {}", hint.unwrap_or_default(), known.join(", "))
}

type Branch = [ValidationError<'static>];

/// Explains a value that fits none of several forms, by the form that its author meant.
fn explain_choice(
    pointer: &str,
    value: &Value,
    context: &[Vec<ValidationError<'static>>],
    problems: &mut Vec<Problem>,
) {
    let words: Vec<&str> = context.iter().filter_map(|branch| expected_word(branch, pointer)).collect();
    if words.len() == context.len() {
        // Every form has a word of its own, and none of them was written.
        let (place, written) = match value.get("type") {
            Some(written) => (join(pointer, "type"), written),
            None => (pointer.to_owned(), value),
        };
        problems.push(Problem::new(place, Code::UnknownValue, unknown_word(written, &words)));
        return;
    }
    if let Some(error) = wrong_type(context, pointer) {
        explain(error, problems);
        return;
    }
    let misfit = |branch: &Branch| branch.iter().map(|error| distance(error, pointer)).sum::<usize>();
    let closest = context.iter().map(|branch| misfit(branch)).min().unwrap_or_default();
    let mut meant = context.iter().filter(|branch| misfit(branch) == closest);
    if let (Some(branch), None) = (meant.next(), meant.next()) {
        for error in branch {
            explain(error, problems);
        }
    } else {
        let message = "this has none of the forms possible here, or mixes them";
        problems.push(Problem::new(pointer, Code::Shape, message));
    }
}

/// The first form's complaint, if every form wants another type than the value has.
fn wrong_type<'c>(context: &'c [Vec<ValidationError<'static>>], pointer: &str) -> Option<&'c ValidationError<'static>> {
    let complaint = |branch: &'c Vec<ValidationError<'static>>| {
        branch
            .iter()
            .find(|error| matches!(error.kind(), Kind::Type { .. }) && error.instance_path().as_str() == pointer)
    };
    let mut complaints = context.iter().map(complaint);
    complaints.clone().all(|complaint| complaint.is_some()).then(|| complaints.next().flatten())?
}

/// The word that would have made this branch the right one, if another (or none) was written.
fn expected_word<'b>(branch: &'b Branch, pointer: &str) -> Option<&'b str> {
    branch.iter().find_map(|error| match error.kind() {
        Kind::Constant { expected_value } => expected_value.as_str(),
        Kind::Enum { options } if error.instance_path().as_str() == join(pointer, "type") => options.get(0)?.as_str(),
        _ => None,
    })
}

/// How much an error speaks against the branch as a whole: a wrong tag most, a field that is
/// missing or does not belong there some, anything deeper not at all.
fn distance(error: &ValidationError<'_>, pointer: &str) -> usize {
    match error.kind() {
        Kind::Constant { .. } => 100,
        Kind::AdditionalProperties { unexpected } if error.instance_path().as_str() == pointer => unexpected.len(),
        _ => usize::from(error.instance_path().as_str() == pointer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nesting_is_limited() {
        let nest = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(refuse_deep(&nest(MAX_JSON_DEPTH)), Ok(()));
        let refused = refuse_deep(&nest(MAX_JSON_DEPTH + 1)).unwrap_err();
        assert_eq!(refused.code, Code::TooDeep);
    }
}
