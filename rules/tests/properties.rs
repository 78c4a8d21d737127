//! What holds for every rule and every event.

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_rules::{Evaluation, Facts, Outcome, Rule, schema};

fn rule(conditions: &Value) -> Rule {
    Rule::parse(&json!({
        "trigger": { "type": "message_created", "direction": "any" },
        "conditions": conditions,
        "actions": [{ "type": "send_message", "text": "{{contact.name|you}} {{message.text}}" }]
    }))
    .unwrap_or_else(|problems| panic!("{conditions}: {problems:?}"))
}

fn evaluate(conditions: &Value, facts: &Value) -> Evaluation {
    rule(conditions).evaluate(&Facts::from_value(facts))
}

fn holds(conditions: &Value, facts: &Value) -> bool {
    evaluate(conditions, facts).outcome == Outcome::Matched
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-cA-C]{1,3}", "[ßẞüÜéσςΣıİ👍]{1,3}", "\\PC{1,6}"]
}

fn test() -> impl Strategy<Value = Value> {
    let text = (
        prop_oneof![Just("message.text"), Just("contact.name"), Just("contact.custom.x")],
        prop_oneof![
            Just("equals"),
            Just("not_equals"),
            Just("contains"),
            Just("not_contains"),
            Just("starts_with"),
            Just("ends_with")
        ],
        word(),
        any::<bool>(),
    )
        .prop_map(|(fact, op, value, case)| json!({ "fact": fact, "op": op, "value": value, "case_sensitive": case }));
    let number = (
        prop_oneof![Just("conversation.message_count"), Just("contact.custom.x")],
        prop_oneof![Just("greater_than"), Just("at_most"), Just("equals")],
        -3..4_i32,
    )
        .prop_map(|(fact, op, value)| json!({ "fact": fact, "op": op, "value": value }));
    let exists = prop_oneof![Just("contact.name"), Just("contact.custom.x")]
        .prop_map(|fact| json!({ "fact": fact, "op": "exists" }));
    prop_oneof![text, number, exists]
}

fn conditions() -> impl Strategy<Value = Value> {
    test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|all| json!({ "all": all })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|any| json!({ "any": any })),
            inner.prop_map(|not| json!({ "not": not })),
        ]
    })
}

fn facts() -> impl Strategy<Value = Value> {
    let custom = prop_oneof![
        Just(Value::Null),
        word().prop_map(Value::from),
        (-3..4_i32).prop_map(Value::from),
        prop::collection::vec(word(), 0..3).prop_map(Value::from),
    ];
    (word(), prop::option::of(word()), -3..4_i32, custom).prop_map(|(text, name, count, custom)| {
        json!({
            "event": { "type": "message.created" },
            "message": { "direction": "inbound", "text": text },
            "contact": { "name": name, "custom": { "x": custom } },
            "conversation": { "message_count": count }
        })
    })
}

