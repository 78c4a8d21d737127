//! Complete rules to start from: enabled as they are, or edited first.

use crate::definition::{Action, Condition, Definition, Guards, KeywordMatch, OncePer, Operator, Test, Trigger};
use serde::Serialize;
use serde_json::Value;

/// A rule that can be enabled as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preset {
    /// Stable for programs.
    pub key: &'static str,
    /// What the rule is called.
    pub name: &'static str,
    /// What it does, for whoever chooses.
    pub description: &'static str,
    /// The rule.
    pub definition: Definition,
}

/// Every preset.
pub fn presets() -> Vec<Preset> {
    vec![welcome_message(), keyword_escalation()]
}

fn welcome_message() -> Preset {
    Preset {
        key: "welcome_message",
        name: "Welcome message",
        description: "Greets everybody who writes for the first time.",
        definition: Definition {
            trigger: Trigger::ConversationCreated {},
            conditions: Condition::Test(Test {
                fact: "contact.is_new".to_owned(),
                op: Operator::Equals,
                value: Some(Value::Bool(true)),
                case_sensitive: false,
            }),
            actions: vec![Action::SendMessage {
                text: Some(
                    "Hello {{contact.name|there}}! Thank you for writing to us. \
                     We have your message and will answer as soon as we can."
                        .to_owned(),
                ),
                template: None,
            }],
            guards: Guards { stop_processing: false, once_per: OncePer::Contact },
        },
    }
}

fn keyword_escalation() -> Preset {
    let keywords = [
        "refund",
        "money back",
        "chargeback",
        "complaint",
        "lawyer",
        "human",
        "agent",
        "real person",
        "speak to someone",
        "talk to someone",
    ];
    Preset {
        key: "keyword_escalation",
        name: "Keyword escalation",
        description: "Hands a conversation to a person when the customer asks for one, or for \
                      their money back.",
        definition: Definition {
            trigger: Trigger::Keyword { keywords: keywords.map(str::to_owned).to_vec(), mode: KeywordMatch::AnyWord },
            conditions: Condition::default(),
            actions: vec![
                Action::AddTag { tag: "escalated".to_owned() },
                Action::Escalate { reason: "The customer used an escalation keyword.".to_owned() },
            ],
            guards: Guards { stop_processing: false, once_per: OncePer::Conversation },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Effect, Facts, Outcome, Rule};
    use serde_json::json;

    fn parse(preset: &Preset) -> Rule {
        Rule::parse(&serde_json::to_value(&preset.definition).unwrap()).unwrap()
    }

    #[test]
    fn newcomers_are_welcomed_by_name() {
        let rule = parse(&welcome_message());
        let facts =
            |contact| Facts::from_value(&json!({ "event": { "type": "conversation.created" }, "contact": contact }));
        let text = |contact| match &rule.evaluate(&facts(contact)).plan[..] {
            [planned] => match &planned.effect {
                Effect::SendText { text } => text.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert!(text(json!({ "is_new": true, "name": "Zoë" })).starts_with("Hello Zoë!"));
        assert!(text(json!({ "is_new": true })).starts_with("Hello there!"));
        let known = rule.evaluate(&facts(json!({ "is_new": false })));
        assert_eq!(known.outcome, Outcome::ConditionsFailed);
    }

    #[test]
    fn refunds_are_escalated() {
        let rule = parse(&keyword_escalation());
        let plan = |text: &str| {
            rule.evaluate(&Facts::from_value(&json!({
                "event": { "type": "message.created" },
                "message": { "direction": "inbound", "text": text }
            })))
            .plan
        };
        let planned = plan("Refund please, or a REAL PERSON");
        assert_eq!(planned[0].effect, Effect::AddTag { tag: "escalated".to_owned() });
        assert!(matches!(planned[1].effect, Effect::Escalate { .. }));
        assert_eq!(plan("humanity is fine"), []);
    }
}
