//! Every operator on every type of fact it fits, in tables.

use serde_json::{Value, json};
use signalbox_rules::{Facts, Outcome, Rule};

fn facts() -> Facts {
    Facts::from_value(&json!({
        "event": { "type": "message.created", "occurred_at": "2026-03-01T10:00:00+02:00" },
        "message": {
            "direction": "inbound", "type": "text", "forwarded": false,
            "text": "Grüße aus der Straße, Herr MÜLLER 👍🏽"
        },
        "conversation": {
            "status": "open", "tags": ["VIP", "Größe"], "is_first": true, "message_count": 3
        },
        "contact": {
            "name": null,
            "custom": {
                "plan": "Pro", "seats": 9_007_199_254_740_993_i64, "score": 2.5, "beta": true,
                "since": "2025-12-31T23:00:00Z", "langs": ["de", 7, false],
                "address": { "city": "Köln" }, "nothing": null
            }
        }
    }))
}

fn holds(mut test: Value) -> bool {
    let outcome = |conditions: &Value| {
        let rule = Rule::parse(&json!({
            "trigger": { "type": "message_created" },
            "conditions": conditions,
            "actions": [{ "type": "add_tag", "tag": "x" }]
        }));
        let rule = rule.unwrap_or_else(|problems| panic!("{conditions}: {problems:?}"));
        rule.evaluate(&facts()).outcome
    };
    let result = outcome(&test) == Outcome::Matched;
    let opposite = match test["op"].as_str().unwrap() {
        "equals" => "not_equals",
        "in" => "not_in",
        "contains" => "not_contains",
        "exists" => "not_exists",
        _ => return result,
    };
    test["op"] = json!(opposite);
    assert_eq!(outcome(&test) == Outcome::Matched, !result, "{test} is the opposite");
    result
}

fn check(cases: &[(&str, &str, Value, bool)]) {
    for (fact, op, value, expected) in cases {
        let test = match value {
            Value::Null => json!({ "fact": fact, "op": op }),
            value => json!({ "fact": fact, "op": op, "value": value }),
        };
        assert_eq!(holds(test.clone()), *expected, "{test}");
    }
}

#[test]
fn texts() {
    let whole = "grüsse AUS der strasse, herr müller 👍🏽";
    check(&[
        ("message.text", "equals", json!(whole), true),
        ("message.text", "equals", json!("grüsse"), false),
        ("message.text", "in", json!(["x", whole]), true),
        ("message.text", "in", json!(["x", "y"]), false),
        ("message.text", "contains", json!("müller"), true),
        ("message.text", "contains", json!("mu\u{308}ller"), true),
        ("message.text", "contains", json!("muller"), false),
        ("message.text", "contains", json!("STRASSE"), true),
        ("message.text", "contains", json!("👍🏽"), true),
        ("message.text", "starts_with", json!("GRÜSSE"), true),
        ("message.text", "starts_with", json!("aus"), false),
        ("message.text", "ends_with", json!("müller 👍🏽"), true),
        ("message.text", "ends_with", json!("müller"), false),
        ("message.text", "matches", json!(r"herr\s+m\w+r\b"), true),
        ("message.text", "matches", json!("^aus"), false),
        ("message.text", "exists", Value::Null, true),
    ]);
}

#[test]
fn case_counts_where_asked() {
    let sensitive = |op: &str, value: &str| {
        holds(json!({
            "fact": "message.text", "op": op, "value": value, "case_sensitive": true
        }))
    };
    assert!(sensitive("contains", "MÜLLER"));
    assert!(sensitive("contains", "MU\u{308}LLER"), "composition is not case");
    assert!(!sensitive("contains", "Müller"));
    assert!(sensitive("starts_with", "Grüße"));
    assert!(!sensitive("starts_with", "GRÜSSE"));
    assert!(!sensitive("ends_with", "müller 👍🏽"));
    assert!(!sensitive("matches", "müller"));
    assert!(sensitive("matches", "M.LLER"));
    let tag = |value: &str| {
        holds(json!({
            "fact": "conversation.tags", "op": "contains", "value": value, "case_sensitive": true
        }))
    };
    assert!(tag("VIP"));
    assert!(!tag("vip"));
}

