//! The same again, after an interruption, and after something has changed on either side.

use crate::world::{World, lines, story};
use domain::Clock as _;
use serde_json::{Value, json};
use signalbox_import::{Error, Options, Outcome, record::Kind};
use std::io::{self, BufRead, BufReader, Read};

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let world = World::new().await;
    let first = world.import(&story()).await;
    let before = world.everything().await;
    world.clock.advance(chrono::TimeDelta::days(1));
    let second = world.import(&story()).await;
    assert_eq!(world.everything().await, before);
    assert_eq!(second.lines, first.lines);
    assert!(second.types.values().all(|outcomes| outcomes.keys().eq([&Outcome::Unchanged])), "{:?}", second.types);
    assert_eq!(second.noted, first.noted, "what was to be said still is");
}

#[tokio::test]
async fn another_spelling_is_the_same_line() {
    let world = World::new().await;
    world.import(&story()).await;
    let spaced: String = story().iter().map(|record| format!("  {record:#}").replace('\n', " ") + "\n\n").collect();
    let again = world.import_text(&spaced, &Options::from("old")).await;
    assert_eq!(again.count(Kind::Message, Outcome::Unchanged), 3, "{:?}", again.types);
}

/// An input that ends with an error after so many lines.
struct Cut<'a> {
    text: &'a [u8],
}

impl Read for Cut<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.text.read(buffer)? {
            0 => Err(io::Error::other("the file is on a disk that was pulled out")),
            read => Ok(read),
        }
    }
}

fn cut(text: &str, after: usize) -> impl BufRead {
    let length: usize = text.split_inclusive('\n').take(after).map(str::len).sum();
    BufReader::new(Cut { text: &text.as_bytes()[..length] })
}

/// A few customers with a conversation each, whose lines refer to each other across batches.
fn customers(number: u32) -> Vec<Value> {
    let of = |n: u32| {
        let id = n.to_string();
        let message = |k: u32, direction: &str| {
            json!({ "type": "message", "id": format!("{n}-{k}"), "conversation": id, "direction": direction,
                    "text": format!("Message {k}"), "external_id": format!("wamid.{n}.{k}"),
                    "sent_at": format!("2024-05-01T10:{n:02}:{k:02}Z") })
        };
        let number = format!("+49151555{n:05}");
        [
            json!({ "type": "contact", "id": id, "name": format!("Customer {n}"), "addresses": [
                    { "channel": "whatsapp", "kind": "phone", "value": number, "verified": true }] }),
            json!({ "type": "conversation", "id": id, "contact": id, "connection": "Our number", "status": "resolved",
                    "assignee": "ada@lamps.example", "created_at": "2024-05-01T10:00:00Z" }),
            message(1, "inbound"),
            message(2, "outbound"),
            message(3, "inbound"),
        ]
    };
    (0..number).flat_map(of).collect()
}

/// What there is, without ids and without when it was written.
async fn told(world: &World) -> Vec<Vec<Value>> {
    let mut told = Vec::new();
    for query in [
        "SELECT name, phone FROM contacts ORDER BY name",
        "SELECT c.name, i.value, i.verified_at IS NOT NULL AS proven FROM identities i JOIN contacts c ON c.id = i.contact_id
          ORDER BY i.value",
        "SELECT c.name, v.status, v.message_count, v.outbound_count, v.unread_count, v.last_message_at, v.search_text,
                v.first_response_at, v.event_seq, p.seen_count
           FROM conversations v JOIN contacts c ON c.id = v.contact_id
           JOIN conversation_participants p ON p.conversation_id = v.id ORDER BY c.name",
        "SELECT external_id, preview, direction, occurred_at FROM messages ORDER BY external_id",
        "SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind",
        "SELECT kind, source_id FROM import_items ORDER BY 1, 2",
    ] {
        told.push(world.rows(query).await);
    }
    told
}

#[tokio::test]
async fn an_import_that_ended_anywhere_is_gone_on_with() {
    let (world, options) = (World::new().await, Options { batch: 4, ..Options::from("old") });
    let text = lines(&customers(6));
    let mut interrupted = 0;
    // In the middle of every batch, and of every customer.
    for after in 1..30 {
        let error = world.try_import(&mut cut(&text, after), &options).await.unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error}");
        let lines = world.row("SELECT lines FROM imports WHERE state = 'running'").await["lines"].as_u64().unwrap();
        assert_eq!(lines, u64::try_from(after / 4 * 4).unwrap(), "what is committed is whole batches");
        interrupted = lines;
    }
    let report = world.import_text(&text, &options).await;
    assert_eq!(report.resumed_after, Some(interrupted));
    let done = report.count(Kind::Message, Outcome::Unchanged) + report.count(Kind::Message, Outcome::Created);
    assert_eq!((done, report.refusals(), world.count("messages").await), (18, 0, 18));

    let other = World::new().await;
    other.import_text(&text, &options).await;
    assert_eq!(told(&world).await, told(&other).await, "the same as without any interruption");
    let states = world.rows("SELECT state, count(*) FROM imports GROUP BY 1 ORDER BY 1").await;
    assert_eq!(states, [json!({ "state": "finished", "count": 1 }), json!({ "state": "interrupted", "count": 29 })]);
}

