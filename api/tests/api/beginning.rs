//! Conversations that people begin with customers.

use crate::{
    app::{App, Person},
    conversations::write,
};
use chrono::TimeDelta;
use domain::{Clock, role::Role};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/conversations";

/// What is posted to begin.
fn begin(contact: &Value, connection: &Value, content: &Value) -> Value {
    json!({ "type": "support", "contact_id": contact, "connection_id": connection["id"], "content": content })
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn template() -> Value {
    json!({ "type": "template", "name": "welcome_back", "language": "en", "components": [] })
}

/// Somebody whose last conversation is closed. Answers the contact.
async fn former_customer(app: &App, admin: &Person, connection: &Value, phone: &str) -> Value {
    let id = write(app, admin, connection, phone, "Zoë", "Hello").await;
    admin.put(&format!("{PATH}/{id}/status"), &json!({ "status": "closed" })).await.ok();
    admin.get(&format!("{PATH}/{id}")).await.ok()["contact"]["id"].clone()
}

#[tokio::test]
async fn whoever_begins_it_has_it_and_its_first_message_is_sent() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let contact = former_customer(&app, &admin, &connection, "+491511").await;
    let body = begin(&contact, &connection, &text("Your lamp is here"));
    let begun = ann.post_once(PATH, "k", &body).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    assert_eq!(ann.post_once(PATH, "k", &body).await.body["id"], begun.body["id"]);
    let conversation = &begun.body;
    assert_eq!((&conversation["type"], &conversation["status"]), (&json!("support"), &json!("open")));
    assert_eq!((&conversation["assignee_id"], &conversation["created_by"]), (&json!(ann.id), &json!(ann.id)));
    assert_eq!((&conversation["queued_at"], &conversation["message_count"]), (&Value::Null, &json!(1)));
    assert_eq!(conversation["last_message"]["preview"], "Your lamp is here");
    assert_eq!(conversation["first_response_at"], Value::Null, "nobody has asked yet");
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-message'").await, 1);
    let created = "events WHERE kind = 'conversation.created' AND data->>'contact_is_new' = 'false'";
    assert_eq!(app.count(created).await, 1, "no rule greets them");

    // Another one would be a second beside it.
    let again = ann.post(PATH, &body).await;
    assert_eq!(again.problem(409), "conversation_exists");
    assert_eq!(again.body["conversation_id"], conversation["id"]);
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let hidden = bob.post(PATH, &body).await;
    assert_eq!(hidden.problem(409), "conversation_exists");
    assert_eq!(hidden.body["conversation_id"], Value::Null, "it is Ann's");

    // The contact answers: what is written then is a response.
    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Great").await;
    assert_eq!(conversation["id"], json!(id));
    ann.post(&format!("{PATH}/{id}/messages"), &json!({ "content": text("See you") })).await.ok();
    let detail = ann.get(&format!("{PATH}/{id}")).await.ok();
    assert!(detail["conversation"]["first_response_at"].is_string());
}

#[tokio::test]
async fn outside_the_service_window_it_begins_with_a_template() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let contact = former_customer(&app, &admin, &connection, "+491511").await;
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let approved = store::templates::Template {
        name: "welcome_back".to_owned(),
        language: "en".to_owned(),
        status: "APPROVED".to_owned(),
        category: None,
        body: None,
        components: json!([]),
    };
    let id = connection["id"].as_str().unwrap().parse().unwrap();
    store::templates::replace(&mut tx, id, &[approved], app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.clock.advance(TimeDelta::hours(24));
    let admin = app.log_in_again(&admin).await;
    let refused = admin.post(PATH, &begin(&contact, &connection, &text("Hello?"))).await;
    assert_eq!(refused.problem(409), "window_closed");
    assert_eq!(refused.body["templates"][0]["name"], "welcome_back");
    assert!(refused.body["closed_at"].is_string(), "it was open in the conversation that is closed");
    assert_eq!(app.count("conversations").await, 1, "what could not be said began nothing");
    let begun = admin.post(PATH, &begin(&contact, &connection, &template())).await;
    assert_eq!(begun.status, 201, "{begun:?}");
}

