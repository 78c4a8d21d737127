//! The diagrams of the documentation are drawn from the transition tables, and the table of roles from the permissions.
//! `UPDATE_GENERATED=1` draws them anew.

use domain::{
    conversation::ConversationType,
    role::{Permission, Role},
};
use serde_json::json;
use std::{env, fmt::Write as _, fs, path::Path};

/// One test for the one file: two would overwrite each other.
#[test]
fn diagrams_and_tables_are_current() {
    is_current("conversations.md", "statuses", &statuses());
    is_current("conversations.md", "roles", &roles());
}

fn statuses() -> String {
    let mut text = String::new();
    for (kind, title) in [
        (ConversationType::Support, "Support conversations"),
        (ConversationType::InternalTicket, "Internal tickets"),
        (ConversationType::TeamChannel, "Team channels and direct messages"),
    ] {
        let _ = write!(text, "### {title}\n\n```mermaid\nstateDiagram-v2\n    [*] --> {}\n", kind.initial());
        for (from, next) in kind.transitions() {
            for to in *next {
                let _ = writeln!(text, "    {from} --> {to}");
            }
        }
        text.push_str("```\n\n");
    }
    text.trim_end().to_owned()
}

fn roles() -> String {
    let mut text = String::from("| permission | admin | supervisor | team_lead | agent |\n|---|---|---|---|---|\n");
    for permission in Permission::ALL {
        let marks: Vec<_> = Role::ALL.iter().map(|role| if role.may(*permission) { "✓" } else { "" }).collect();
        let _ = writeln!(text, "| `{permission}` | {} |", marks.join(" | "));
    }
    text.trim_end().to_owned()
}

/// Whether the part of the page between two marks is this text.
fn is_current(page: &str, name: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("\n<!-- end: {name} -->"));
    let text = fs::read_to_string(&path).expect("the page exists");
    let (before, rest) = text.split_once(&begin).expect("the page has the mark of the beginning");
    let (committed, after) = rest.split_once(&end).expect("the page has the mark of the end");
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, format!("{before}{begin}{generated}{end}{after}")).expect("the page can be written");
        return;
    }
    assert!(committed == generated, "{page} differs from the code: run the tests with UPDATE_GENERATED=1");
}

#[test]
fn the_committed_schema_of_rich_messages_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/message.schema.json");
    let generated = format!("{:#}\n", domain::rich::schema());
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&path, &generated).expect("the schemas folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "schemas/message.schema.json differs: run with UPDATE_GENERATED=1");
}

/// What is good for the types is good for the schema, and the other way round.
#[test]
fn the_schema_takes_what_the_types_take() {
    let validator = jsonschema::validator_for(&domain::rich::schema()).expect("a schema");
    for (message, good) in [
        (json!({ "type": "card", "title": "Lamp", "links": [{ "title": "Shop", "url": "https://x.example" }] }), true),
        (json!({ "type": "card", "title": "Lamp", "color": "red" }), false),
        (json!({ "type": "quick_replies", "text": "Who?", "replies": [{ "id": "a", "title": "A" }] }), true),
        (json!({ "type": "quick_replies", "text": "Who?" }), false),
        (json!({ "type": "component", "component": "shop.order", "data": { "id": 1 }, "text": "Order 1" }), true),
        (json!({ "type": "carousel", "title": "Lamps" }), false),
    ] {
        assert_eq!(validator.is_valid(&message), good, "{message}");
        assert_eq!(serde_json::from_value::<domain::rich::Rich>(message.clone()).is_ok(), good, "{message}");
    }
}
