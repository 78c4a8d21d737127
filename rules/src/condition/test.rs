//! One fact compared with a value: does the operator fit, is the value good, what did it say.

use super::check::{Check, Letters, Scalar};
use crate::{
    definition::{Operator, Test},
    evaluation::{ConditionTrace, shorten},
    facts::{FactKind, FactPath, Facts},
    problem::{Code, Problem, join, suggestion},
    text::cut,
};
use chrono::DateTime;
use regex::RegexBuilder;
use serde_json::Value;

/// The memory that one compiled regular expression may take.
const REGEX_BYTES: usize = 256 * 1024;

/// A test ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct CompiledTest {
    written: String,
    op: Operator,
    expected: Value,
    path: FactPath,
    letters: Letters,
    /// Whether the operator is the opposite of its check.
    negated: bool,
    check: Check,
}

impl CompiledTest {
    pub(crate) fn compile(test: &Test, pointer: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let path = match FactPath::resolve(&test.fact) {
            Ok(path) => path,
            Err(message) => {
                // The schema has refused an empty name already.
                if !test.fact.is_empty() {
                    problems.push(Problem::new(join(pointer, "fact"), Code::UnknownFact, message));
                }
                return None;
            }
        };
        let reader = Reader { test, kind: path.kind, pointer, letters: letters(test) };
        match reader.check() {
            Ok(check) => Some(Self {
                written: test.fact.clone(),
                op: test.op,
                expected: shorten(test.value.as_ref().unwrap_or(&Value::Null)),
                path,
                letters: reader.letters,
                negated: is_negated(test.op),
                check,
            }),
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }

    pub(crate) fn ask(&self, facts: &Facts) -> ConditionTrace {
        let actual = facts.get(&self.path);
        let holds = actual.is_some_and(|value| self.check.holds(value, facts, &self.path, self.letters));
        ConditionTrace::Test {
            result: holds != self.negated,
            fact: self.written.clone(),
            op: self.op,
            expected: self.expected.clone(),
            actual: actual.map_or(Value::Null, shorten),
        }
    }
}

fn letters(test: &Test) -> Letters {
    if test.case_sensitive { Letters::Exact } else { Letters::Folded }
}

fn is_negated(op: Operator) -> bool {
    use Operator::{NotContains, NotEquals, NotExists, NotIn};
    matches!(op, NotEquals | NotIn | NotContains | NotExists)
}

/// What `case_sensitive` means something for: everything that compares texts.
fn compares_text(op: Operator, kind: FactKind) -> bool {
    use Operator::{Contains, EndsWith, Equals, In, Matches, NotContains, NotEquals, NotIn, StartsWith};
    let textual = matches!(kind, FactKind::Text | FactKind::List | FactKind::Any);
    textual && matches!(op, Equals | NotEquals | In | NotIn | Contains | NotContains | StartsWith | EndsWith | Matches)
}

/// The name of an operator as it is written.
fn name(op: Operator) -> String {
    serde_json::to_value(op).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Reads the value of one test as its operator and fact want it.
struct Reader<'a> {
    test: &'a Test,
    kind: FactKind,
    pointer: &'a str,
    letters: Letters,
}

impl Reader<'_> {
    fn check(&self) -> Result<Check, Vec<Problem>> {
        let mut problems = Vec::new();
        let op = self.test.op;
        if !self.kind.operators().contains(&op) {
            let known: Vec<_> = self.kind.operators().iter().map(|op| name(*op)).collect();
            let message = format!(
                "`{}` does not fit `{}`, which is {}; what fits: {}",
                name(op),
                self.test.fact,
                self.kind.noun(),
                known.join(", ")
            );
            return Err(vec![Problem::new(join(self.pointer, "op"), Code::OperatorNotApplicable, message)]);
        }
        if self.test.case_sensitive && !compares_text(op, self.kind) {
            let message = format!("`{}` of {} knows no upper and lower case", name(op), self.kind.noun());
            problems.push(Problem::new(join(self.pointer, "case_sensitive"), Code::ValueUnexpected, message));
        }
        match self.operand(&mut problems) {
            Some(check) if problems.is_empty() => Ok(check),
            _ => Err(problems),
        }
    }

    fn operand(&self, problems: &mut Vec<Problem>) -> Option<Check> {
        use Operator as O;
        let takes_none = matches!(self.test.op, O::Exists | O::NotExists);
        let value = match (&self.test.value, takes_none) {
            (None, true) => return Some(Check::Exists),
            (Some(_), true) => {
                let message = format!("`{}` compares with nothing", name(self.test.op));
                problems.push(self.problem(Code::ValueUnexpected, message));
                return None;
            }
            (None, false) => {
                let message = format!("`{}` needs a `value` to compare with", name(self.test.op));
                problems.push(Problem::new(self.pointer, Code::ValueRequired, message));
                return None;
            }
            (Some(value), false) => value,
        };
        let check = match self.test.op {
            O::Exists | O::NotExists => Ok(Check::Exists),
            O::Equals | O::NotEquals => self.scalar(value).map(Check::Equals),
            O::In | O::NotIn => return self.scalars(value, problems).map(Check::OneOf),
            O::Contains | O::NotContains => self.needle(value).map(Check::Contains),
            O::StartsWith => self.affix(value).map(Check::StartsWith),
            O::EndsWith => self.affix(value).map(Check::EndsWith),
            O::Matches => self.regex(value).map(Check::Matches),
            O::GreaterThan => self.number(value).map(Check::GreaterThan),
            O::LessThan => self.number(value).map(Check::LessThan),
            O::AtLeast => self.number(value).map(Check::AtLeast),
            O::AtMost => self.number(value).map(Check::AtMost),
            O::Before => self.time(value).map(Check::Before),
            O::After => self.time(value).map(Check::After),
        };
        check.map_err(|(code, message)| problems.push(self.problem(code, message))).ok()
    }

