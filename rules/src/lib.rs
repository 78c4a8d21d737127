//! Rules: what happens by itself when something happens in a conversation.
//!
//! A rule is a trigger, conditions and actions. This crate parses such a definition, refuses bad
//! ones with every problem at once, and evaluates good ones over *facts*, a JSON object that the
//! caller built from an event and its conversation. Nothing here reads a clock, a database or a
//! network: the same rule over the same facts always gives the same [`Evaluation`], so a draft can
//! be replayed over stored events and an old decision can be explained.
//!
//! ```
//! use signalbox_rules::{Facts, Outcome, Rule};
//! use serde_json::json;
//!
//! let rule = Rule::parse(&json!({
//!     "trigger": { "type": "keyword", "keywords": ["refund"] },
//!     "conditions": { "not": { "fact": "conversation.tags", "op": "contains", "value": "vip" } },
//!     "actions": [{ "type": "add_tag", "tag": "refund" }]
//! }))
//! .expect("a good definition");
//!
//! let facts = Facts::from_value(&json!({
//!     "event": { "type": "message.created" },
//!     "message": { "direction": "inbound", "text": "I want a REFUND!" }
//! }));
//! let evaluation = rule.evaluate(&facts);
//! assert_eq!(evaluation.outcome, Outcome::Matched);
//! assert_eq!(evaluation.plan.len(), 1);
//! ```
//!
//! # The way through the files
//!
//! - [`definition`]: what an author writes, and the source of `schemas/rule.schema.json`
//! - [`facts`]: the catalogue of known facts and their types
//! - [`rule`]: parsing (shape by the schema, see `violations`; meaning by the catalogue) and
//!   evaluation
//! - `trigger`, `condition`, `plan`: the compiled parts, each with its own evaluation
//! - `text`: what case-insensitive and "whole word" mean in any script
//! - [`presets`](mod@presets): complete rules to start from
//!
//! # Missing facts
//!
//! A fact that is absent or `null` does not exist. Every positive test on it is false, and every
//! negated operator (`not_equals`, `not_in`, `not_contains`, `not_exists`) is exactly the opposite
//! of its positive, so it is true.

#![deny(clippy::disallowed_methods)]

mod condition;
pub mod definition;
pub mod evaluation;
pub mod facts;
mod plan;
pub mod presets;
pub mod problem;
pub mod rule;
pub mod schema;
mod text;
mod trigger;
mod variables;
mod violations;

pub use definition::{Action, Condition, Definition, Operator, Trigger};
pub use evaluation::{ConditionTrace, Effect, Evaluation, Note, Outcome, PlannedAction, TriggerTrace};
pub use facts::{CATALOGUE, Fact, FactKind, Facts};
pub use presets::{Preset, presets};
pub use problem::{Code, Problem};
pub use rule::{Rule, evaluate_all};
pub use schema::schema;
pub use variables::{check_variables, fill_in};
