//! What an author writes: the JSON form of a rule, and the source of its schema.
//!
//! These types only say the shape. What the words mean together (does the operator fit the fact,
//! does the regular expression compile) is checked when a [`Rule`](crate::Rule) is parsed.

use domain::{ConnectionId, conversation::Status};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest text that a rule may send, before variables are filled in.
const MAX_TEXT: u32 = 4096;

/// A rule: when something happens, and if conditions hold, do this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Signalbox rule")]
pub struct Definition {
    /// What starts the rule.
    pub trigger: Trigger,
    /// What must hold; left out, the trigger alone decides.
    #[serde(default)]
    pub conditions: Condition,
    /// What is done, in this order.
    #[schemars(length(min = 1, max = 20))]
    pub actions: Vec<Action>,
    /// What holds a match back, or holds back the rules after it.
    #[serde(default)]
    pub guards: Guards,
}

/// What starts a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// A message was written.
    MessageCreated {
        /// Whose messages count.
        #[serde(default)]
        direction: Direction,
        /// Whether messages of rules, bots and auto-responders count too. They do not by default,
        /// so that machines do not answer each other (RFC 3834).
        #[serde(default)]
        include_automated: bool,
    },
    /// A conversation was opened.
    ConversationCreated {},
    /// A plugin reports something of its own, such as an order of a shop.
    PluginEvent {
        /// The name of the event, such as `shopify.order_created`. What the provider told is there as `event.data.…`.
        #[schemars(length(min = 1, max = 200))]
        name: String,
    },
    /// A customer's message has one of these words. Automated messages never count.
    Keyword {
        /// The words or short phrases; upper and lower case are the same.
        #[schemars(length(min = 1, max = 100), inner(length(min = 1, max = 100)))]
        keywords: Vec<String>,
        /// How a keyword must stand in the message.
        #[serde(default, rename = "match")]
        mode: KeywordMatch,
    },
}

/// Whose messages a trigger is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TriggerDirection")]
pub enum Direction {
    /// Written by the customer.
    #[default]
    Inbound,
    /// Written to the customer.
    Outbound,
    /// Either.
    Any,
}

/// How a keyword must stand in the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeywordMatch {
    /// As a word or phrase of its own, anywhere. In scripts that put no spaces between words
    /// (Chinese, Japanese, Thai, …) anywhere at all.
    #[default]
    AnyWord,
    /// As the whole message; spaces around it do not matter.
    Exact,
    /// Anywhere, also inside a longer word.
    Contains,
}

/// What must hold: a test of one fact, or a combination of conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Condition {
    /// Every one of them; none at all always holds.
    All {
        /// The conditions.
        #[schemars(length(max = 50))]
        all: Vec<Condition>,
    },
    /// At least one of them.
    Any {
        /// The conditions.
        #[schemars(length(min = 1, max = 50))]
        any: Vec<Condition>,
    },
    /// Anything but this.
    Not {
        /// The condition.
        not: Box<Condition>,
    },
    /// One fact compared with a value.
    Test(Test),
}

impl Default for Condition {
    fn default() -> Self {
        Self::All { all: Vec::new() }
    }
}

/// One fact compared with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Which fact, by its path in the catalogue, such as `message.text`.
    #[schemars(length(min = 1, max = 200))]
    pub fact: String,
    /// How to compare.
    pub op: Operator,
    /// What to compare with: a text, number or boolean; a list of these for `in` and `not_in`; a
    /// time as RFC 3339 for `before` and `after`; nothing for `exists` and `not_exists`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "operand")]
    pub value: Option<Value>,
    /// Whether upper and lower case differ; by default they do not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_sensitive: bool,
}

fn operand(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["string", "number", "boolean", "array"],
        "maxLength": 1000,
        "maxItems": 100,
        "items": { "type": ["string", "number", "boolean"], "maxLength": 1000 }
    })
}

/// How a fact is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The same.
    Equals,
    /// Not the same.
    NotEquals,
    /// One of a list.
    In,
    /// None of a list.
    NotIn,
    /// A text has this inside it, a list has this entry.
    Contains,
    /// A text does not have this inside it, a list does not have this entry.
    NotContains,
    /// A text begins with this.
    StartsWith,
    /// A text ends with this.
    EndsWith,
    /// A regular expression (syntax of the `regex` crate: no look-around, linear time) is found.
    Matches,
    /// The fact is there.
    Exists,
    /// The fact is not there.
    NotExists,
    /// A number above this.
    GreaterThan,
    /// A number below this.
    LessThan,
    /// This number or more.
    AtLeast,
    /// This number or less.
    AtMost,
    /// A time earlier than this.
    Before,
    /// A time later than this.
    After,
}

/// What is done. Texts may hold variables: `{{contact.name}}`, or `{{contact.name|there}}` with
/// what stands in for a missing name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Writes to the customer: either a text or a template.
    SendMessage {
        /// The text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", length(min = 1, max = MAX_TEXT))]
        text: Option<String>,
        /// A template that the channel's provider has approved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "MessageTemplate")]
        template: Option<MessageTemplate>,
    },
    /// Adds a tag to the conversation.
    AddTag {
        /// The tag.
        #[schemars(length(min = 1, max = 100))]
        tag: String,
    },
    /// Moves the conversation to a status.
    SetStatus {
        /// The status.
        status: Status,
        /// Of a closing: why, as the tenant's settings ask for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", length(min = 1, max = 100))]
        reason: Option<String>,
    },
    /// Has a plugin do something at its provider: an action of its manifest, unless that carries out a draft, which only
    /// people may do. What becomes of it is in the log of the rule's runs.
    PluginAction {
        /// The plugin, if the tenant has one connection of it, or the conversation runs over one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", length(min = 2, max = 63))]
        plugin: Option<String>,
        /// The connection, if the tenant has several of the plugin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "String", length(min = 36, max = 36))]
        connection_id: Option<ConnectionId>,
        /// The name of the action in the plugin's manifest.
        #[schemars(length(min = 1, max = 200))]
        action: String,
        /// What the action takes; every text in it may hold variables, and one that is nothing but a variable keeps its
        /// type.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        input: Map<String, Value>,
    },
    /// Hands the conversation to a person.
    Escalate {
        /// Why, for whoever takes it.
        #[schemars(length(min = 1, max = 500))]
        reason: String,
    },
}

/// A message template of the channel's provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageTemplate {
    /// Its name at the provider.
    #[schemars(length(min = 1, max = 512))]
    pub name: String,
    /// Its language, such as `en_US`.
    #[schemars(length(min = 1, max = 20))]
    pub language: String,
    /// Its parameters in the provider's form; every text in them may hold variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub components: Vec<Value>,
}

/// What holds a match back, or holds back the rules after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guards {
    /// Whether later rules are skipped for an event that this rule matched.
    #[serde(default)]
    pub stop_processing: bool,
    /// How often the rule may run.
    #[serde(default)]
    pub once_per: OncePer,
}

/// How often a rule may run.
// Evaluation remembers nothing: whoever stores the runs keeps `Rule::once_key` unique per rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OncePer {
    /// Once for each event, however often the event is processed.
    #[default]
    Event,
    /// Once in a conversation.
    Conversation,
    /// Once for a contact.
    Contact,
}
