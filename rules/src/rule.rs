//! A rule, parsed and ready: what a definition becomes once nothing is wrong with it.

use crate::{
    condition::CompiledCondition,
    definition::{Definition, OncePer},
    evaluation::{Evaluation, Outcome},
    facts::Facts,
    plan::{self, CompiledAction},
    problem::{Code, Problem},
    trigger::CompiledTrigger,
    violations,
};
use domain::event::EventKind;
use serde_json::Value;

/// A good rule with everything compiled: regular expressions, folded keywords, paths of facts,
/// variables. Parse it once and keep it; evaluating is cheap and can be done from many threads.
#[derive(Clone, Debug)]
pub struct Rule {
    definition: Definition,
    trigger: CompiledTrigger,
    conditions: CompiledCondition,
    actions: Vec<CompiledAction>,
}

impl Rule {
    /// Checks and compiles a definition. What is wrong comes all at once, in the order of the
    /// pointers: violations of the schema, and parts that are well-formed but make no sense.
    pub fn parse(value: &Value) -> Result<Self, Vec<Problem>> {
        // Before anything recurses into it.
        violations::refuse_deep(value).map_err(|problem| vec![problem])?;
        let mut problems = violations::all(value);
        let trigger = (value.get("trigger"))
            .and_then(|trigger| serde_json::from_value(trigger.clone()).ok())
            .map(|trigger| CompiledTrigger::compile(&trigger, "/trigger", &mut problems));
        let conditions = (value.get("conditions")).map_or_else(CompiledCondition::always, |value| {
            CompiledCondition::compile(value, "/conditions", &mut problems)
        });
        let actions = value.get("actions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let actions = plan::compile(actions, "/actions", &mut problems);
        if !problems.is_empty() {
            return Err(in_order(problems));
        }
        let definition: Definition = serde_json::from_value(value.clone())
            .map_err(|error| vec![Problem::new("", Code::Shape, error.to_string())])?;
        let Some(trigger) = trigger else {
            return Err(vec![Problem::new("/trigger", Code::Shape, "not a trigger")]);
        };
        Ok(Self { definition, trigger, conditions, actions })
    }

    /// The definition, with its defaults filled in.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The kind of event that can start this rule; no other needs to be evaluated.
    pub fn event(&self) -> EventKind {
        self.trigger.event()
    }

    /// What the data of such an event holds at least; an object, empty if the kind alone decides.
    pub fn event_data(&self) -> Value {
        self.trigger.event_data()
    }

    /// Decides about one event. Changes nothing: the plan is for the caller to carry out, after
    /// its guards (see [`Rule::once_key`]) let it through.
    pub fn evaluate(&self, facts: &Facts) -> Evaluation {
        let trigger = self.trigger.ask(facts);
        let mut evaluation =
            Evaluation { outcome: Outcome::NotTriggered, trigger, trace: None, plan: Vec::new(), notes: Vec::new() };
        if !evaluation.trigger.fired {
            return evaluation;
        }
        let trace = self.conditions.ask(facts);
        if trace.result() {
            evaluation.outcome = Outcome::Matched;
            evaluation.plan =
                (self.actions.iter()).filter_map(|action| action.plan(facts, &mut evaluation.notes)).collect();
        } else {
            evaluation.outcome = Outcome::ConditionsFailed;
        }
        evaluation.trace = Some(trace);
        evaluation
    }

    /// What must be new for the rule to run, by its guard `once_per`: `event:<id>`,
    /// `conversation:<id>` or `contact:<id>`. Unique per rule in the runs that are stored. `None`
    /// if the facts lack that id: then the guard cannot be kept, and the rule must not run.
    pub fn once_key(&self, facts: &Facts) -> Option<String> {
        let part = match self.definition.guards.once_per {
            OncePer::Event => "event",
            OncePer::Conversation => "conversation",
            OncePer::Contact => "contact",
        };
        Some(format!("{part}:{}", facts.text(part, "id")?))
    }
}

/// The problems by pointer, without those that only follow from a value of the wrong type.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    let wrong: Vec<String> =
        (problems.iter()).filter(|problem| problem.code == Code::Type).map(|problem| problem.pointer.clone()).collect();
    problems.retain(|problem| {
        !wrong.iter().any(|wrong| match problem.pointer.strip_prefix(wrong) {
            Some("") => problem.code == Code::ValueType,
            Some(below) => below.starts_with('/'),
            None => false,
        })
    });
    problems.sort();
    problems.dedup();
    problems
}

/// Evaluates rules in their order, up to and including the first match that stops processing. The
/// result is as long as the rules that were looked at.
pub fn evaluate_all<'a>(rules: impl IntoIterator<Item = &'a Rule>, facts: &Facts) -> Vec<Evaluation> {
    let mut evaluations = Vec::new();
    for rule in rules {
        let evaluation = rule.evaluate(facts);
        let stop = evaluation.outcome == Outcome::Matched && rule.definition.guards.stop_processing;
        evaluations.push(evaluation);
        if stop {
            break;
        }
    }
    evaluations
}