    fn problem(&self, code: Code, message: String) -> Problem {
        Problem::new(join(self.pointer, "value"), code, message)
    }

    fn scalar(&self, value: &Value) -> Result<Scalar, Refusal> {
        let scalar = match (self.kind, value) {
            (FactKind::Choice(words), Value::String(word)) => {
                if !words.contains(&word.as_str()) {
                    let hint = suggestion(word, words.iter().copied());
                    let message = format!(
                        "`{}` is never `{}`{hint}; it is one of: {}",
                        self.test.fact,
                        cut(word, 60),
                        words.join(", ")
                    );
                    return Err((Code::UnknownValue, message));
                }
                Scalar::Text(self.letters.prepare(word))
            }
            (FactKind::Text | FactKind::Any, Value::String(text)) => Scalar::Text(self.letters.prepare(text)),
            (FactKind::Number | FactKind::Any, Value::Number(number)) => Scalar::Number(number.clone()),
            (FactKind::Boolean | FactKind::Any, Value::Bool(flag)) => Scalar::Boolean(*flag),
            _ => return Err(self.wrong_type(self.scalar_noun())),
        };
        Ok(scalar)
    }

    fn scalar_noun(&self) -> &'static str {
        match self.kind {
            FactKind::Any => "a text, a number, true or false",
            FactKind::Choice(_) => FactKind::Text.noun(),
            kind => kind.noun(),
        }
    }

    fn wrong_type(&self, wanted: &str) -> Refusal {
        let message = format!("`{}` of `{}` compares with {wanted}", name(self.test.op), self.test.fact);
        (Code::ValueType, message)
    }

    fn scalars(&self, value: &Value, problems: &mut Vec<Problem>) -> Option<Vec<Scalar>> {
        let pointer = join(self.pointer, "value");
        let Some(entries) = value.as_array() else {
            let (code, message) = self.wrong_type("a list");
            problems.push(Problem::new(pointer, code, message));
            return None;
        };
        if entries.is_empty() {
            let message = format!("`{}` needs at least one value", name(self.test.op));
            problems.push(Problem::new(pointer, Code::TooShort, message));
            return None;
        }
        let mut scalars: Vec<Scalar> = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            match self.scalar(entry) {
                Ok(scalar) if scalars.contains(&scalar) => {
                    let message = "this value is in the list already";
                    problems.push(Problem::new(join(&pointer, i), Code::Duplicate, message));
                }
                Ok(scalar) => scalars.push(scalar),
                Err((code, message)) => {
                    problems.push(Problem::new(join(&pointer, i), code, message));
                }
            }
        }
        Some(scalars)
    }

    fn needle(&self, value: &Value) -> Result<Scalar, Refusal> {
        match (self.kind, value) {
            (FactKind::Any, Value::Number(_) | Value::Bool(_)) => self.scalar(value),
            _ => self.affix(value).map(Scalar::Text),
        }
    }

    fn affix(&self, value: &Value) -> Result<String, Refusal> {
        match self.text(value)? {
            "" => Err((Code::TooShort, format!("`{}` needs a text that is not empty", name(self.test.op)))),
            text => Ok(self.letters.prepare(text)),
        }
    }

    fn text<'v>(&self, value: &'v Value) -> Result<&'v str, Refusal> {
        value.as_str().ok_or_else(|| self.wrong_type(FactKind::Text.noun()))
    }

    fn regex(&self, value: &Value) -> Result<regex::Regex, Refusal> {
        let pattern = self.text(value)?;
        if pattern.is_empty() {
            return Err((Code::TooShort, "an empty regular expression matches everything".to_owned()));
        }
        RegexBuilder::new(pattern)
            .case_insensitive(self.letters == Letters::Folded)
            .size_limit(REGEX_BYTES)
            .build()
            .map_err(|error| (Code::InvalidRegex, format!("not a regular expression: {error}")))
    }

    fn number(&self, value: &Value) -> Result<serde_json::Number, Refusal> {
        match value {
            Value::Number(number) => Ok(number.clone()),
            _ => Err(self.wrong_type(FactKind::Number.noun())),
        }
    }

    fn time(&self, value: &Value) -> Result<DateTime<chrono::FixedOffset>, Refusal> {
        DateTime::parse_from_rfc3339(self.text(value)?).map_err(|error| {
            let message = format!("a time is written as 2026-01-31T09:30:00Z (RFC 3339): {error}");
            (Code::InvalidTime, message)
        })
    }
}

/// Why a value is refused.
type Refusal = (Code, String);