#[tokio::test]
async fn who_cannot_be_written_to_is_not() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let contact = former_customer(&app, &admin, &connection, "+491511").await;
    let refused = async |contact: &Value, connection: &Value, content: &Value| {
        let answer = admin.post(PATH, &begin(contact, connection, content)).await;
        assert_eq!(answer.problem(422), "invalid");
        answer.body["errors"][0]["code"].clone()
    };
    let entered = admin.post("/api/v1/contacts", &json!({ "name": "Ada", "email": "ada@example.com" })).await.ok();
    assert_eq!(refused(&entered["id"], &connection, &template()).await, "no_address");
    let nobody = json!(uuid::Uuid::nil());
    assert_eq!(refused(&nobody, &connection, &template()).await, "unknown_contact");
    assert_eq!(refused(&contact, &json!({ "id": nobody }), &template()).await, "unknown_connection");
    assert_eq!(refused(&contact, &connection, &text(" ")).await, "too_short");
    assert_eq!(refused(&contact, &connection, &json!({ "type": "read", "target": "x" })).await, "unknown_value");
    let block = format!("/api/v1/contacts/{}/block", contact.as_str().unwrap());
    admin.put(&block, &json!({})).await.ok();
    assert_eq!(refused(&contact, &connection, &template()).await, "blocked");
    admin.delete(&block).await.ok();
    sqlx::query("UPDATE contacts SET opted_out_at = now() WHERE id = $1::uuid")
        .bind(contact.as_str().unwrap())
        .execute(&app.db.owner)
        .await
        .unwrap();
    assert_eq!(refused(&contact, &connection, &template()).await, "opted_out");
    let path = format!("/api/v1/connections/{}/status", connection["id"].as_str().unwrap());
    sqlx::query("UPDATE contacts SET opted_out_at = NULL").execute(&app.db.owner).await.unwrap();
    admin.put(&path, &json!({ "status": "disabled" })).await.ok();
    let disabled = admin.post(PATH, &begin(&contact, &connection, &template())).await;
    assert_eq!(disabled.problem(409), "connection_unusable");
    assert_eq!(app.count("conversations").await, 1);
}

#[tokio::test]
async fn agents_see_over_what_they_can_write_and_find_what_came_over_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let one = admin.connect("1001").await.0;
    let two = admin.connect("1002").await.0;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let channels = ann.get("/api/v1/channels").await.ok()["items"].clone();
    assert_eq!(channels[0]["connection_id"], one["id"]);
    assert_eq!(channels[1]["name"], two["name"]);
    for (field, value) in [
        ("plugin_name", json!("WhatsApp")),
        ("status", json!("active")),
        ("sends", json!(true)),
        ("reaches", json!(["phone"])),
        ("service_window_hours", json!(24)),
        ("rich", json!(["quick_replies"])),
    ] {
        assert_eq!(channels[0][field], value, "{field}");
    }
    assert!(channels[0].get("settings").is_none());
    let first = write(&app, &admin, &one, "+491511", "Zoë", "Hello").await;
    write(&app, &admin, &two, "+491512", "Max", "Hello").await;
    let over = format!("{PATH}?connection_id={}", one["id"].as_str().unwrap());
    let found = ann.get(&over).await.ok()["items"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(first)));
}

#[tokio::test]
async fn who_was_entered_by_hand_is_written_to_at_their_number_and_answers() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let entered = admin.post("/api/v1/contacts", &json!({ "name": "Ada", "phone": "+49 151 5550123" })).await.ok();
    let begun = admin.post(PATH, &begin(&entered["id"], &connection, &template())).await.ok();
    assert_eq!(begun["contact"]["id"], entered["id"]);
    let proven = "SELECT kind, value, verified_at IS NOT NULL FROM identities";
    let proven = async || sqlx::query_as::<_, (String, String, bool)>(proven).fetch_one(&app.db.owner).await.unwrap();
    assert_eq!(proven().await, ("phone".to_owned(), "+491515550123".to_owned(), false));

    // Who answers from there has proven it, and is the same contact in the same conversation.
    let id = write(&app, &admin, &connection, "+491515550123", "Ada L.", "Who is this?").await;
    assert_eq!(begun["id"], json!(id));
    assert!(proven().await.2);
    assert_eq!(app.count("contacts").await, 1);

    // A number that the channel knows as somebody else's is not theirs for having been typed.
    let other = admin.post("/api/v1/contacts", &json!({ "name": "Eve" })).await.ok();
    sqlx::query("UPDATE contacts SET phone = '+491515550123' WHERE id = $1::uuid")
        .bind(other["id"].as_str().unwrap())
        .execute(&app.db.owner)
        .await
        .unwrap();
    let refused = admin.post(PATH, &begin(&other["id"], &connection, &template())).await;
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.body["errors"][0]["code"], "address_taken");
}

#[tokio::test]
async fn of_several_who_begin_at_once_one_does() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let contact = former_customer(&app, &admin, &connection, "+491511").await;
    let body = begin(&contact, &connection, &text("Hello"));
    let answers = futures::future::join_all((0..6).map(|_| admin.post(PATH, &body))).await;
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(begun, 1, "{answers:?}");
    assert!(answers.iter().filter(|a| a.status != 201).all(|a| a.problem(409) == "conversation_exists"));
    assert_eq!(app.count("messages WHERE direction = 'outbound'").await, 1);
}
