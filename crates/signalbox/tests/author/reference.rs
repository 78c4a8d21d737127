//! The generated parts of `docs/plugins/reference.md` are what the code says. `UPDATE_GENERATED=1` rewrites them.

use plugin_host::Limits;
use plugin_sdk::ErrorKind;
use serde_json::{Map, Value};
use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

#[test]
fn the_reference_is_current() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = repository.join("docs/plugins/reference.md");
    let committed = fs::read_to_string(&file).unwrap();
    let mut current = committed.clone();
    for (name, text) in
        [("interfaces", interfaces(&repository.join("plugin-sdk/wit"))), ("manifest", manifest()), ("limits", limits())]
    {
        current = with_part(&current, name, &text);
    }
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&file, &current).unwrap();
        return;
    }
    assert!(committed == current, "docs/plugins/reference.md differs from the code: run with UPDATE_GENERATED=1");
}

#[test]
fn every_kind_of_error_is_explained() {
    let text = include_str!("../../../../docs/plugins/reference.md");
    let kinds = plugin_sdk_kinds();
    for kind in &kinds {
        let row = format!("| `{}` |", kind.as_str());
        assert_eq!(text.matches(&row).count(), 1, "{row}");
    }
}

fn plugin_sdk_kinds() -> Vec<ErrorKind> {
    let kinds = include_str!("../../../../plugin-sdk/wit/types.wit");
    let (_, kinds) = kinds.split_once("enum error-kind {").unwrap();
    let (kinds, _) = kinds.split_once('}').unwrap();
    let names = kinds.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
    let names = names.map(|line| line.trim_end_matches(',').replace('-', "_"));
    names.map(|name| serde_json::from_value(Value::String(name)).unwrap()).collect()
}

/// The page with this text between the two markers of the part.
fn with_part(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), "\n<!-- end -->");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("there is no marker for {name}"));
    let (_, after) = rest.split_once(end).unwrap();
    format!("{before}{begin}{text}{end}{after}")
}

/// The WIT package, a file after the other, each without the line that names the package.
fn interfaces(wit: &Path) -> String {
    let order = [
        "webhooks", "setup", "channel", "actions", "triggers", "enrich", "admin", "http", "state", "crypto", "clock",
        "log", "types", "world",
    ];
    let there: BTreeSet<_> = fs::read_dir(wit).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(there, order.iter().map(|name| format!("{name}.wit").into()).collect(), "every file has its place");
    let shown = order.map(|name| {
        let text = fs::read_to_string(wit.join(format!("{name}.wit"))).unwrap();
        let text = text.split_once(";\n").unwrap().1.trim();
        format!("### `{name}`\n\n```wit\n{text}\n```\n")
    });
    shown.join("\n")
}

fn limits() -> String {
    let limits = Limits::default();
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    let kib = |bytes: usize| format!("{} KiB", bytes >> 10);
    let rows = [
        ("memory, all memories of the plugin together", mib(limits.memory)),
        ("time on the processor", format!("{} ms", limits.cpu.as_millis())),
        ("time from start to end, waiting included", format!("{} s", limits.wall.as_secs())),
        ("result, as JSON", mib(limits.output)),
        ("answer to one HTTP request, also after decompression", mib(limits.response)),
        ("HTTP requests", limits.http_requests.to_string()),
        ("reads and writes of state", limits.state_operations.to_string()),
        ("name of a state entry", format!("{} bytes", limits.state_key)),
        ("value of a state entry", kib(limits.state_value)),
        ("state of one connection", mib(limits.state_total)),
        ("log lines; further ones are dropped", limits.log_lines.to_string()),
        ("log line; the rest is cut off", kib(limits.log_line)),
    ];
    let mut text = "| of one call | at most |\n|---|---|\n".to_owned();
    for (what, most) in rows {
        writeln!(text, "| {what} | {most} |").unwrap();
    }
    text
}

/// The manifest's members and those of everything in it, in the order in which they are met.
fn manifest() -> String {
    let schema = manifest::schema();
    let definitions = schema["$defs"].as_object().unwrap();
    let mut text = String::new();
    describe(&mut text, &schema);
    let (mut known, mut waiting) = (BTreeSet::new(), references(&schema));
    while !waiting.is_empty() {
        let name = waiting.remove(0);
        if !known.insert(name.clone()) {
            continue;
        }
        let definition = &definitions[&name];
        // A text with a rule of its own is explained where it is used.
        if definition["type"] == "string" && definition.get("enum").is_none() {
            continue;
        }
        writeln!(text, "\n### {name}\n\n{}\n", line(&definition["description"])).unwrap();
        describe(&mut text, definition);
        waiting.extend(references(definition));
    }
    text
}

/// A table of members, or a list of choices.
fn describe(text: &mut String, schema: &Value) {
    if let Some(members) = schema["properties"].as_object() {
        table(text, schema, members);
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        let name = match (&choice["const"], choice["properties"].as_object()) {
            (Value::String(name), _) => format!("`\"{name}\"`"),
            (_, Some(members)) => {
                let (name, inner) = members.iter().next().unwrap();
                let inner = match inner["properties"].as_object() {
                    Some(members) => {
                        let members =
                            members.iter().map(|(name, schema)| format!("`{name}`: {}", line(&schema["description"])));
                        format!(" with {}", members.collect::<Vec<_>>().join(" "))
                    }
                    None => format!(": {}", kind(inner)),
                };
                format!("`{{\"{name}\": …}}`{inner}")
            }
            _ => kind(choice),
        };
        writeln!(text, "- {name}. {}", line(&choice["description"])).unwrap();
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        writeln!(text, "One of {}.", values.join(", ")).unwrap();
    }
}

fn table(text: &mut String, schema: &Value, members: &Map<String, Value>) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    text.push_str("| member | | what it says |\n|---|---|---|\n");
    for (name, member) in members {
        let must = if required.contains(&name.as_str()) { ", required" } else { "" };
        writeln!(text, "| `{name}` | {}{must} | {} |", kind(member), line(&member["description"])).unwrap();
    }
}

/// What a value is, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return if is_text(&name) { "text".to_owned() } else { format!("[{name}](#{})", name.to_lowercase()) };
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[key].as_array() {
            let kinds: Vec<String> = choices.iter().filter(|it| it["type"] != "null").map(kind).collect();
            return kinds.join(" or ");
        }
    }
    let bounds = match (&schema["minimum"], &schema["maximum"]) {
        (Value::Null, _) | (_, Value::Null) => String::new(),
        (min, max) => format!(", {min} to {max}"),
    };
    let names = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => vec!["any JSON"],
    };
    match names.as_slice() {
        ["array"] => format!("list of {}", kind(&schema["items"])),
        ["object"] if schema["additionalProperties"].is_object() => {
            format!("object of {}", kind(&schema["additionalProperties"]))
        }
        ["string"] => "text".to_owned(),
        ["integer"] => format!("number{bounds}"),
        names => names.join(" or "),
    }
}

fn is_text(name: &str) -> bool {
    let schema = manifest::schema();
    schema["$defs"][name]["type"] == "string" && schema["$defs"][name].get("enum").is_none()
}

fn reference(schema: &Value) -> Option<String> {
    Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned())
}

/// The definitions that a schema refers to, at any depth.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let own = reference(schema).into_iter();
            own.chain(members.iter().filter(|(key, _)| *key != "$defs").flat_map(|(_, it)| references(it))).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// A description as one line of a table.
fn line(description: &Value) -> String {
    description.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
