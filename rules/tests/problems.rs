//! Bad definitions: every problem is named, with its place, all at once.

use serde_json::{Value, json};
use signalbox_rules::{Code, Problem, Rule};

fn problems(value: &Value) -> Vec<Problem> {
    Rule::parse(value).err().unwrap_or_default()
}

fn places(value: &Value) -> Vec<(String, Code)> {
    problems(value).into_iter().map(|problem| (problem.pointer, problem.code)).collect()
}

fn good() -> Value {
    json!({
        "trigger": { "type": "keyword", "keywords": ["refund"] },
        "conditions": { "all": [{ "fact": "message.text", "op": "exists" }] },
        "actions": [{ "type": "add_tag", "tag": "refund" }]
    })
}

/// The good definition with one part replaced.
fn with(pointer: &str, part: Value) -> Value {
    let mut definition = good();
    *definition.pointer_mut(pointer).expect("the part is there") = part;
    definition
}

#[track_caller]
fn expect(definition: &Value, expected: &[(&str, Code)]) {
    let expected: Vec<_> = expected.iter().map(|(place, code)| ((*place).to_owned(), *code)).collect();
    assert_eq!(places(definition), expected, "{definition:#}: {:#?}", problems(definition));
}

#[test]
fn the_good_definition_is_good() {
    expect(&good(), &[]);
}

#[test]
fn whole_parts() {
    for nothing in [json!(null), json!(1), json!("x"), json!([])] {
        expect(&nothing, &[("", Code::Type)]);
    }
    expect(&json!({}), &[("", Code::Required), ("", Code::Required)]);
    let mut more = good();
    more["action"] = json!([]);
    expect(&more, &[("/action", Code::UnknownField)]);
    expect(&with("/actions", json!([])), &[("/actions", Code::TooShort)]);
    let mut guarded = good();
    guarded["guards"] = json!({ "once_per": "week", "stop_processing": "yes", "x": 1 });
    expect(
        &guarded,
        &[
            ("/guards/once_per", Code::UnknownValue),
            ("/guards/stop_processing", Code::Type),
            ("/guards/x", Code::UnknownField),
        ],
    );
}

#[test]
fn triggers() {
    let trigger = |trigger: Value, expected: &[(&str, Code)]| expect(&with("/trigger", trigger), expected);
    trigger(json!({ "type": "keywrod" }), &[("/trigger/type", Code::UnknownValue)]);
    trigger(json!({ "keywords": ["x"] }), &[("/trigger", Code::Required)]);
    trigger(json!({ "type": 5 }), &[("/trigger/type", Code::UnknownValue)]);
    trigger(json!({ "type": "keyword" }), &[("/trigger", Code::Required)]);
    trigger(json!({ "type": "keyword", "keywords": [] }), &[("/trigger/keywords", Code::TooShort)]);
    trigger(
        json!({ "type": "conversation_created", "direction": "any" }),
        &[("/trigger/direction", Code::UnknownField)],
    );
    trigger(
        json!({ "type": "message_created", "direction": "sideways" }),
        &[("/trigger/direction", Code::UnknownValue)],
    );
    trigger(
        json!({ "type": "keyword", "keywords": ["ok", "", "  ", "Straße", "STRASSE", 7] }),
        &[("/trigger/keywords/1", Code::TooShort), ("/trigger/keywords/5", Code::Type)],
    );
    trigger(
        json!({ "type": "keyword", "keywords": ["ok", "", "  ", "Straße", "STRASSE"] }),
        &[
            ("/trigger/keywords/1", Code::TooShort),
            ("/trigger/keywords/2", Code::TooShort),
            ("/trigger/keywords/4", Code::Duplicate),
        ],
    );
}

