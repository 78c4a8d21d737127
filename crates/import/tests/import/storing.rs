//! What is here afterwards, and what does not follow from it.

use crate::world::{World, at, story};
use serde_json::{Value, json};
use signalbox_import::{Code, Outcome, record::Kind};

#[tokio::test]
async fn everything_is_as_the_other_system_left_it() {
    let world = World::new().await;
    let report = world.import(&story()).await;
    assert_eq!(report.refused, []);
    for (kind, lines) in
        [(Kind::Company, 1), (Kind::Contact, 1), (Kind::Conversation, 1), (Kind::Message, 3), (Kind::Note, 1)]
    {
        assert_eq!(report.count(kind, Outcome::Created), lines, "{kind:?}");
    }
    let contact = world
        .row(
            "SELECT c.*, k.name AS company, k.created_at AS company_since FROM contacts c
               LEFT JOIN companies k ON k.tenant_id = c.tenant_id AND k.id = c.company_id",
        )
        .await;
    assert_eq!(contact["name"], "Grace Hopper");
    assert_eq!((&contact["email"], &contact["phone"]), (&json!("grace@acme.example"), &json!("+4915155540001")));
    assert_eq!((&contact["company"], &contact["brand"]), (&json!("Acme"), &json!("lamps")));
    assert_eq!(contact["custom_attributes"], json!({ "city": "Berlin" }));
    assert_eq!(time(&contact["created_at"]), at("2021-03-04T05:06:07Z"));
    assert_eq!(time(&contact["company_since"]), at("2020-01-01T00:00:00Z"));

    let conversation = world.row("SELECT * FROM conversations").await;
    for (field, value) in [
        ("status", json!("open")),
        ("priority", json!("high")),
        ("title", json!("Broken lamp")),
        ("category", json!("repairs")),
        ("brand", json!("lamps")),
        ("channel", json!("whatsapp")),
        ("team_id", json!(world.team)),
        ("assignee_id", json!(world.ada)),
        ("csat_rating", json!(4)),
        ("message_count", json!(4)),
        ("outbound_count", json!(1)),
        ("unread_count", json!(0)),
        ("last_message_preview", json!("[image] Here")),
        ("last_direction", json!("inbound")),
        ("search_text", json!("grace hopper broken lamp [image] here")),
        ("custom_attributes", json!({ "order": 4711 })),
        ("queued_at", Value::Null),
    ] {
        assert_eq!(conversation[field], value, "{field}");
    }
    for (field, value) in [
        ("created_at", "2024-05-01T10:00:00Z"),
        ("updated_at", "2024-05-02T11:00:00Z"),
        ("last_message_at", "2024-05-02T11:00:00Z"),
        ("last_inbound_at", "2024-05-02T11:00:00Z"),
        ("first_response_at", "2024-05-01T10:05:00Z"),
    ] {
        assert_eq!(time(&conversation[field]), at(value), "{field}");
    }
    assert_eq!(
        world.rows("SELECT tag FROM conversation_tags ORDER BY 1").await,
        [json!({ "tag": "lamp" }), json!({ "tag": "vip" })]
    );
}

