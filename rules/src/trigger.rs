//! What starts a rule, compiled.

use crate::{
    definition::{Direction, KeywordMatch, Trigger},
    evaluation::TriggerTrace,
    facts::Facts,
    problem::{Code, Problem, join},
    text::{fold_phrase, has_phrase},
};
use domain::event::EventKind;
use serde_json::{Value, json};

/// A trigger ready to be asked.
#[derive(Clone, Debug)]
pub(crate) enum CompiledTrigger {
    MessageCreated { direction: Direction, include_automated: bool },
    ConversationCreated,
    PluginEvent { name: String },
    Keyword { keywords: Vec<Keyword>, mode: KeywordMatch },
}

#[derive(Clone, Debug)]
pub(crate) struct Keyword {
    written: String,
    folded: String,
}

impl CompiledTrigger {
    pub(crate) fn compile(trigger: &Trigger, pointer: &str, problems: &mut Vec<Problem>) -> Self {
        match trigger {
            Trigger::MessageCreated { direction, include_automated } => {
                Self::MessageCreated { direction: *direction, include_automated: *include_automated }
            }
            Trigger::ConversationCreated {} => Self::ConversationCreated,
            Trigger::PluginEvent { name } => Self::PluginEvent { name: name.clone() },
            Trigger::Keyword { keywords, mode } => Self::Keyword {
                keywords: compile_keywords(keywords, &join(pointer, "keywords"), problems),
                mode: *mode,
            },
        }
    }

    /// The kind of event that the trigger waits for, so that others need not be evaluated.
    pub(crate) fn event(&self) -> EventKind {
        match self {
            Self::MessageCreated { .. } | Self::Keyword { .. } => EventKind::MessageCreated,
            Self::ConversationCreated => EventKind::ConversationCreated,
            Self::PluginEvent { .. } => EventKind::PluginEvent,
        }
    }

    /// What the data of such an event holds at least, so that most events of the kind need not be evaluated either.
    pub(crate) fn event_data(&self) -> Value {
        let direction = match self {
            Self::MessageCreated { direction: Direction::Any, .. } | Self::ConversationCreated => return json!({}),
            Self::PluginEvent { name } => return json!({ "name": name }),
            Self::MessageCreated { direction: Direction::Outbound, .. } => "outbound",
            Self::MessageCreated { direction: Direction::Inbound, .. } | Self::Keyword { .. } => "inbound",
        };
        json!({ "direction": direction })
    }

    pub(crate) fn ask(&self, facts: &Facts) -> TriggerTrace {
        let event = facts.text("event", "type");
        if event != Some(self.event().as_str()) {
            return held(format!("the event is {}, not {}", event.unwrap_or("unknown"), self.event()));
        }
        match self {
            Self::ConversationCreated => fired("a conversation was opened"),
            Self::PluginEvent { name } => match facts.text("event", "name") {
                Some(reported) if reported == name => fired(format!("a plugin reported {name}")),
                reported => held(format!("the plugin's event is {}, not {name}", reported.unwrap_or("unknown"))),
            },
            Self::MessageCreated { direction, include_automated } => {
                match message_barrier(*direction, *include_automated, facts) {
                    Some(barrier) => held(barrier),
                    None => fired("a message was written"),
                }
            }
            Self::Keyword { keywords, mode } => match message_barrier(Direction::Inbound, false, facts) {
                Some(barrier) => held(barrier),
                None => find_keyword(keywords, *mode, facts.message_phrase()),
            },
        }
    }
}

fn fired(reason: impl Into<String>) -> TriggerTrace {
    TriggerTrace { fired: true, reason: reason.into(), keyword: None }
}

fn held(reason: impl Into<String>) -> TriggerTrace {
    TriggerTrace { fired: false, reason: reason.into(), keyword: None }
}

/// Why this message is none of the trigger's, if it is not.
fn message_barrier(wanted: Direction, include_automated: bool, facts: &Facts) -> Option<String> {
    let wanted = match wanted {
        Direction::Inbound => Some("inbound"),
        Direction::Outbound => Some("outbound"),
        Direction::Any => None,
    };
    let direction = facts.text("message", "direction");
    if wanted.is_some() && direction != wanted {
        return Some(format!("the message's direction is {}", direction.unwrap_or("unknown")));
    }
    let automated = facts.flag("message", "automated") || facts.text("message", "sender") == Some("automation");
    (automated && !include_automated).then(|| "the message was written by a machine".to_owned())
}

fn find_keyword(keywords: &[Keyword], mode: KeywordMatch, text: &str) -> TriggerTrace {
    let found = keywords.iter().find(|keyword| match mode {
        KeywordMatch::AnyWord => has_phrase(text, &keyword.folded),
        KeywordMatch::Exact => text == keyword.folded,
        KeywordMatch::Contains => text.contains(&keyword.folded),
    });
    match found {
        Some(keyword) => TriggerTrace {
            fired: true,
            reason: format!("the message has the keyword `{}`", keyword.written),
            keyword: Some(keyword.written.clone()),
        },
        None => held("the message has none of the keywords"),
    }
}