#[test]
fn choices_lists_and_booleans() {
    check(&[
        ("conversation.status", "equals", json!("open"), true),
        ("conversation.status", "equals", json!("closed"), false),
        ("conversation.status", "in", json!(["new", "open"]), true),
        ("conversation.status", "in", json!(["new", "closed"]), false),
        ("conversation.priority", "equals", json!("high"), false),
        ("conversation.tags", "contains", json!("vip"), true),
        ("conversation.tags", "contains", json!("GRÖSSE"), true),
        ("conversation.tags", "contains", json!("vi"), false),
        ("conversation.tags", "exists", Value::Null, true),
        ("conversation.is_first", "equals", json!(true), true),
        ("message.forwarded", "equals", json!(true), false),
        ("message.forwarded", "exists", Value::Null, true),
    ]);
}

#[test]
fn numbers() {
    check(&[
        ("conversation.message_count", "equals", json!(3), true),
        ("conversation.message_count", "equals", json!(3.0), true),
        ("conversation.message_count", "in", json!([1, 2]), false),
        ("conversation.message_count", "greater_than", json!(2), true),
        ("conversation.message_count", "greater_than", json!(3), false),
        ("conversation.message_count", "less_than", json!(3.5), true),
        ("conversation.message_count", "less_than", json!(3), false),
        ("conversation.message_count", "at_least", json!(3), true),
        ("conversation.message_count", "at_least", json!(4), false),
        ("conversation.message_count", "at_most", json!(3), true),
        ("conversation.message_count", "at_most", json!(-1), false),
        // Two whole numbers that are the same as floats.
        ("contact.custom.seats", "equals", json!(9_007_199_254_740_992_i64), false),
        ("contact.custom.seats", "greater_than", json!(9_007_199_254_740_992_i64), true),
    ]);
}

#[test]
fn times_compare_across_zones() {
    check(&[
        ("event.occurred_at", "before", json!("2026-03-01T08:00:01Z"), true),
        ("event.occurred_at", "before", json!("2026-03-01T08:00:00Z"), false),
        ("event.occurred_at", "after", json!("2026-03-01T07:59:59Z"), true),
        ("event.occurred_at", "after", json!("2026-03-01T09:00:00+01:00"), false),
        ("conversation.created_at", "before", json!("2026-03-01T08:00:00Z"), false),
        ("conversation.created_at", "after", json!("2026-03-01T08:00:00Z"), false),
    ]);
}

#[test]
fn custom_attributes_take_every_operator() {
    check(&[
        ("contact.custom.plan", "equals", json!("PRO"), true),
        ("contact.custom.plan", "in", json!(["free", "pro"]), true),
        ("contact.custom.plan", "starts_with", json!("pr"), true),
        ("contact.custom.plan", "greater_than", json!(1), false),
        ("contact.custom.plan", "after", json!("2020-01-01T00:00:00Z"), false),
        ("contact.custom.score", "at_least", json!(2.5), true),
        ("contact.custom.score", "equals", json!("2.5"), false),
        ("contact.custom.score", "contains", json!("2"), false),
        ("contact.custom.beta", "equals", json!(true), true),
        ("contact.custom.since", "before", json!("2026-01-01T00:00:00+01:00"), false),
        ("contact.custom.since", "before", json!("2026-01-01T00:00:01+01:00"), true),
        ("contact.custom.langs", "contains", json!("DE"), true),
        ("contact.custom.langs", "contains", json!(7), true),
        ("contact.custom.langs", "contains", json!(false), true),
        ("contact.custom.langs", "contains", json!("7"), false),
        ("contact.custom.address.city", "equals", json!("KÖLN"), true),
        ("contact.custom.address", "exists", Value::Null, true),
        ("contact.custom.address", "equals", json!("Köln"), false),
    ]);
}

#[test]
fn missing_and_null_do_not_exist() {
    for fact in ["contact.name", "contact.email", "contact.custom.nothing", "contact.custom.no"] {
        check(&[
            (fact, "exists", Value::Null, false),
            (fact, "equals", json!("x"), false),
            (fact, "in", json!(["x"]), false),
            (fact, "contains", json!("x"), false),
            (fact, "starts_with", json!("x"), false),
            (fact, "matches", json!(".*"), false),
        ]);
    }
}
