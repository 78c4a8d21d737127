//! What an evaluation says: whether the rule matched, why, and what is to be done.

use crate::{definition::Operator, text::cut};
use domain::{ConnectionId, conversation::Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of one rule over one event's facts. It can be stored as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How far the rule came.
    pub outcome: Outcome,
    /// Whether the trigger fired, and why.
    pub trigger: TriggerTrace,
    /// Every condition with its fact's value and result, if the trigger fired.
    pub trace: Option<ConditionTrace>,
    /// What is to be done, if the rule matched.
    pub plan: Vec<PlannedAction>,
    /// What went less than perfectly, such as a variable without a value.
    pub notes: Vec<Note>,
}

/// How far a rule came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The trigger fired and the conditions hold.
    Matched,
    /// The trigger did not fire; the conditions were not looked at.
    NotTriggered,
    /// The trigger fired, but the conditions do not hold.
    ConditionsFailed,
}

/// What the trigger made of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerTrace {
    /// Whether it fired.
    pub fired: bool,
    /// Why, or why not, for people.
    pub reason: String,
    /// The keyword that was found, as its author wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
}

/// A condition with what it saw and said. Every one is evaluated, also where an earlier one has
/// decided already, so that the whole reason can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConditionTrace {
    /// Every one of them.
    All {
        /// Whether it holds.
        result: bool,
        /// The conditions.
        of: Vec<ConditionTrace>,
    },
    /// At least one of them.
    Any {
        /// Whether it holds.
        result: bool,
        /// The conditions.
        of: Vec<ConditionTrace>,
    },
    /// Not this.
    Not {
        /// Whether it holds.
        result: bool,
        /// The condition.
        of: Box<ConditionTrace>,
    },
    /// One fact compared with a value.
    Test {
        /// Whether it holds.
        result: bool,
        /// The fact.
        fact: String,
        /// The comparison.
        op: Operator,
        /// What it was compared with; null where the operator takes nothing.
        expected: Value,
        /// What the fact was; null if it was missing. Long texts are cut to 200 characters.
        actual: Value,
    },
}

impl ConditionTrace {
    /// Whether the condition holds.
    pub fn result(&self) -> bool {
        match self {
            Self::All { result, .. }
            | Self::Any { result, .. }
            | Self::Not { result, .. }
            | Self::Test { result, .. } => *result,
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedAction {
    /// Its place among the rule's actions, from 0: with rule and event, its idempotency key.
    pub index: usize,
    /// What, with every variable filled in.
    pub effect: Effect,
}

/// What is to be done, ready for whoever does it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// Write a text to the customer.
    SendText {
        /// The text.
        text: String,
    },
    /// Send a template of the channel's provider.
    SendTemplate {
        /// Its name at the provider.
        name: String,
        /// Its language.
        language: String,
        /// Its parameters.
        components: Vec<Value>,
    },
    /// Add a tag to the conversation.
    AddTag {
        /// The tag: trimmed, not empty, at most 100 characters.
        tag: String,
    },
    /// Move the conversation to a status.
    SetStatus {
        /// The status.
        status: Status,
        /// Of a closing: why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Have a plugin do something at its provider.
    PluginAction {
        /// The plugin, where no connection is named.
        plugin: Option<String>,
        /// The connection.
        connection_id: Option<ConnectionId>,
        /// The action.
        action: String,
        /// What it takes.
        input: Value,
    },
    /// Hand the conversation to a person.
    Escalate {
        /// Why; may be empty if it was only a variable without a value.
        reason: String,
    },
}

/// Something worth knowing about an evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where in the definition, as a JSON Pointer.
    pub pointer: String,
    /// What, for people.
    pub message: String,
}

/// The longest text in a trace, in characters.
const TRACED_TEXT: usize = 200;
/// The longest list in a trace.
const TRACED_ENTRIES: usize = 50;

/// A value short enough to be stored with every run.
pub(crate) fn shorten(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(cut(text, TRACED_TEXT)),
        Value::Array(entries) => entries.iter().take(TRACED_ENTRIES).map(shorten).collect(),
        Value::Object(_) => Value::String(cut(&value.to_string(), TRACED_TEXT)),
        short => short.clone(),
    }
}