fn compile_keywords(written: &[String], pointer: &str, problems: &mut Vec<Problem>) -> Vec<Keyword> {
    let mut compiled: Vec<Keyword> = Vec::with_capacity(written.len());
    for (i, word) in written.iter().enumerate() {
        let folded = fold_phrase(word);
        let twin = compiled.iter().position(|earlier| earlier.folded == folded);
        if folded.is_empty() && !word.is_empty() {
            let message = "a keyword has at least one character that is not a space";
            problems.push(Problem::new(join(pointer, i), Code::TooShort, message));
        } else if let Some(twin) = twin.filter(|_| !folded.is_empty()) {
            let message =
                format!("this keyword is `{}` again; upper and lower case are the same", compiled[twin].written);
            problems.push(Problem::new(join(pointer, i), Code::Duplicate, message));
        }
        compiled.push(Keyword { written: word.clone(), folded });
    }
    compiled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(trigger: &Value) -> CompiledTrigger {
        let trigger = serde_json::from_value(trigger.clone()).unwrap();
        let mut problems = Vec::new();
        let compiled = CompiledTrigger::compile(&trigger, "/trigger", &mut problems);
        assert_eq!(problems, []);
        compiled
    }

    fn message(text: &str) -> Value {
        json!({ "event": { "type": "message.created" },
                "message": { "direction": "inbound", "text": text } })
    }

    #[test]
    fn keywords_match_as_asked() {
        let cases = [
            ("any_word", "refund", "I want a REFUND, now", true),
            ("any_word", "refund", "refunds", false),
            ("any_word", "Müller", "an MÜLLER bitte", true),
            ("any_word", "straße", "in der STRASSE 5", true),
            ("any_word", "real person", "a real\n  PERSON please", true),
            ("any_word", "🙋", "help🙋me", true),
            ("any_word", "退款", "我要退款", true),
            ("exact", "stop", "  Stop ", true),
            ("exact", "stop", "stop it", false),
            ("contains", "fund", "REFUNDS", true),
            ("contains", "refund", "reinvest", false),
            ("any_word", "refund", "", false),
        ];
        for (mode, keyword, text, expected) in cases {
            let trigger = json!({ "type": "keyword", "keywords": ["zzz", keyword], "match": mode });
            let trace = compile(&trigger).ask(&Facts::from_value(&message(text)));
            assert_eq!(trace.fired, expected, "{keyword:?} {mode} in {text:?}");
            assert_eq!(trace.keyword.as_deref(), expected.then_some(keyword));
        }
    }

    #[test]
    fn direction_and_machines_hold_messages_back() {
        let cases = [
            (json!({}), json!({ "direction": "inbound" }), true),
            (json!({}), json!({ "direction": "outbound" }), false),
            (json!({}), json!({}), false),
            (json!({ "direction": "outbound" }), json!({ "direction": "outbound" }), true),
            (json!({ "direction": "outbound" }), json!({ "direction": "inbound" }), false),
            (json!({ "direction": "any" }), json!({ "direction": "outbound" }), true),
            (json!({}), json!({ "direction": "inbound", "automated": true }), false),
            (json!({ "direction": "any" }), json!({ "direction": "outbound", "sender": "automation" }), false),
            (
                json!({ "direction": "any", "include_automated": true }),
                json!({ "direction": "outbound", "sender": "automation" }),
                true,
            ),
        ];
        for (mut trigger, message, expected) in cases {
            trigger["type"] = json!("message_created");
            let facts = json!({ "event": { "type": "message.created" }, "message": message });
            let trace = compile(&trigger).ask(&Facts::from_value(&facts));
            assert_eq!(trace.fired, expected, "{trigger} for {facts}: {}", trace.reason);
        }
    }

    #[test]
    fn keywords_of_machines_and_of_ourselves_do_not_count() {
        let trigger = compile(&json!({ "type": "keyword", "keywords": ["refund"] }));
        for (field, value) in [("direction", json!("outbound")), ("automated", json!(true))] {
            let mut facts = message("refund");
            facts["message"][field] = value;
            assert!(!trigger.ask(&Facts::from_value(&facts)).fired, "{field}");
        }
    }

    #[test]
    fn events_of_plugins_go_by_their_names() {
        let trigger = compile(&json!({ "type": "plugin_event", "name": "shopify.order_created" }));
        assert_eq!(trigger.event_data(), json!({ "name": "shopify.order_created" }));
        for (name, expected) in [("shopify.order_created", true), ("shopify.order_paid", false)] {
            let facts = json!({ "event": { "type": "plugin.event", "name": name } });
            assert_eq!(trigger.ask(&Facts::from_value(&facts)).fired, expected, "{name}");
        }
    }

    #[test]
    fn other_events_do_not_fire() {
        let trigger = compile(&json!({ "type": "conversation_created" }));
        let opened = json!({ "event": { "type": "conversation.created" } });
        assert!(trigger.ask(&Facts::from_value(&opened)).fired);
        assert!(!trigger.ask(&Facts::from_value(&message("hi"))).fired);
        assert!(!trigger.ask(&Facts::from_value(&json!({}))).fired);
    }
}
