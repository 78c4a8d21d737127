//! Variables in texts: `{{contact.name}}`, or `{{contact.name|there}}` with a stand-in.
//!
//! A substitution and nothing more: no expressions, no markup, one pass, so that braces in what a
//! customer wrote stay braces.

use crate::{
    evaluation::Note,
    facts::{FactPath, Facts},
    problem::{Code, Problem},
};
use serde_json::Value;

/// What is wrong with the variables of a text that stands at `pointer`.
pub fn check_variables(text: &str, pointer: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    Phrase::parse(text, pointer, &mut problems);
    problems
}

/// A text with its variables filled in. What is not known is left empty, what is no variable as it is.
pub fn fill_in(text: &str, facts: &Facts) -> String {
    Phrase::parse(text, "", &mut Vec::new()).render(facts, "", &mut Vec::new())
}

/// A text with its variables found and resolved.
#[derive(Clone, Debug)]
pub(crate) struct Phrase(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Fixed(String),
    Variable { written: String, path: FactPath, stand_in: Option<String> },
}

impl Phrase {
    /// Finds the variables; every one that is not well-formed or not in the catalogue is a problem.
    pub(crate) fn parse(text: &str, pointer: &str, problems: &mut Vec<Problem>) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((fixed, after)) = rest.split_once("{{") {
            push_fixed(&mut parts, fixed);
            let Some((inside, after)) = after.split_once("}}") else {
                let message = "a variable begins with `{{` and is not closed with `}}`";
                problems.push(Problem::new(pointer, Code::MalformedVariable, message));
                return Self(parts);
            };
            match variable(inside) {
                Ok(part) => parts.push(part),
                Err((code, message)) => problems.push(Problem::new(pointer, code, message)),
            }
            rest = after;
        }
        push_fixed(&mut parts, rest);
        Self(parts)
    }

    /// The value of a text that is nothing but a variable.
    fn value<'f>(&self, facts: &'f Facts) -> Option<&'f Value> {
        match &self.0[..] {
            [Part::Variable { path, .. }] => facts.get(path),
            _ => None,
        }
    }

    /// Puts the facts in. A missing one without a stand-in leaves nothing, and a note.
    pub(crate) fn render(&self, facts: &Facts, pointer: &str, notes: &mut Vec<Note>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Fixed(fixed) => text.push_str(fixed),
                Part::Variable { written, path, stand_in } => match (facts.get(path).and_then(display), stand_in) {
                    (Some(value), _) => text.push_str(&value),
                    (None, Some(stand_in)) => text.push_str(stand_in),
                    (None, None) => notes.push(Note {
                        pointer: pointer.to_owned(),
                        message: format!("`{written}` is not known and was left empty"),
                    }),
                },
            }
        }
        text
    }
}

fn push_fixed(parts: &mut Vec<Part>, fixed: &str) {
    if !fixed.is_empty() {
        parts.push(Part::Fixed(fixed.to_owned()));
    }
}

fn variable(inside: &str) -> Result<Part, (Code, String)> {
    let (name, stand_in) = match inside.split_once('|') {
        Some((name, stand_in)) => (name.trim(), Some(stand_in.trim().to_owned())),
        None => (inside.trim(), None),
    };
    if name.is_empty() {
        let message = "a variable needs the name of a fact between `{{` and `}}`";
        return Err((Code::MalformedVariable, message.to_owned()));
    }
    let path = FactPath::resolve(name).map_err(|message| (Code::UnknownFact, message))?;
    Ok(Part::Variable { written: name.to_owned(), path, stand_in })
}

/// A value as people read it; nothing for what has no reading, so that a stand-in can be used.
fn display(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(entries) => entries.iter().filter_map(display).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Object(_) => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// What becomes of a text that is nothing but a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    /// A text.
    Texts,
    /// The fact as it is.
    Kept,
}

/// A JSON value in which every text may hold variables.
#[derive(Clone, Debug)]
pub(crate) enum JsonPhrase {
    Text(Phrase),
    List(Vec<JsonPhrase>),
    Object(Vec<(String, JsonPhrase)>),
    Plain(Value),
}

