//! Lines that cannot be imported, and what is said of them.

use crate::world::{World, lines, story};
use serde_json::{Value, json};
use signalbox_import::{Code, Options, Outcome, record::Kind};

/// What must not be repeated anywhere.
const SECRET: &str = "hunter2";

fn conversation(field: &str, value: Value) -> Value {
    let mut record = json!({ "type": "conversation", "id": "bad", "contact": "1", "connection": "Our number",
                             "status": "open", "created_at": "2024-05-01T10:00:00Z" });
    record[field] = value;
    record
}

fn message(field: &str, value: Value) -> Value {
    let mut record = json!({ "type": "message", "id": "bad", "conversation": "7", "direction": "outbound",
                             "text": SECRET, "sent_at": "2024-05-01T10:00:00Z" });
    record[field] = value;
    record
}

fn contact(field: &str, value: Value) -> Value {
    let mut record = json!({ "type": "contact", "id": "bad", "name": SECRET });
    record[field] = value;
    record
}

/// Lines that are refused, each with its reason and place.
fn bad_lines() -> Vec<(String, Code, Option<&'static str>)> {
    use Code as C;
    let cases = [
        (contact("email", json!(format!("{SECRET}@"))), C::Invalid, "/email"),
        (contact("phone", json!(format!("0151 {SECRET}"))), C::Invalid, "/phone"),
        (contact("phone", json!(15_155_540_001_u64)), C::Invalid, "/phone"),
        (contact("avatar_url", json!("javascript:alert(1)")), C::Invalid, "/avatar_url"),
        (contact("brand", json!(SECRET)), C::UnknownBrand, "/brand"),
        (contact("company", json!(SECRET)), C::UnknownCompany, "/company"),
        (contact("created_at", json!("yesterday")), C::Invalid, "/created_at"),
        (
            contact("addresses", json!([{ "channel": "sms", "kind": "phone", "value": SECRET }])),
            C::Invalid,
            "/addresses/0/value",
        ),
        (contact("custom_attributes", json!({ "size": SECRET })), C::WrongAttribute, "/custom_attributes/size"),
        (contact("name", json!("x".repeat(256))), C::Invalid, "/name"),
        (contact("nickname", json!(SECRET)), C::Invalid, "/nickname"),
        (contact("id", json!("x".repeat(201))), C::Invalid, "/id"),
        (conversation("contact", json!(SECRET)), C::UnknownContact, "/contact"),
        (conversation("connection", json!(SECRET)), C::UnknownConnection, "/connection"),
        (conversation("team", json!(SECRET)), C::UnknownTeam, "/team"),
        (conversation("status", json!("in_progress")), C::Invalid, "/status"),
        (conversation("status", json!(SECRET)), C::Invalid, "/status"),
        (conversation("csat_rating", json!(6)), C::Invalid, "/csat_rating"),
        (conversation("tags", json!(["ok", ""])), C::Invalid, "/tags/1"),
        (message("conversation", json!(SECRET)), C::UnknownConversation, "/conversation"),
        (message("sender", json!({ "kind": "contact" })), C::Invalid, "/sender"),
        (
            message("attachments", json!([{ "url": "file:///etc/passwd", "kind": "image" }])),
            C::Invalid,
            "/attachments/0/url",
        ),
        (message("type", json!("call")), C::UnknownType, "/type"),
        (message("id", json!("70")), C::RepeatedId, "/id"),
    ];
    let cases = cases.into_iter().map(|(record, code, place)| (record.to_string(), code, Some(place)));
    let raw = [
        (format!("{{\"type\": \"contact\", {SECRET}"), C::NotJson, None),
        (format!("[\"{SECRET}\"]"), C::NotJson, None),
        (contact("name", json!("a\u{0}b")).to_string(), C::Invalid, None),
        (contact("name", json!("x".repeat(1 << 20))).to_string(), C::TooLong, None),
    ];
    cases.chain(raw).collect()
}

async fn world_with_fields() -> World {
    let world = World::new().await;
    world
        .execute(
            "INSERT INTO attribute_definitions (tenant_id, owner, key, name, kind, created_at)
             VALUES (current_tenant(), 'contact', 'size', 'Size', 'number', now())",
        )
        .await;
    world
}