#[test]
fn tests_of_facts() {
    let test = |fact: &str, op: &str, value: Value| json!({ "fact": fact, "op": op, "value": value });
    let cases = [
        (test("message.txt", "equals", json!("x")), "/fact", Code::UnknownFact),
        (test("message.text", "equls", json!("x")), "/op", Code::UnknownValue),
        (test("message.text", "greater_than", json!(1)), "/op", Code::OperatorNotApplicable),
        (test("message.text", "before", json!("x")), "/op", Code::OperatorNotApplicable),
        (test("conversation.tags", "equals", json!("x")), "/op", Code::OperatorNotApplicable),
        (test("conversation.status", "matches", json!("x")), "/op", Code::OperatorNotApplicable),
        (test("contact.is_new", "in", json!([true])), "/op", Code::OperatorNotApplicable),
        (test("event.occurred_at", "equals", json!("x")), "/op", Code::OperatorNotApplicable),
        (json!({ "fact": "message.text", "op": "equals" }), "", Code::ValueRequired),
        (test("message.text", "exists", json!(true)), "/value", Code::ValueUnexpected),
        (test("message.text", "equals", json!(5)), "/value", Code::ValueType),
        (test("message.text", "equals", json!(["x"])), "/value", Code::ValueType),
        (test("message.text", "in", json!("x")), "/value", Code::ValueType),
        (test("message.text", "in", json!([])), "/value", Code::TooShort),
        (test("message.text", "in", json!(["a", 1])), "/value/1", Code::ValueType),
        (test("message.text", "in", json!(["a", "A"])), "/value/1", Code::Duplicate),
        (test("message.text", "contains", json!("")), "/value", Code::TooShort),
        (test("message.text", "matches", json!("(")), "/value", Code::InvalidRegex),
        (test("message.text", "matches", json!("")), "/value", Code::TooShort),
        (test("message.text", "matches", json!("(?:a{1000}){1000}")), "/value", Code::InvalidRegex),
        (test("message.text", "matches", json!("a(?=b)")), "/value", Code::InvalidRegex),
        (test("contact.is_new", "equals", json!("true")), "/value", Code::ValueType),
        (test("conversation.message_count", "at_least", json!("3")), "/value", Code::ValueType),
        (test("event.occurred_at", "before", json!("yesterday")), "/value", Code::InvalidTime),
        (test("event.occurred_at", "after", json!("2026-01-01")), "/value", Code::InvalidTime),
        (test("conversation.status", "equals", json!("opne")), "/value", Code::UnknownValue),
        (test("conversation.status", "in", json!(["open", "x"])), "/value/1", Code::UnknownValue),
        (test("contact.custom.a b", "equals", json!("x")), "/fact", Code::UnknownFact),
        (test("message.text", "in", json!([["x"]])), "/value/0", Code::Type),
        (test("message.text", "equals", json!({})), "/value", Code::Type),
        (test("message.text", "equals", json!("x".repeat(1001))), "/value", Code::TooLong),
        (
            json!({ "fact": "contact.is_new", "op": "equals", "value": true, "case_sensitive": true }),
            "/case_sensitive",
            Code::ValueUnexpected,
        ),
    ];
    for (test, place, code) in cases {
        expect(&with("/conditions", test.clone()), &[(&format!("/conditions{place}"), code)]);
        let nested = json!({ "any": [{ "not": { "all": [test] } }] });
        let place = format!("/conditions/any/0/not/all/0{place}");
        expect(&with("/conditions", nested), &[(&place, code)]);
    }
}

#[test]
fn combinations() {
    let cases = [
        (json!({}), "/conditions", Code::Shape),
        (json!({ "all": [], "any": [] }), "/conditions", Code::Shape),
        (json!({ "any": [] }), "/conditions/any", Code::TooShort),
        (json!({ "all": {} }), "/conditions/all", Code::Type),
        (json!({ "not": [] }), "/conditions/not", Code::Type),
        (json!({ "all": [], "x": 1 }), "/conditions/x", Code::UnknownField),
        (json!({ "fact": "message.text" }), "/conditions", Code::Required),
        (json!("always"), "/conditions", Code::Type),
        // Not a test written without its field names.
        (json!(["message.text", "equals"]), "/conditions", Code::Type),
    ];
    for (conditions, place, code) in cases {
        expect(&with("/conditions", conditions), &[(place, code)]);
    }
}

#[test]
fn size_is_limited() {
    let nest = |levels: usize| {
        (0..levels).fold(json!({ "fact": "message.text", "op": "exists" }), |inner, _| json!({ "not": inner }))
    };
    expect(&with("/conditions", nest(10)), &[]);
    expect(&with("/conditions", nest(11)), &[("/conditions", Code::TooDeep)]);
    expect(&with("/conditions", nest(100)), &[("", Code::TooDeep)]);
    let fifty = json!({ "all": vec![nest(0); 50] });
    expect(&with("/conditions", json!({ "all": vec![fifty; 4] })), &[("/conditions", Code::TooMany)]);
}