impl JsonPhrase {
    pub(crate) fn parse(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Self {
        use crate::problem::join;
        match value {
            Value::String(text) => Self::Text(Phrase::parse(text, pointer, problems)),
            Value::Array(entries) => Self::List(
                (entries.iter().enumerate())
                    .map(|(i, entry)| Self::parse(entry, &join(pointer, i), problems))
                    .collect(),
            ),
            Value::Object(fields) => Self::Object(
                (fields.iter())
                    .map(|(name, field)| (name.clone(), Self::parse(field, &join(pointer, name), problems)))
                    .collect(),
            ),
            plain => Self::Plain(plain.clone()),
        }
    }

    pub(crate) fn render(&self, facts: &Facts, types: Types, pointer: &str, notes: &mut Vec<Note>) -> Value {
        use crate::problem::join;
        match self {
            Self::Text(phrase) => match phrase.value(facts).filter(|_| types == Types::Kept) {
                Some(value) => value.clone(),
                None => Value::String(phrase.render(facts, pointer, notes)),
            },
            Self::List(entries) => (entries.iter().enumerate())
                .map(|(i, entry)| entry.render(facts, types, &join(pointer, i), notes))
                .collect(),
            Self::Object(fields) => (fields.iter())
                .map(|(name, field)| (name.clone(), field.render(facts, types, &join(pointer, name), notes)))
                .collect(),
            Self::Plain(value) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts() -> Facts {
        Facts::from_value(&json!({
            "contact": { "name": "Zoë", "email": " ", "custom": { "seats": 3, "deep": {} } },
            "conversation": { "tags": ["a", "b"], "is_first": true },
            "message": { "text": "{{contact.name}} & <b>" }
        }))
    }

    #[test]
    fn variables_are_filled_in() {
        let cases = [
            ("Hi {{contact.name}}!", "Hi Zoë!", 0),
            ("{{ contact.name }}{{contact.name}}", "ZoëZoë", 0),
            ("{{contact.name|there}}", "Zoë", 0),
            ("Hi {{contact.email|there}}", "Hi there", 0),
            ("Hi {{contact.custom.nick|}}.", "Hi .", 0),
            ("Hi {{contact.custom.nick}}.", "Hi .", 1),
            ("{{contact.custom.deep}}", "", 1),
            ("{{contact.custom.seats}} {{conversation.tags}}", "3 a, b", 0),
            ("{{conversation.is_first}}", "true", 0),
            ("{{message.text}}", "{{contact.name}} & <b>", 0),
            ("a } b {c} }}", "a } b {c} }}", 0),
        ];
        for (text, expected, expected_notes) in cases {
            let mut problems = Vec::new();
            let phrase = Phrase::parse(text, "/p", &mut problems);
            assert_eq!(problems, [], "{text}");
            let mut notes = Vec::new();
            assert_eq!(phrase.render(&facts(), "/p", &mut notes), expected, "{text}");
            assert_eq!(notes.len(), expected_notes, "{text}");
        }
    }

    #[test]
    fn bad_variables_are_all_reported() {
        let mut problems = Vec::new();
        Phrase::parse("{{}} {{contact.nam}} {{contact.name", "/p", &mut problems);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [Code::MalformedVariable, Code::UnknownFact, Code::MalformedVariable]);
        assert!(problems[1].message.contains("did you mean `contact.name`?"));
    }

    #[test]
    fn every_text_inside_json_is_filled_in() {
        let mut problems = Vec::new();
        let value = json!([{ "type": "text", "n": 1, "text": "{{contact.name}}" }, "{{contact.email}}"]);
        let phrase = JsonPhrase::parse(&value, "/c", &mut problems);
        let mut notes = Vec::new();
        let rendered = phrase.render(&facts(), Types::Texts, "/c", &mut notes);
        assert_eq!(rendered, json!([{ "type": "text", "n": 1, "text": "Zoë" }, ""]));
        assert_eq!(problems, []);
        assert_eq!(notes[0].pointer, "/c/1");
    }

    #[test]
    fn a_variable_alone_may_keep_its_type() {
        let value = json!(["{{contact.custom.seats}}", "{{contact.custom.seats}} seats", "{{contact.email|none}}"]);
        let phrase = JsonPhrase::parse(&value, "/c", &mut Vec::new());
        let render = |types| phrase.render(&facts(), types, "/c", &mut Vec::new());
        assert_eq!(render(Types::Kept), json!([3, "3 seats", " "]));
        assert_eq!(render(Types::Texts), json!(["3", "3 seats", "none"]));
    }
}