#[tokio::test]
async fn whoever_is_overtaken_stops() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let (first, second, now) = (domain::ImportId::new(), domain::ImportId::new(), world.clock.now());
    let begin = store::imports::begin;
    assert_eq!(begin(&mut tx, world.tenant, first, "old", now).await.unwrap(), None);
    let advance = store::imports::advance;
    assert!(advance(&mut tx, world.tenant, first, 500, &json!({}), false, now).await.unwrap());
    assert_eq!(begin(&mut tx, world.tenant, second, "old", now).await.unwrap(), Some(500));
    assert!(!advance(&mut tx, world.tenant, first, 1000, &json!({}), false, now).await.unwrap());
    // Another system's is another one's.
    assert_eq!(begin(&mut tx, world.tenant, domain::ImportId::new(), "other", now).await.unwrap(), None);
}

#[tokio::test]
async fn a_later_export_updates_what_nobody_has_changed_here() {
    let world = World::new().await;
    let mut records = story();
    world.import(&records).await;
    records[0]["custom_attributes"] = json!({ "tier": "silver" });
    records[1]["name"] = json!("Grace B. Hopper");
    records[2]["status"] = json!("resolved");
    records[2]["assignee"] = json!("bob@lamps.example");
    records[2]["tags"] = json!(["done"]);
    records[3]["text"] = json!("It is very dark");
    records.push(json!({ "type": "message", "id": "74", "conversation": "7", "direction": "outbound", "text": "Bye",
                         "sent_at": "2024-05-03T00:00:00Z" }));
    let report = world.import(&records).await;
    for (kind, outcome) in [
        (Kind::Company, Outcome::Updated),
        (Kind::Contact, Outcome::Updated),
        (Kind::Conversation, Outcome::Updated),
        (Kind::Message, Outcome::Kept),
        (Kind::Message, Outcome::Created),
    ] {
        assert_eq!(report.count(kind, outcome), 1, "{kind:?} {outcome:?}: {:?}", report.types);
    }
    assert_eq!(world.row("SELECT custom_attributes->>'tier' AS tier FROM companies").await["tier"], "silver");
    let conversation = world
        .row(
            "SELECT v.status, v.search_text, v.message_count, v.event_seq, u.name AS has FROM conversations v
               JOIN users u ON u.id = v.assignee_id",
        )
        .await;
    assert_eq!(
        conversation,
        json!({
            "status": "resolved", "search_text": "grace b. hopper broken lamp bye", "message_count": 5, "event_seq": 2,
            "has": "bob",
        })
    );
    assert_eq!(world.rows("SELECT tag FROM conversation_tags").await, [json!({ "tag": "done" })]);
    let assignments = world
        .rows("SELECT u.name, a.unassigned_at IS NULL AS has FROM conversation_assignments a JOIN users u ON u.id = a.user_id
                ORDER BY 1")
        .await;
    assert_eq!(assignments, [json!({ "name": "ada", "has": false }), json!({ "name": "bob", "has": true })]);
    assert_eq!(world.row("SELECT preview FROM messages WHERE external_id = 'wamid.1'").await["preview"], "It is dark");
    assert_eq!(world.count("queue.jobs").await, 0);
    let unread = "SELECT v.message_count - p.seen_count AS unread FROM conversations v
                    JOIN conversation_participants p ON p.conversation_id = v.id WHERE p.left_at IS NULL";
    assert_eq!(world.row(unread).await["unread"], 0, "whoever has it now has nothing to catch up on");
}

#[tokio::test]
async fn what_somebody_has_changed_here_is_theirs() {
    let world = World::new().await;
    let mut records = story();
    world.import(&records).await;
    world.execute("UPDATE contacts SET name = 'Ours', version = version + 1").await;
    let queue = queue::Queue::new(world.test.app.clone(), std::sync::Arc::new(world.clock.clone()));
    let inbox = inbox::Inbox::new(world.db.clone(), queue, std::sync::Arc::new(world.clock.clone()));
    let id = world.row("SELECT id FROM conversations").await["id"].as_str().unwrap().parse().unwrap();
    let cause = inbox::Cause::of(domain::event::Actor::User { id: world.ada }, None);
    let mut change = inbox.begin(world.tenant, cause).await.unwrap();
    change.set_status(id, domain::conversation::Status::Closed).await.unwrap();
    change.commit().await.unwrap();

    records[1]["name"] = json!("Theirs");
    records[2]["status"] = json!("pending");
    let report = world.import(&records).await;
    assert_eq!((report.count(Kind::Contact, Outcome::Kept), report.count(Kind::Conversation, Outcome::Kept)), (1, 1));
    assert_eq!(world.row("SELECT name FROM contacts").await["name"], "Ours");
    assert_eq!(world.row("SELECT status FROM conversations").await["status"], "closed");
    // Until they agree again, every run says so.
    assert_eq!(world.import(&records).await.count(Kind::Contact, Outcome::Kept), 1);
}

#[tokio::test]
async fn what_was_deleted_here_stays_deleted() {
    let world = World::new().await;
    let mut records = story();
    world.import(&records).await;
    world.execute("DELETE FROM conversations").await;
    records.push(json!({ "type": "message", "id": "74", "conversation": "7", "direction": "inbound", "text": "More",
                         "sent_at": "2024-05-03T00:00:00Z" }));
    let report = world.import(&records).await;
    assert_eq!((report.count(Kind::Conversation, Outcome::Unchanged), report.refusals()), (1, 1));
    assert_eq!(report.refused[0].code, signalbox_import::Code::Deleted);
    assert_eq!(world.count("conversations").await, 0);
}