#[test]
fn actions() {
    let cases = [
        (json!([{ "type": "dance" }]), "/actions/0/type", Code::UnknownValue),
        (json!([{ "type": "add_tag" }]), "/actions/0", Code::Required),
        (json!([{ "type": "add_tag", "tag": "x", "y": 1 }]), "/actions/0/y", Code::UnknownField),
        (json!([{ "type": "add_tag", "tag": "" }]), "/actions/0/tag", Code::TooShort),
        (json!([{ "type": "add_tag", "tag": " " }]), "/actions/0/tag", Code::TooShort),
        (json!([{ "type": "add_tag", "tag": "x".repeat(101) }]), "/actions/0/tag", Code::TooLong),
        (json!([{ "type": "send_message" }]), "/actions/0", Code::Required),
        (
            json!([{ "type": "send_message", "text": "x", "template": { "name": "n", "language": "en" } }]),
            "/actions/0",
            Code::Conflict,
        ),
        (json!([{ "type": "send_message", "text": "" }]), "/actions/0/text", Code::TooShort),
        (json!([{ "type": "send_message", "text": "Hi {{contact.nmae}}" }]), "/actions/0/text", Code::UnknownFact),
        (json!([{ "type": "send_message", "text": "Hi {{contact.name" }]), "/actions/0/text", Code::MalformedVariable),
        (json!([{ "type": "send_message", "template": { "name": "n" } }]), "/actions/0/template", Code::Required),
        (
            json!([{ "type": "send_message", "template": {
                "name": "n", "language": "en", "components": [{ "a/b": [{ "text": "{{x}}" }] }]
            } }]),
            "/actions/0/template/components/0/a~1b/0/text",
            Code::UnknownFact,
        ),
        (json!([{ "type": "set_status", "status": "opne" }]), "/actions/0/status", Code::UnknownValue),
        (json!([{ "type": "set_status", "status": "new" }]), "/actions/0/status", Code::UnknownValue),
        (json!([{ "type": "set_status", "status": "open", "reason": "spam" }]), "/actions/0/reason", Code::Conflict),
        (json!([{ "type": "set_status", "status": "closed", "reason": "" }]), "/actions/0/reason", Code::TooShort),
        (json!([{ "type": "set_status", "status": "closed", "reason": " " }]), "/actions/0/reason", Code::TooShort),
        (json!([{ "type": "escalate" }]), "/actions/0", Code::Required),
        (
            json!([{ "type": "add_tag", "tag": "VIP" }, { "type": "add_tag", "tag": "vip" }]),
            "/actions/1",
            Code::Duplicate,
        ),
        (
            json!([{ "type": "set_status", "status": "open" }, { "type": "set_status", "status": "closed" }]),
            "/actions/1",
            Code::Conflict,
        ),
        (
            json!([{ "type": "send_message", "text": "x" }, { "type": "send_message", "text": "x" }]),
            "/actions/1",
            Code::Duplicate,
        ),
    ];
    for (actions, place, code) in cases {
        expect(&with("/actions", actions), &[(place, code)]);
    }
}

#[test]
fn shape_and_meaning_come_together() {
    let definition = json!({
        "trigger": { "type": "keyword", "keywords": ["a", "A"], "mach": "exact" },
        "conditions": { "all": [
            { "fact": "message.text", "op": "matches", "value": "(" },
            { "fact": "message.text", "op": "bogus" },
            { "any": [{ "fact": "nope", "op": "exists" }, { "not": 5 }] }
        ] },
        "actions": [
            { "type": "add_tag", "tag": "x".repeat(101) },
            { "type": "send_message", "text": "{{nope}} {{contact.name" },
            "escalate"
        ]
    });
    expect(
        &definition,
        &[
            ("/actions/0/tag", Code::TooLong),
            ("/actions/1/text", Code::UnknownFact),
            ("/actions/1/text", Code::MalformedVariable),
            ("/actions/2", Code::Type),
            ("/conditions/all/0/value", Code::InvalidRegex),
            ("/conditions/all/1/op", Code::UnknownValue),
            ("/conditions/all/2/any/0/fact", Code::UnknownFact),
            ("/conditions/all/2/any/1/not", Code::Type),
            ("/trigger/mach", Code::UnknownField),
        ],
    );
}

#[test]
fn messages_help() {
    let message = |definition: &Value| problems(definition)[0].message.clone();
    let status = with("/actions", json!([{ "type": "set_status", "status": "opne" }]));
    assert!(message(&status).contains("did you mean `open`?"), "{}", message(&status));
    let trigger = with("/trigger", json!({ "type": "keywrod" }));
    assert!(message(&trigger).contains("did you mean `keyword`?"), "{}", message(&trigger));
    let long = "secret ".repeat(300);
    let test = with("/conditions", json!({ "fact": "message.text", "op": "equals", "value": long }));
    assert!(message(&test).len() < 200, "a message does not repeat what was written");
}
