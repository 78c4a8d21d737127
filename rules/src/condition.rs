//! Conditions, compiled: the tree of all, any and not above the tests of single facts.

mod check;
mod test;

use crate::{
    evaluation::ConditionTrace,
    facts::Facts,
    problem::{Code, Problem, join},
};
use serde_json::Value;
use test::CompiledTest;

/// How many levels of all, any and not a rule may have.
const MAX_DEPTH: usize = 10;
/// How many conditions a rule may have, combinations included.
const MAX_CONDITIONS: usize = 200;

/// A condition ready to be asked.
#[derive(Clone, Debug)]
pub(crate) enum CompiledCondition {
    All(Vec<CompiledCondition>),
    Any(Vec<CompiledCondition>),
    Not(Box<CompiledCondition>),
    Test(Box<CompiledTest>),
}

impl CompiledCondition {
    /// What holds for every event.
    pub(crate) fn always() -> Self {
        Self::All(Vec::new())
    }

    /// Compiles what can be compiled. Parts whose shape is wrong are left out: the schema has
    /// reported them, and the other parts are still checked, so that all problems come at once.
    pub(crate) fn compile(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Self {
        let compiled = Self::node(value, pointer, problems).unwrap_or_else(Self::always);
        if compiled.count() > MAX_CONDITIONS {
            let message = format!("a rule has at most {MAX_CONDITIONS} conditions");
            problems.push(Problem::new(pointer, Code::TooMany, message));
        }
        if compiled.depth() > MAX_DEPTH {
            let message = format!("conditions are nested at most {MAX_DEPTH} levels deep");
            problems.push(Problem::new(pointer, Code::TooDeep, message));
        }
        compiled
    }

    fn node(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut branches = |name: &str| {
            let pointer = join(pointer, name);
            let conditions = value.get(name)?.as_array()?.iter().enumerate();
            let nodes = conditions.filter_map(|(i, condition)| Self::node(condition, &join(&pointer, i), problems));
            Some(nodes.collect::<Vec<_>>())
        };
        if let Some(all) = branches("all") {
            return Some(Self::All(all));
        }
        if let Some(any) = branches("any") {
            return Some(Self::Any(any));
        }
        if let Some(not) = value.get("not") {
            let inner = Self::node(not, &join(pointer, "not"), problems)?;
            return Some(Self::Not(Box::new(inner)));
        }
        // Serde would also read a list as the fields of a test in their order.
        let test = value.as_object()?.clone();
        let test = serde_json::from_value(Value::Object(test)).ok()?;
        CompiledTest::compile(&test, pointer, problems).map(|test| Self::Test(Box::new(test)))
    }

    fn count(&self) -> usize {
        match self {
            Self::All(of) | Self::Any(of) => 1 + of.iter().map(Self::count).sum::<usize>(),
            Self::Not(of) => 1 + of.count(),
            Self::Test(_) => 1,
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::All(of) | Self::Any(of) => 1 + of.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(of) => 1 + of.depth(),
            Self::Test(_) => 0,
        }
    }

    /// Evaluates every condition, also where the result is certain already.
    pub(crate) fn ask(&self, facts: &Facts) -> ConditionTrace {
        match self {
            Self::All(of) => {
                let of: Vec<_> = of.iter().map(|condition| condition.ask(facts)).collect();
                ConditionTrace::All { result: of.iter().all(ConditionTrace::result), of }
            }
            Self::Any(of) => {
                let of: Vec<_> = of.iter().map(|condition| condition.ask(facts)).collect();
                ConditionTrace::Any { result: of.iter().any(ConditionTrace::result), of }
            }
            Self::Not(of) => {
                let of = of.ask(facts);
                ConditionTrace::Not { result: !of.result(), of: Box::new(of) }
            }
            Self::Test(test) => test.ask(facts),
        }
    }
}