#[tokio::test]
async fn messages_keep_their_times_their_authors_and_their_files() {
    let world = World::new().await;
    let report = world.import(&story()).await;
    let messages = world.rows("SELECT * FROM messages ORDER BY occurred_at").await;
    let brief = |message: &Value| json!([message["direction"], message["sender_kind"], message["status"]]);
    assert_eq!(
        messages.iter().map(brief).collect::<Vec<_>>(),
        [
            json!(["inbound", "contact", "received"]),
            json!(["outbound", "user", "read"]),
            json!(["internal", "external", "received"]),
            json!(["inbound", "contact", "received"]),
        ]
    );
    let contact = world.row("SELECT id FROM contacts").await["id"].clone();
    assert_eq!((&messages[0]["sender_id"], &messages[1]["sender_id"]), (&contact, &json!(world.ada)));
    assert_eq!((&messages[0]["external_id"], &messages[1]["reply_to"]), (&json!("wamid.1"), &json!("wamid.1")));
    assert_eq!(time(&messages[1]["occurred_at"]), at("2024-05-01T10:05:00Z"));
    // A stranger keeps the name, and is told of.
    let author = &messages[2]["metadata"]["import"]["author"];
    assert_eq!(*author, json!({ "email": "gone@lamps.example", "name": "Gone" }));
    assert_eq!((report.noted.len(), report.noted[0].code, report.noted[0].line), (1, Code::UnknownAgent, 6));
    let file =
        json!({ "type": "image", "media": { "link": "https://old.example/a.png", "size": 12 }, "caption": "Here" });
    assert_eq!(messages[3]["content"], file);
    assert_eq!(messages[3]["metadata"]["import"]["attachments"][0]["url"], "https://old.example/b.pdf");
    // Whatever is listed is read by the words of the SDK.
    let outbound: plugin_sdk::OutboundContent = serde_json::from_value(messages[1]["content"].clone()).unwrap();
    assert_eq!(outbound.type_name(), "text");
}

#[tokio::test]
async fn nothing_follows_from_it() {
    let world = World::new().await;
    for kind in ["message.created", "conversation.created", "conversation.imported", "contact.imported"] {
        world
            .execute(&format!(
                "INSERT INTO rules (tenant_id, id, name, enabled, position, event_kind, event_data, definition, created_at,
                                    updated_at)
                 VALUES (current_tenant(), gen_random_uuid(), 'r', true, 1, '{kind}', '{{}}', '{{}}', now(), now())"
            ))
            .await;
    }
    let mut records = story();
    // Nobody has it: it waits in its queue, since it last moved.
    records.push(json!({ "type": "contact", "id": "2", "name": "Linus" }));
    records
        .push(json!({ "type": "conversation", "id": "8", "contact": "2", "connection": "Our number", "status": "open",
                         "team": "Billing", "created_at": "2024-06-01T00:00:00Z" }));
    assert_eq!(world.import(&records).await.refused, []);
    assert_eq!(world.count("queue.jobs").await, 0, "no job");
    assert_eq!(world.count("rule_runs").await, 0);
    let kinds = world.rows("SELECT kind, count(*) FROM events GROUP BY 1 ORDER BY 1").await;
    assert_eq!(
        kinds,
        [
            json!({ "kind": "company.imported", "count": 1 }),
            json!({ "kind": "contact.imported", "count": 2 }),
            json!({ "kind": "conversation.imported", "count": 2 }),
        ]
    );
    let unread = world
        .row(
            "SELECT max(v.unread_count) AS unread, max(v.message_count - p.seen_count) AS of_assignee
               FROM conversations v
               JOIN conversation_participants p ON p.tenant_id = v.tenant_id AND p.conversation_id = v.id",
        )
        .await;
    assert_eq!(unread, json!({ "unread": 0, "of_assignee": 0 }));
    let waiting = world.row("SELECT queued_at FROM conversations WHERE assignee_id IS NULL").await;
    assert_eq!(time(&waiting["queued_at"]), at("2024-06-01T00:00:00Z"));
    let assignment = world.row("SELECT user_id, team_id, unassigned_at FROM conversation_assignments").await;
    assert_eq!(assignment, json!({ "user_id": world.ada, "team_id": world.team, "unassigned_at": null }));
}

#[tokio::test]
async fn a_snooze_ends_in_its_time_or_has_ended() {
    let world = World::new().await;
    let snoozed = |id: &str, until: &str| {
        json!({ "type": "conversation", "id": id, "contact": id, "connection": "Our number", "status": "snoozed",
                "snoozed_until": until, "created_at": "2024-05-01T10:00:00Z" })
    };
    let report = world
        .import(&[
            json!({ "type": "contact", "id": "1" }),
            json!({ "type": "contact", "id": "2" }),
            snoozed("1", "2026-12-24T18:00:00Z"),
            snoozed("2", "2024-12-24T18:00:00Z"),
        ])
        .await;
    assert_eq!(report.refused, []);
    let conversations = world.rows("SELECT id, status FROM conversations ORDER BY snoozed_until").await;
    assert_eq!((&conversations[0]["status"], &conversations[1]["status"]), (&json!("snoozed"), &json!("open")));
    let job = world.row("SELECT kind, args, run_at FROM queue.jobs").await;
    assert_eq!(job["kind"], "wake-conversation");
    assert_eq!(job["args"]["conversation_id"], conversations[0]["id"]);
    assert_eq!(time(&job["run_at"]), at("2026-12-24T18:00:00Z"));
}