/// Arbitrary JSON made of the words that definitions are made of, so that much of it is nearly
/// right.
fn nearly() -> impl Strategy<Value = Value> {
    let words = [
        "keyword",
        "message_created",
        "conversation_created",
        "message.text",
        "equals",
        "matches",
        "in",
        "contains",
        "(",
        "{{",
        "{{contact.name}}",
        "send_message",
        "add_tag",
        "set_status",
        "open",
        "escalate",
        "any_word",
        "inbound",
        "",
        " ",
    ];
    let names = [
        "type",
        "keywords",
        "match",
        "direction",
        "all",
        "any",
        "not",
        "fact",
        "op",
        "value",
        "case_sensitive",
        "text",
        "tag",
        "status",
        "reason",
        "template",
        "name",
        "language",
        "components",
        "x",
    ];
    let leaf = prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-2..3_i32).prop_map(Value::from),
        Just(Value::Null),
    ];
    let names = move || prop::sample::select(names.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A good definition in which one part was replaced by something nearly right.
fn broken() -> impl Strategy<Value = Value> {
    let pointers = [
        "",
        "/trigger",
        "/trigger/type",
        "/trigger/keywords",
        "/trigger/keywords/0",
        "/trigger/match",
        "/conditions",
        "/conditions/all",
        "/conditions/all/0",
        "/conditions/all/0/fact",
        "/conditions/all/0/op",
        "/conditions/all/0/value",
        "/conditions/all/1",
        "/conditions/all/1/not",
        "/actions",
        "/actions/0",
        "/actions/0/text",
        "/actions/1/template",
        "/actions/1/template/components",
        "/actions/2/tag",
        "/actions/3/status",
        "/guards",
        "/guards/once_per",
        "/guards/stop_processing",
    ];
    (prop::sample::select(pointers.to_vec()), nearly()).prop_map(|(pointer, part)| {
        let mut definition = json!({
            "trigger": { "type": "keyword", "keywords": ["a"], "match": "exact" },
            "conditions": { "all": [
                { "fact": "message.text", "op": "equals", "value": "x" },
                { "not": { "fact": "contact.name", "op": "exists" } }
            ] },
            "actions": [
                { "type": "send_message", "text": "Hi {{contact.name}}" },
                { "type": "send_message", "template": { "name": "n", "language": "l", "components": [] } },
                { "type": "add_tag", "tag": "t" },
                { "type": "set_status", "status": "open" }
            ],
            "guards": { "once_per": "event", "stop_processing": false }
        });
        *definition.pointer_mut(pointer).expect("the part is there") = part;
        definition
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn twice_not_is_nothing(x in conditions(), facts in facts()) {
        prop_assert_eq!(holds(&json!({ "not": { "not": x } }), &facts), holds(&x, &facts));
    }

    #[test]
    fn de_morgan(
        of in prop::collection::vec(conditions(), 1..4), facts in facts()
    ) {
        let negated: Vec<_> = of.iter().map(|x| json!({ "not": x })).collect();
        prop_assert_eq!(
            holds(&json!({ "not": { "all": of } }), &facts),
            holds(&json!({ "any": negated }), &facts)
        );
        prop_assert_eq!(
            holds(&json!({ "not": { "any": of } }), &facts),
            holds(&json!({ "all": negated }), &facts)
        );
    }

    #[test]
    fn the_same_input_gives_the_same_output(x in conditions(), facts in facts()) {
        let rule = rule(&x);
        let shared = Facts::from_value(&facts);
        let first = rule.evaluate(&shared);
        prop_assert_eq!(&rule.evaluate(&shared), &first, "the same rule and facts again");
        prop_assert_eq!(&evaluate(&x, &facts), &first, "a fresh rule over fresh facts");
    }

    #[test]
    fn a_definition_survives_being_written(x in conditions(), facts in facts()) {
        let written = serde_json::to_value(rule(&x).definition()).unwrap();
        let again = Rule::parse(&written).unwrap();
        let facts = Facts::from_value(&facts);
        prop_assert_eq!(again.evaluate(&facts), rule(&x).evaluate(&facts));
    }

    #[test]
    fn case_never_matters_by_default(text in word(), wanted in word(), op in prop_oneof![
        Just("equals"), Just("contains"), Just("starts_with"), Just("ends_with")
    ]) {
        let result = |text: &str, wanted: &str| {
            holds(
                &json!({ "fact": "message.text", "op": op, "value": wanted }),
                &json!({ "event": { "type": "message.created" },
                         "message": { "direction": "inbound", "text": text } }),
            )
        };
        prop_assert_eq!(result(&text, &wanted), result(&text.to_uppercase(), &wanted));
        prop_assert_eq!(result(&text, &wanted), result(&text, &wanted.to_uppercase()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Parsing never panics, and what the schema refuses is refused: there is one description.
    #[test]
    fn parsing_is_total_and_agrees_with_the_schema(definition in broken()) {
        let shaped = jsonschema::draft7::is_valid(&schema(), &definition);
        match Rule::parse(&definition) {
            Ok(_) => prop_assert!(shaped, "accepted against the schema: {definition}"),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    // A pointer leads to something, or to a field that is missing its place.
                    prop_assert!(
                        definition.pointer(&problem.pointer).is_some(),
                        "{} leads nowhere in {definition}", problem.pointer
                    );
                }
            }
        }
    }
}
