//! What plugins bring to contacts, conversations and connections, as the API shows it.

use crate::{app::App, conversations::write};
use domain::{Clock, ConnectionId, ContactId, EventId, event::Actor, event::EventKind, role::Role};
use inbox::{Cause, Inbox};
use queue::Queue;
use serde_json::{Value, json};
use std::sync::Arc;
use store::{
    action_runs::{self, Outcome},
    connections::webhooks,
    contacts::facts::{self, Fact},
};
use uuid::Uuid;

/// Lets the installed plugin know something about customers, which the real one does not.
async fn make_enricher(app: &App) {
    let update = "UPDATE plugin_versions
        SET manifest = jsonb_set(manifest, '{interfaces}', (manifest->'interfaces') || '[\"enrich\"]'::jsonb)";
    sqlx::query(update).execute(&app.db.owner).await.unwrap();
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(of: &Value) -> T {
    of["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn facts_are_read_at_once_and_asked_for_when_they_are_old() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    write(&app, &admin, &connection, "+4915155512345", "Ada", "Hello").await;
    make_enricher(&app).await;
    let contact = admin.get("/api/v1/contacts").await.ok()["items"][0].clone();
    let path = format!("/api/v1/contacts/{}/facts", contact["id"].as_str().unwrap());

    let read = admin.get(&path).await.ok();
    assert_eq!(read["facts"], json!([]));
    assert_eq!(read["sources"][0]["refreshing"], true, "{read}");
    admin.get(&path).await.ok();
    assert_eq!(app.count("queue.jobs WHERE kind = 'refresh-facts'").await, 1, "asked once");

    // A worker brings the answer.
    let (contact_id, connection_id): (ContactId, ConnectionId) = (id(&contact), id(&connection));
    let now = app.clock.now();
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    facts::begin(&mut tx, admin.tenant, contact_id, connection_id).await.unwrap();
    let fact = Fact {
        connection_id,
        name: "shop.customer".to_owned(),
        title: "Customer".to_owned(),
        text: "3 orders".to_owned(),
        url: None,
        as_of: now,
        data: json!({ "orders": 3 }),
    };
    facts::replace(&mut tx, admin.tenant, contact_id, connection_id, &[fact], now, now).await.unwrap();
    tx.commit().await.unwrap();
    let read = admin.get(&path).await.ok();
    assert_eq!(read["facts"][0]["data"], json!({ "orders": 3 }));
    assert_eq!(read["sources"][0]["refreshing"], false);
    let aged = "UPDATE contact_enrichments SET tried_at = tried_at - interval '16 minutes'";
    sqlx::query(aged).execute(&app.db.owner).await.unwrap();
    assert_eq!(admin.get(&path).await.ok()["sources"][0]["refreshing"], true, "old by now");

    // Nobody answers here, so that who waits is told so.
    let answer = admin.post(&format!("{path}/refresh?wait=0"), &json!({})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let stranger = app.tenant("other").await;
    assert_eq!(stranger.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn the_events_of_a_conversation_are_read_page_by_page() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let conversation = write(&app, &admin, &connection, "+4915155512345", "Ada", "Hello").await;
    let clock = Arc::new(app.clock.clone());
    let inbox = Inbox::new(app.database.clone(), Queue::new(app.db.app.clone(), Arc::clone(&clock) as _), clock);
    let mut tx = inbox.begin(admin.tenant, Cause::of(Actor::Channel, None)).await.unwrap();
    for n in 0..3 {
        let data = json!({ "name": format!("shop.order_{n}"), "data": {} });
        tx.emit_as(EventId::new(), conversation.parse().unwrap(), EventKind::PluginEvent, data).await.unwrap();
    }
    tx.commit().await.unwrap();
    let path = format!("/api/v1/conversations/{conversation}/events");
    let latest = admin.get(&format!("{path}?limit=2")).await.ok();
    let names = |page: &Value| {
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["data"]["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&latest), ["shop.order_1", "shop.order_2"]);
    let cursor = latest["next_cursor"].as_str().unwrap();
    let earlier = admin.get(&format!("{path}?limit=1&cursor={cursor}")).await.ok();
    assert_eq!(names(&earlier), ["shop.order_0"]);
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    assert_eq!(agent.get(&path).await.status, 200, "nobody has it, so everybody sees it");
}

#[tokio::test]
async fn a_connection_with_webhooks_at_its_provider_is_gone_for_people_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, key) = admin.connect("1001").await;
    let connection_id: ConnectionId = id(&connection);
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let row = Uuid::now_v7();
    let now = app.clock.now();
    assert!(webhooks::begin(&mut tx, connection_id, row, "https://us.example/hooks/x", &json!({}), now).await.unwrap());
    webhooks::tried(&mut tx, connection_id, Some("https://us.example/hooks/x"), now).await.unwrap();
    webhooks::failed(&mut tx, connection_id, "webhooks_not_registered", "it lacks a scope", now).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/api/v1/connections/{connection_id}");
    let health = admin.get(&format!("{path}/health")).await.ok();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["reasons"][0]["code"], "webhooks_not_registered");
    assert_eq!(health["reasons"][0]["message"], "it lacks a scope");

    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.problem(404), "not_found");
    assert_eq!(admin.delete(&path).await.problem(404), "not_found");
    assert_eq!(admin.get("/api/v1/connections").await.ok()["items"], json!([]));
    assert_eq!(app.count("queue.jobs WHERE kind = 'remove-connection'").await, 1);
    assert_eq!(app.count("connections").await, 1, "its secrets are needed to take the webhooks back");
    assert_eq!(app.count("connection_secrets").await, 1);
    // Its account is free, and what still comes for it reaches nobody.
    assert_eq!(app.hook(&key, &crate::app::webhook("a", &["1001"])).await.status, 200);
    assert_eq!(app.count("deliveries").await, 0);
    let mut again = crate::app::connection("1001");
    again.as_object_mut().unwrap().remove("endpoint_settings");
    again["endpoint_id"] = connection["endpoint_id"].clone();
    admin.post("/api/v1/connections", &again).await.ok();
}

/// Lets the installed plugin have an action and its draft, which the real one has not.
async fn make_actor(app: &App) {
    let actions = json!([
        { "name": "draft_gift", "description": "d", "output": { "type": "object" },
          "input": { "type": "object", "properties": { "to": { "type": "string", "minLength": 2 } }, "required": ["to"] } },
        { "name": "commit_gift", "description": "c", "output": { "type": "object" }, "commits": "draft_gift",
          "input": { "type": "object", "properties": { "token": { "type": "string" } } } },
    ]);
    for table in ["plugins", "plugin_versions"] {
        let update = format!(
            "UPDATE {table} SET manifest = manifest || jsonb_build_object('actions', $1::jsonb,
                'interfaces', (manifest->'interfaces') || '[\"actions\"]'::jsonb)"
        );
        sqlx::query(sqlx::AssertSqlSafe(update)).bind(&actions).execute(&app.db.owner).await.unwrap();
    }
}

#[tokio::test]
async fn people_ask_for_actions_and_carry_out_only_what_they_have_seen() {
    let app = App::start().await;
    make_actor(&app).await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/connections/{}/actions", connection["id"].as_str().unwrap());

    let refused = agent.post(&format!("{path}/draft_gift"), &json!({ "input": { "to": "x" } })).await;
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.body["errors"][0]["pointer"], "/input/to");
    assert_eq!(agent.post(&format!("{path}/invent"), &json!({})).await.problem(404), "not_found");
    let without = agent.post(&format!("{path}/commit_gift"), &json!({ "input": { "token": "t" } })).await;
    assert_eq!(without.problem(409), "draft_required");
    assert_eq!(app.count("action_runs").await, 0);

    // Nobody works here, so that the answer is where to look.
    let body = json!({ "input": { "to": "Ada" } });
    let asked = agent.post_once(&format!("{path}/draft_gift?wait=0"), "once", &body).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let again = agent.post_once(&format!("{path}/draft_gift?wait=0"), "once", &body).await;
    assert_eq!(again.body["id"], asked.body["id"]);
    assert_eq!(app.count("queue.jobs WHERE kind = 'run-action-now'").await, 1);
    let other =
        agent.post_once(&format!("{path}/draft_gift?wait=0"), "once", &json!({ "input": { "to": "Ben" } })).await;
    assert_eq!(other.problem(422), "idempotency_key_reused");

    // A worker brings the draft.
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let done = Outcome::Done { output: json!({ "token": "t-1", "summary": "A gift for Ada" }) };
    let run = asked.body["id"].as_str().unwrap().parse().unwrap();
    assert!(action_runs::complete(&mut tx, run, &done, Some("t-1"), app.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    let location = asked.headers["location"].to_str().unwrap().to_owned();
    let read = agent.get(&location).await.ok();
    assert_eq!((&read["outcome"], &read["output"]["token"]), (&json!("done"), &json!("t-1")));
    let stranger = app.colleague(&admin, "stranger", Role::Agent).await;
    assert_eq!(stranger.get(&location).await.problem(404), "not_found");
    let committed = agent.post(&format!("{path}/commit_gift?wait=0"), &json!({ "input": { "token": "t-1" } })).await;
    assert_eq!(committed.status, 202, "{committed:?}");
}