#[tokio::test]
async fn of_several_conversations_with_a_contact_the_first_stays_as_it_is() {
    let world = World::new().await;
    let conversation = |id: &str, status: &str| {
        json!({ "type": "conversation", "id": id, "contact": "1", "connection": "Our number", "status": status,
                "created_at": "2024-05-01T10:00:00Z", "resolved_at": "2024-05-03T10:00:00Z" })
    };
    let mut records = vec![json!({ "type": "contact", "id": "1" })];
    records.extend([conversation("1", "closed"), conversation("2", "resolved"), conversation("3", "open")]);
    let report = world.import(&records).await;
    assert_eq!(report.count(Kind::Conversation, Outcome::Created), 3);
    let found: Vec<_> = report.noted.iter().map(|finding| (finding.line, finding.code)).collect();
    assert_eq!(found, [(4, Code::ClosedBesideAnother)]);
    let statuses = world
        .rows(
            "SELECT metadata #>> '{import,id}' AS id, status, resolved_at IS NOT NULL AS resolved FROM conversations
              ORDER BY 1",
        )
        .await;
    assert_eq!(
        statuses,
        [
            json!({ "id": "1", "status": "closed", "resolved": true }),
            json!({ "id": "2", "status": "resolved", "resolved": true }),
            json!({ "id": "3", "status": "closed", "resolved": true }),
        ]
    );
}

#[tokio::test]
async fn a_message_that_came_over_the_channel_before_is_the_same() {
    let world = World::new().await;
    let records = story();
    world.import(&records[..3]).await;
    let conversation = world.row("SELECT id, contact_id FROM conversations").await;
    world
        .execute(&format!(
            "INSERT INTO messages (tenant_id, id, conversation_id, connection_id, direction, sender_kind, content_type,
                                   content, preview, external_id, status, occurred_at, created_at)
             VALUES (current_tenant(), gen_random_uuid(), {}, '{}', 'inbound', 'contact', 'text', '{{}}', 'live',
                     'wamid.1', 'received', now(), now())",
            conversation["id"].to_string().replace('"', "'"),
            world.connection
        ))
        .await;
    let report = world.import(&records).await;
    assert_eq!(report.count(Kind::Message, Outcome::Joined), 1);
    assert_eq!(world.row("SELECT preview FROM messages WHERE external_id = 'wamid.1'").await["preview"], "live");
    assert_eq!(world.row("SELECT message_count FROM conversations").await["message_count"], 3, "it was counted before");
    assert_eq!(world.import(&records).await.count(Kind::Message, Outcome::Unchanged), 3);
}

#[tokio::test]
async fn tenants_see_nothing_of_each_other() {
    let world = World::new().await;
    world.import(&story()).await;
    let other = world.beside().await;
    let report = other.import(&story()[3..4]).await;
    assert_eq!(report.refused[0].code, Code::UnknownConversation, "the ids of one tenant mean nothing to another");
    for table in ["contacts", "conversations", "messages", "import_items"] {
        assert_eq!(other.count(table).await, 0, "{table}");
    }
    let mut theirs = story();
    theirs[2]["assignee"] = json!("ada@chairs.example");
    assert_eq!(other.import(&theirs).await.refused, []);
    assert_eq!((other.count("messages").await, world.count("messages").await), (4, 4));
    assert_eq!(other.count("imports").await, 2);
    assert_eq!(world.count("imports").await, 1);
}

fn time(value: &Value) -> chrono::DateTime<chrono::Utc> {
    at(value.as_str().unwrap_or_else(|| panic!("no time: {value}")))
}
