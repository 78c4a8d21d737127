//! Schemas of the supported subset and changes to settings, drawn from a seed, with the server's verdict on each.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};
use signalbox_manifest::{SettingsSchema, Stored};

use crate::random::Random;
use crate::told;

const SCHEMAS: usize = 120;
const CHANGES: usize = 6;
const DEPTH: usize = 3;

const NAMES: &[&str] = &["a", "b", "c", "name", "port", "x/y", "x_1", "constructor", "ä"];
const TEXTS: &[&str] =
    &["", "a", "ab", "eu", "mail.example.com", "ada@example.com", "2024-02-29", "👍👍", "x-1", "12", "A"];
const PATTERNS: &[&str] = &["^[a-z]+$", "[0-9]", "^x\\-[0-9]$", "^\\w*$", "a|b"];
const FORMATS: &[&str] = &["date", "email", "hostname", "ipv4", "uri", "time", "json-pointer"];

/// One schema a line, so that a change of the suite can be read.
pub fn suite() -> String {
    let mut random = Random::new(20_240_229);
    let mut suite = "[\n".to_owned();
    let mut made = 0;
    while made < SCHEMAS {
        let schema = object(&mut random, DEPTH, true);
        // Not every schema that can be drawn is one: a default may not be valid.
        let Ok(compiled) = SettingsSchema::compile(&schema) else { continue };
        made += 1;
        let cases: Vec<_> = (0..CHANGES).map(|_| case(&mut random, &schema, &compiled)).collect();
        let end = if made < SCHEMAS { "," } else { "" };
        writeln!(suite, "{}{end}", json!({"schema": schema, "cases": cases})).expect("a string takes it");
    }
    suite + "]\n"
}

fn case(random: &mut Random, schema: &Value, compiled: &SettingsSchema) -> Value {
    let secrets: BTreeSet<String> = compiled.secret_names().filter(|_| random.one_in(2)).map(str::to_owned).collect();
    let own = stored(random, schema, compiled);
    let tenant = if random.one_in(2) { stored(random, schema, compiled) } else { json!({}) };
    let change = change(random, schema);
    let verdict = compiled.change(Stored { own: &own, tenant: &tenant, secrets: &secrets }, &change);
    let mut case = json!({"own": own, "tenant": tenant, "secrets": secrets, "change": change, "errors": []});
    match verdict {
        Ok(change) => case["settings"] = change.settings,
        Err(errors) => case["errors"] = json!(told(&errors)),
    }
    case
}

/// Settings that may be stored already: whatever of them can be shared, since that is valid by itself and has no secrets.
fn stored(random: &mut Random, schema: &Value, compiled: &SettingsSchema) -> Value {
    if random.one_in(3) { json!({}) } else { compiled.inheritable(&instance(random, schema, 0)) }
}

/// A value for the settings, some members of which take something back.
fn change(random: &mut Random, schema: &Value) -> Value {
    let mut change = instance(random, schema, 0);
    for (_, member) in change.as_object_mut().into_iter().flatten() {
        if random.one_in(8) {
            *member = Value::Null;
        }
    }
    if change.is_object() { change } else { json!({}) }
}

fn schema(random: &mut Random, depth: usize, root: bool) -> Value {
    match random.below(if depth == 0 { 6 } else { 11 }) {
        0 | 1 => text(random, root),
        2 => number(random),
        3 => json!({"type": "boolean"}),
        4 => json!({"type": "string", "enum": ["a", "eu", "ab"]}),
        5 => json!({"const": *random.pick(TEXTS)}),
        6 => list(random, depth),
        7 => object(random, depth - 1, root),
        8 => alternatives(random, depth),
        9 => json!({"anyOf": [number(random), text(random, false)]}),
        _ => json!({"type": ["string", "integer"], "minLength": 2, "minimum": 2}),
    }
}

fn text(random: &mut Random, root: bool) -> Value {
    let mut schema = json!({"type": "string"});
    match random.below(if root { 7 } else { 5 }) {
        0 => schema["minLength"] = json!(random.below(3)),
        1 => schema["maxLength"] = json!(random.below(5)),
        2 => schema["pattern"] = json!(random.pick(PATTERNS)),
        3 => schema["format"] = json!(random.pick(FORMATS)),
        4 => schema["default"] = json!(random.pick(TEXTS)),
        5 => schema["x-secret"] = json!(true),
        _ => {}
    }
    schema
}

