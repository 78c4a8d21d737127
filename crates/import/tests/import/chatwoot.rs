//! Saved pages of Chatwoot's API, from the files to what is here afterwards. Everything in them is invented.

use crate::world::World;
use serde_json::{Value, json};
use signalbox_import::{
    Code, Options, Outcome,
    chatwoot::{ConvertError, Converted, convert},
    record::Kind,
};
use std::{collections::BTreeMap, path::PathBuf};

fn pages() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/chatwoot"))
}

fn converted() -> (Converted, Vec<Value>) {
    let mut out = Vec::new();
    let converted = convert(&[pages()], &mut out).unwrap();
    let lines = String::from_utf8(out).unwrap();
    (converted, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn line<'a>(lines: &'a [Value], kind: &str, id: &str) -> &'a Value {
    lines.iter().find(|line| line["type"] == kind && line["id"] == id).unwrap_or_else(|| panic!("no {kind} {id}"))
}

#[test]
fn every_object_becomes_a_line_of_the_format_or_is_counted() {
    let (converted, lines) = converted();
    let expected = [("company", 1), ("contact", 3), ("conversation", 4), ("message", 7), ("note", 2)];
    assert_eq!(converted.lines, BTreeMap::from(expected));
    assert_eq!(converted.left_out, 1, "the label");
    assert_eq!((converted.without_messages, converted.without_conversation), (1, 1));
    let validator = jsonschema::validator_for(&signalbox_import::schema()).unwrap();
    for line in &lines {
        let faults: Vec<_> = validator.iter_errors(line).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{line}: {faults:?}");
    }
}

#[test]
fn contacts_are_known_by_what_our_channels_know_them_by() {
    let (_, lines) = converted();
    assert_eq!(
        *line(&lines, "contact", "101"),
        json!({
            "type": "contact", "id": "101", "name": "Grace Hopper", "email": "grace@acme.example",
            "phone": "+4915155540001", "avatar_url": "https://old.example/grace.png", "company": "Acme",
            "addresses": [{ "channel": "whatsapp", "kind": "phone", "value": "+4915155540001", "verified": true }],
            "custom_attributes": { "plan": "gold", "city": "Berlin", "country": "Germany", "identifier": "crm-1" },
            "created_at": "2021-03-04T05:06:07Z",
        })
    );
    let blocked = line(&lines, "contact", "102");
    assert_eq!((&blocked["blocked_at"], blocked.get("addresses")), (&json!("2024-04-26T02:53:20Z"), None));
    // Of no page but a conversation's, and nobody has seen her write.
    let carol = line(&lines, "contact", "103");
    assert_eq!(
        carol["addresses"],
        json!([
            { "channel": "whatsapp", "kind": "phone", "value": "+4915155540003", "verified": false }
        ])
    );
}

#[test]
fn messages_are_in_the_order_of_time_whatever_the_pages_are_called() {
    let (_, lines) = converted();
    let of_7 = lines.iter().filter(|line| line["conversation"] == "7").map(|line| line["id"].as_str().unwrap());
    assert_eq!(of_7.collect::<Vec<_>>(), ["70", "71", "72", "73", "74", "75"], "and each once");
    let conversations =
        lines.iter().filter(|line| line["type"] == "conversation").map(|line| line["id"].as_str().unwrap());
    assert_eq!(conversations.collect::<Vec<_>>(), ["7", "9", "8", "5"], "what happened last first");
    assert_eq!(
        *line(&lines, "message", "72"),
        json!({
            "type": "message", "id": "72", "conversation": "7", "direction": "outbound", "text": "Press the button",
            "sender": { "kind": "agent", "email": "ada@lamps.example", "name": "Ada Admin" }, "status": "read",
            "external_id": "wamid.72", "reply_to": "wamid.70", "sent_at": "2024-05-01T10:05:00Z",
        })
    );
    for (kind, id, sender) in [
        ("message", "71", json!({ "kind": "bot" })),
        ("message", "51", json!({ "kind": "bot", "name": "Helper" })),
        ("note", "73", json!({ "kind": "agent", "email": "left@lamps.example", "name": "Lea Left" })),
        ("note", "75", json!({ "kind": "system" })),
    ] {
        assert_eq!(line(&lines, kind, id)["sender"], sender, "{id}");
    }
}

#[tokio::test]
async fn an_export_is_here_with_its_counts_and_its_details() {
    let mut out = Vec::new();
    let converted = convert(&[pages()], &mut out).unwrap();
    let world = World::new().await;
    let connections =
        ["WhatsApp Support", "Website"].map(|inbox| (inbox.to_owned(), world.connection.to_string())).to_vec();
    let options = Options { connections, ..Options::from("chatwoot") };
    let text = String::from_utf8(out).unwrap();
    let report = world.import_text(&text, &options).await;
    assert_eq!(report.refused, []);
    for kind in Kind::ALL {
        assert_eq!(report.count(kind, Outcome::Created), converted.of(kind), "{kind:?}");
    }
    for (table, rows) in [("companies", 1), ("contacts", 3), ("conversations", 4), ("messages", 9)] {
        assert_eq!(world.count(table).await, rows, "{table}");
    }
    let codes: Vec<_> = report.codes.iter().map(|(code, count)| (*code, *count)).collect();
    assert_eq!(codes, [(Code::UnknownAgent, 1), (Code::ClosedBesideAnother, 1)]);

    let conversation = world
        .row(
            "SELECT c.name AS contact, u.name AS assignee, t.name AS team, v.status, v.priority, v.message_count,
                    v.outbound_count, v.unread_count, v.last_message_preview, v.custom_attributes,
                    ARRAY(SELECT tag FROM conversation_tags g WHERE g.conversation_id = v.id ORDER BY tag) AS tags
               FROM conversations v JOIN contacts c ON c.id = v.contact_id JOIN users u ON u.id = v.assignee_id
               JOIN teams t ON t.id = v.team_id WHERE v.metadata #>> '{import,id}' = '7'",
        )
        .await;
    assert_eq!(
        conversation,
        json!({
            "contact": "Grace Hopper", "assignee": "ada", "team": "Billing", "status": "open", "priority": "urgent",
            "message_count": 6, "outbound_count": 2, "unread_count": 0, "last_message_preview": "[image] Home 52.5, 13.4",
            "custom_attributes": { "order": "4711" }, "tags": ["lamp", "vip"],
        })
    );
    let older = "SELECT status, resolved_at FROM conversations WHERE metadata #>> '{import,id}' = '5'";
    assert_eq!(world.row(older).await["status"], "closed");
    let again = world.import_text(&text, &options).await;
    assert_eq!(again.count(Kind::Message, Outcome::Unchanged), 7);
}

#[test]
fn what_is_no_page_is_named() {
    let folder = std::env::temp_dir().join(format!("signalbox-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("broken.json"), "{\"payload\": [hunter2").unwrap();
    std::fs::write(folder.join("notes.txt"), "not a page").unwrap();
    let error = convert(std::slice::from_ref(&folder), &mut Vec::new()).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(matches!(&error, ConvertError::NotJson { line: 1, .. }), "{error}");
    assert!(error.to_string().contains("broken.json") && !error.to_string().contains("hunter2"), "{error}");
    let error = convert(&[PathBuf::from("/nowhere.json")], &mut Vec::new()).unwrap_err();
    assert!(matches!(error, ConvertError::Read { .. }), "{error}");
}