#[tokio::test]
async fn a_bad_line_is_told_of_by_its_place_and_the_rest_goes_on() {
    let world = world_with_fields().await;
    let bad = bad_lines();
    let text: String = bad.iter().map(|(line, ..)| line.clone() + "\n").collect();
    let text = lines(&story()) + &text + &lines(&[json!({ "type": "contact", "id": "good" })]);
    let report = world.import_text(&text, &Options { batch: 5, ..Options::from("old") }).await;
    let found: Vec<_> =
        report.refused.iter().map(|finding| (finding.line, finding.code, finding.place.as_deref())).collect();
    let expected: Vec<_> = bad.iter().zip(8..).map(|((_, code, place), line)| (line, *code, *place)).collect();
    assert_eq!(found, expected);
    assert_eq!(report.refusals(), u64::try_from(bad.len()).unwrap());
    assert_eq!((report.count(Kind::Contact, Outcome::Created), world.count("contacts").await), (2, 2));
    let told = serde_json::to_string(&report).unwrap();
    assert!(!told.contains(SECRET), "{told}");
    let kept = world.row("SELECT counts::text FROM imports").await.to_string();
    assert!(kept.contains("unknown_team") && !kept.contains(SECRET), "{kept}");
}

#[tokio::test]
async fn what_was_refused_comes_with_the_next_run() {
    let world = World::new().await;
    let mut records = story();
    records[2]["team"] = json!("Repairs");
    let report = world.import(&records).await;
    let codes: Vec<_> = report.refused.iter().map(|finding| finding.code).collect();
    assert_eq!(codes[0], Code::UnknownTeam);
    assert!(codes[1..].iter().all(|code| *code == Code::UnknownConversation), "what belongs to it neither: {codes:?}");
    world
        .execute(
            "INSERT INTO teams (tenant_id, id, name, ticket_prefix, created_at, updated_at)
             VALUES (current_tenant(), gen_random_uuid(), 'Repairs', 'REP', now(), now())",
        )
        .await;
    let report = world.import(&records).await;
    assert_eq!((report.refusals(), report.count(Kind::Message, Outcome::Created)), (0, 3));
    assert_eq!(report.count(Kind::Contact, Outcome::Unchanged), 1);
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let world = world_with_fields().await;
    let bad: String = bad_lines().iter().map(|(line, ..)| line.clone() + "\n").collect();
    let text = lines(&story()) + &bad;
    let options = Options { batch: 3, ..Options::from("old") };
    let dry = Options { dry_run: true, ..options.clone() };
    let before = world.everything().await;
    let foreseen = world.import_text(&text, &dry).await;
    assert_eq!(world.everything().await, before);
    assert_eq!((world.count("imports").await, world.count("audit_log").await), (0, 0));
    assert!(foreseen.import.is_none());
    let report = world.import_text(&text, &options).await;
    assert_eq!(foreseen.types, report.types);
    assert_eq!(foreseen.refused, report.refused);
    let again = world.import_text(&text, &dry).await;
    assert_eq!(again.count(Kind::Message, Outcome::Unchanged), 3);
}

#[tokio::test]
async fn what_the_database_does_not_take_costs_no_other_line() {
    let world = World::new().await;
    sqlx::query("ALTER TABLE contacts ADD CONSTRAINT unwanted CHECK (name <> 'Unwanted')")
        .execute(&world.test.owner)
        .await
        .unwrap();
    let contact = |id: u32| json!({ "type": "contact", "id": id.to_string(), "name": if id == 13 { "Unwanted" } else { "Good" } });
    let records: Vec<_> = (0..40).map(contact).collect();
    let report = world.import(&records).await;
    let found: Vec<_> =
        report.refused.iter().map(|finding| (finding.line, finding.code, finding.id.as_deref())).collect();
    assert_eq!(found, [(14, Code::NotStorable, Some("13"))]);
    assert_eq!((world.count("contacts").await, report.count(Kind::Contact, Outcome::Created)), (39, 39));
    assert_eq!(world.row("SELECT lines, state FROM imports").await, json!({ "lines": 40, "state": "finished" }));
}

#[tokio::test]
async fn a_name_for_a_connection_means_what_the_import_is_told() {
    let world = World::new().await;
    let mut records = story();
    records[2]["connection"] = json!("Inbox 3");
    let meant =
        |name: &str| Options { connections: vec![("Inbox 3".to_owned(), name.to_owned())], ..Options::from("old") };
    let report = world.import_text(&lines(&records), &meant(&world.connection.to_string())).await;
    assert_eq!(report.refused, []);
    let mut input = &b""[..];
    let error = world.try_import(&mut input, &meant("Nobody's number")).await.unwrap_err();
    assert!(matches!(error, signalbox_import::Error::UnknownConnection(_)), "{error}");
}
