//! Whole evaluations: outcome, trace, plan, notes, and rules in their order.

use domain::event::EventKind;
use serde_json::{Value, json};
use signalbox_rules::{Effect, Evaluation, Facts, Outcome, Rule, evaluate_all};

fn rule(value: &Value) -> Rule {
    Rule::parse(value).expect("a good definition")
}

fn facts() -> Facts {
    Facts::from_value(&json!({
        "event": { "id": "e1", "type": "message.created" },
        "message": { "direction": "inbound", "type": "text", "text": format!("refund {}", "é".repeat(300)) },
        "conversation": { "id": "c1", "status": "open", "tags": ["vip"] },
        "contact": { "name": "Zoë", "custom": { "address": { "city": "Köln" } } }
    }))
}

#[test]
fn a_match_says_why_and_what() {
    let rule = rule(&json!({
        "trigger": { "type": "keyword", "keywords": ["money", "Refund"] },
        "conditions": { "all": [
            { "fact": "message.text", "op": "starts_with", "value": "REFUND" },
            { "any": [
                { "fact": "conversation.tags", "op": "contains", "value": "VIP" },
                { "fact": "contact.email", "op": "exists" }
            ] },
            { "not": { "fact": "conversation.status", "op": "in", "value": ["closed", "resolved"] } },
            { "fact": "contact.custom.address", "op": "exists" }
        ] },
        "actions": [
            { "type": "send_message", "text": "Hi {{contact.name}}, mail to {{contact.email}}" },
            { "type": "send_message", "template": {
                "name": "refund", "language": "en_US",
                "components": [{ "type": "body", "parameters": [{ "type": "text", "text": "{{contact.name}}" }] }]
            } },
            { "type": "add_tag", "tag": " {{contact.custom.nick}} " },
            { "type": "add_tag", "tag": "{{message.text}}" },
            { "type": "set_status", "status": "pending" },
            { "type": "escalate", "reason": "{{contact.name}} wants a refund" }
        ]
    }));
    insta::assert_json_snapshot!(rule.evaluate(&facts()));
}

#[test]
fn what_did_not_match_says_why() {
    let rule = rule(&json!({
        "trigger": { "type": "message_created" },
        "conditions": { "fact": "contact.name", "op": "equals", "value": "Bob" },
        "actions": [{ "type": "add_tag", "tag": "bob" }]
    }));
    let evaluation = rule.evaluate(&facts());
    assert_eq!(evaluation.outcome, Outcome::ConditionsFailed);
    assert_eq!(evaluation.plan, []);
    let trace = serde_json::to_value(evaluation.trace.unwrap()).unwrap();
    assert_eq!(
        trace,
        json!({ "kind": "test", "result": false, "fact": "contact.name", "op": "equals",
                "expected": "Bob", "actual": "Zoë" })
    );

    let opened = Facts::from_value(&json!({ "event": { "type": "conversation.created" } }));
    let evaluation = rule.evaluate(&opened);
    assert_eq!(evaluation.outcome, Outcome::NotTriggered);
    assert_eq!(evaluation.trace, None);
    assert_eq!(evaluation.trigger.reason, "the event is conversation.created, not message.created");
    assert_eq!(rule.event(), EventKind::MessageCreated);
    assert_eq!(rule.event_data(), json!({ "direction": "inbound" }));
}

#[test]
fn an_evaluation_survives_storage() {
    let rule = rule(&json!({
        "trigger": { "type": "keyword", "keywords": ["refund"] },
        "conditions": { "not": { "fact": "contact.email", "op": "exists" } },
        "actions": [{ "type": "escalate", "reason": "x" }]
    }));
    let evaluation = rule.evaluate(&facts());
    let stored = serde_json::to_string(&evaluation).unwrap();
    assert_eq!(serde_json::from_str::<Evaluation>(&stored).unwrap(), evaluation);
}

#[test]
fn an_empty_text_is_left_out_of_the_plan() {
    let rule = rule(&json!({
        "trigger": { "type": "message_created" },
        "actions": [
            { "type": "send_message", "text": "{{contact.email}}" },
            { "type": "set_status", "status": "open" }
        ]
    }));
    let evaluation = rule.evaluate(&facts());
    assert_eq!(evaluation.plan.len(), 1);
    assert_eq!(evaluation.plan[0].index, 1, "the index is the place in the definition");
    let notes: Vec<_> = evaluation.notes.iter().map(|note| note.pointer.as_str()).collect();
    assert_eq!(notes, ["/actions/0/text", "/actions/0"]);
}

#[test]
fn a_match_can_stop_the_rules_after_it() {
    let tag = |tag: &str, keyword: &str, stop: bool| {
        rule(&json!({
            "trigger": { "type": "keyword", "keywords": [keyword] },
            "actions": [{ "type": "add_tag", "tag": tag }],
            "guards": { "stop_processing": stop }
        }))
    };
    let rules =
        [tag("a", "refund", false), tag("b", "absent", true), tag("c", "refund", true), tag("d", "refund", false)];
    let tags: Vec<_> = evaluate_all(&rules, &facts())
        .into_iter()
        .map(|evaluation| evaluation.plan.into_iter().map(|planned| planned.effect).next())
        .collect();
    let added = |tag: &str| Some(Effect::AddTag { tag: tag.to_owned() });
    assert_eq!(tags, [added("a"), None, added("c")]);
}

#[test]
fn the_guard_names_what_must_be_new() {
    let key = |once_per: &str| {
        rule(&json!({
            "trigger": { "type": "message_created" },
            "actions": [{ "type": "add_tag", "tag": "x" }],
            "guards": { "once_per": once_per }
        }))
        .once_key(&facts())
    };
    assert_eq!(key("event").as_deref(), Some("event:e1"));
    assert_eq!(key("conversation").as_deref(), Some("conversation:c1"));
    assert_eq!(key("contact"), None, "the facts have no contact id");
}