fn number(random: &mut Random) -> Value {
    let mut schema = json!({"type": *random.pick(&["integer", "number"])});
    let (keyword, limit) = *random.pick(&[
        ("minimum", 2),
        ("maximum", 3),
        ("exclusiveMinimum", 0),
        ("exclusiveMaximum", 7),
        ("multipleOf", 2),
    ]);
    schema[keyword] = json!(limit);
    if random.one_in(4) {
        schema["default"] = json!(random.below(9));
    }
    schema
}

fn list(random: &mut Random, depth: usize) -> Value {
    let mut list = json!({"type": "array", "items": schema(random, depth - 1, false)});
    match random.below(6) {
        0 => list["minItems"] = json!(1),
        1 => list["maxItems"] = json!(1),
        2 => list["uniqueItems"] = json!(true),
        3 => list["contains"] = json!({"type": "string"}),
        4 => {
            list["items"] = json!([schema(random, 0, false), schema(random, 0, false)]);
            list["additionalItems"] = json!(random.one_in(2));
        }
        _ => {}
    }
    list
}

/// Forms that a constant tells apart.
fn alternatives(random: &mut Random, depth: usize) -> Value {
    let form = |random: &mut Random, kind: &str| {
        let mut form = object(random, depth - 1, false);
        form["properties"]["kind"] = json!({ "const": kind });
        form["required"] = json!(["kind"]);
        form
    };
    json!({"oneOf": [form(random, "a"), form(random, "b")]})
}

fn object(random: &mut Random, depth: usize, root: bool) -> Value {
    let mut properties = Map::new();
    for _ in 0..=random.below(4) {
        let name = (*random.pick(NAMES)).to_owned();
        properties.insert(name, schema(random, depth, root));
    }
    let names: Vec<_> = properties.keys().cloned().collect();
    let mut object = json!({"type": "object", "properties": properties});
    if random.one_in(2) {
        object["required"] = json!([random.pick(&names)]);
    }
    match random.below(8) {
        0 => object["additionalProperties"] = json!(false),
        1 => object["additionalProperties"] = json!({"type": "integer"}),
        2 => object["patternProperties"] = json!({"^x": {"type": "string"}}),
        3 => object["minProperties"] = json!(2),
        4 => object["dependencies"] = json!({random.pick(&names): [random.pick(&names)]}),
        5 => {
            object["if"] = json!({"required": [random.pick(&names)]});
            object["then"] = json!({"required": [random.pick(&names)]});
            object["else"] = json!({"maxProperties": 1});
        }
        6 => object["propertyNames"] = json!({"maxLength": 4}),
        _ => {}
    }
    object
}

/// A value that was meant for `schema`, and often fits it.
fn instance(random: &mut Random, schema: &Value, depth: usize) -> Value {
    if depth > 0 && random.one_in(9) {
        return anything(random);
    }
    for alternatives in ["oneOf", "anyOf"] {
        if let Some(forms) = schema[alternatives].as_array() {
            let form = random.pick(forms).clone();
            return instance(random, &form, depth + 1);
        }
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(choices) = schema["enum"].as_array() {
        return random.pick(choices).clone();
    }
    match schema["type"].as_str() {
        Some("object") => members(random, schema, depth),
        Some("array") => entries(random, schema, depth),
        Some("string") => json!(random.pick(TEXTS)),
        Some("integer") => json!(random.below(9)),
        Some("number") => json!([0.5, 2.0, 2.5, 7.0][random.below(4)]),
        Some("boolean") => json!(random.one_in(2)),
        _ => anything(random),
    }
}

fn members(random: &mut Random, schema: &Value, depth: usize) -> Value {
    let mut members = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if !random.one_in(4) {
            members.insert(name.clone(), instance(random, property, depth + 1));
        }
    }
    if random.one_in(6) {
        members.insert((*random.pick(&["extra", "xtra", "Z"])).to_owned(), anything(random));
    }
    Value::Object(members)
}

fn entries(random: &mut Random, schema: &Value, depth: usize) -> Value {
    let of = |index: usize| schema["items"].get(index).unwrap_or(&schema["items"]);
    (0..random.below(4)).map(|index| instance(random, of(index), depth + 1)).collect()
}

fn anything(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!(random.pick(TEXTS)),
        1 => json!(random.below(9)),
        2 => json!(random.one_in(2)),
        3 => json!([random.pick(TEXTS), 1]),
        4 => json!({"a": random.pick(TEXTS)}),
        _ => json!(1.5),
    }
}
