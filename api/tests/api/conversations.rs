//! Conversations: what agents see and do.

use crate::app::{App, Person};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Clock, ConnectionId, DeliveryId, MessageId,
    message::{DeliveryStatus, Direction, SenderKind},
    role::Role,
};
use futures::future::join_all;
use serde_json::{Value, json};
use store::{
    contacts::{self, Address, Person as Writer},
    conversations::{self, NewConversation},
    messages::{self, NewMessage},
};

/// Stores a message of a contact, as a worker would. Answers the conversation's id.
pub async fn write(app: &App, admin: &Person, connection: &Value, phone: &str, name: &str, text: &str) -> String {
    let at = app.clock.now();
    write_at(app, admin, connection, phone, name, text, at).await
}

async fn write_at(
    app: &App,
    admin: &Person,
    connection: &Value,
    phone: &str,
    name: &str,
    text: &str,
    at: DateTime<Utc>,
) -> String {
    let connection_id: ConnectionId = connection["id"].as_str().unwrap().parse().unwrap();
    let tenant = admin.tenant;
    let mut tx = app.database.begin(tenant).await.unwrap();
    let writer = Writer {
        addresses: vec![Address { kind: "phone".to_owned(), value: phone.to_owned(), verified: true }],
        name: Some(name.to_owned()),
        phone: Some(phone.to_owned()),
        ..Writer::default()
    };
    let contact = contacts::resolve(&mut tx, tenant, "whatsapp", &writer, at).await.unwrap();
    let identity_id = Some(contact.identity_id);
    let new = NewConversation { contact_id: contact.id, identity_id, connection_id, channel: "whatsapp", thread: None };
    let (mut conversation, _) = conversations::lock_current(&mut tx, tenant, &new, at).await.unwrap();
    let id = MessageId::new();
    let content = json!({ "type": "text", "text": text });
    let message = NewMessage {
        id,
        conversation_id: conversation.id,
        connection_id: Some(connection_id),
        direction: Direction::Inbound,
        sender_kind: SenderKind::Contact,
        sender_id: None,
        content_type: "text",
        content: &content,
        preview: text,
        external_id: Some(&format!("wamid.{id}")),
        reply_to: None,
        origin_key: None,
        status: DeliveryStatus::Received,
        occurred_at: at,
        delivery_id: Some(DeliveryId::new()),
        position: 0,
        metadata: &json!({}),
    };
    messages::insert(&mut tx, tenant, &message, at).await.unwrap();
    conversation.note_message(Direction::Inbound, at, text, at);
    conversations::save(&mut tx, tenant, &conversation).await.unwrap();
    tx.commit().await.unwrap();
    conversation.id.to_string()
}

pub fn text(text: &str) -> Value {
    json!({ "content": { "type": "text", "text": text } })
}

async fn ids(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&format!("/api/v1/conversations{query}")).await.ok();
    let items = page["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_reply_is_a_message_an_event_and_a_job() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Hello").await;
    let path = format!("/api/v1/conversations/{id}");
    let inbound = admin.get(&path).await.ok()["messages"]["items"][0].clone();
    let reply = json!({ "content": { "type": "text", "text": "Hi Zoë" }, "reply_to": inbound["id"] });
    let sent = admin.post_once(&format!("{path}/messages"), "k", &reply).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let again = admin.post_once(&format!("{path}/messages"), "k", &reply).await;
    assert_eq!(again.body["id"], sent.body["id"]);
    assert_eq!(sent.body["content"], json!({ "type": "text", "text": "Hi Zoë" }));
    assert_eq!((&sent.body["status"], &sent.body["reply_to"]), (&json!("queued"), &inbound["id"]));
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-message'").await, 1);
    assert_eq!(app.count("events WHERE kind = 'message.created'").await, 1);

    let detail = admin.get(&path).await.ok();
    assert_eq!(detail["contact"]["name"], "Zoë");
    let identity = &detail["contact"]["identities"][0];
    assert_eq!((&identity["channel"], &identity["kind"]), (&json!("whatsapp"), &json!("phone")));
    assert_eq!((&identity["value"], identity["verified_at"].is_string()), (&json!("+491511"), true));
    let texts: Vec<_> =
        detail["messages"]["items"].as_array().unwrap().iter().map(|m| m["content"]["text"].clone()).collect();
    assert_eq!(texts, ["Hello", "Hi Zoë"]);
    assert_eq!(detail["conversation"]["status"], "open", "a reply opens a new conversation");
    assert_eq!(detail["escalations"], json!([]));
}

#[tokio::test]
async fn after_24_hours_only_templates_leave() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let long_ago = app.clock.now() - TimeDelta::hours(24);
    let id = write_at(&app, &admin, &connection, "+491511", "Zoë", "Hello", long_ago).await;
    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    let template = |name: &str, status: &str| store::templates::Template {
        name: name.to_owned(),
        language: "en".to_owned(),
        status: status.to_owned(),
        category: None,
        body: Some("Hello {{1}}".to_owned()),
        components: json!([]),
    };
    let all = [template("welcome_back", "APPROVED"), template("draft", "PENDING")];
    let connection_id = connection["id"].as_str().unwrap().parse().unwrap();
    store::templates::replace(&mut tx, connection_id, &all, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();

    let path = format!("/api/v1/conversations/{id}/messages");
    let refused = admin.post(&path, &text("Are you there?")).await;
    assert_eq!(refused.problem(409), "window_closed");
    let offered = refused.body["templates"].as_array().unwrap();
    assert_eq!(offered.iter().map(|t| t["name"].as_str().unwrap()).collect::<Vec<_>>(), ["welcome_back"]);
    assert!(refused.body["closed_at"].is_string());
    assert_eq!(app.count("messages WHERE direction = 'outbound'").await, 0);
    let template =
        json!({ "content": { "type": "template", "name": "welcome_back", "language": "en", "components": [] } });
    assert_eq!(admin.post(&path, &template).await.status, 201);

    let id = write_at(&app, &admin, &connection, "+491512", "Max", "Hi", long_ago + TimeDelta::minutes(1)).await;
    assert_eq!(admin.post(&format!("/api/v1/conversations/{id}/messages"), &text("In time")).await.status, 201);
}

#[tokio::test]
async fn agents_see_their_own_and_nobodys() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let lead = app.colleague(&admin, "lead", Role::TeamLead).await;
    let hers = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let free = write(&app, &admin, &connection, "+491512", "Two", "Hello").await;
    let assign = format!("/api/v1/conversations/{hers}/assignee");
    assert_eq!(ann.put(&assign, &json!({ "user_id": ann.id })).await.ok()["queue_state"], "assigned");
    assert_eq!(ids(&bob, "").await, [free.as_str()]);
    assert_eq!(ids(&ann, "").await.len(), 2);
    assert_eq!(ids(&lead, "").await.len(), 2);
    assert_eq!(ids(&ann, "?assigned_to=me").await, [hers.as_str()]);
    assert_eq!(ids(&lead, "?assigned_to=nobody").await, [free.as_str()]);
    let hidden = format!("/api/v1/conversations/{hers}");
    assert_eq!(bob.get(&hidden).await.problem(404), "not_found");
    assert_eq!(bob.get(&format!("{hidden}/messages")).await.problem(404), "not_found");
    assert_eq!(bob.post(&format!("{hidden}/messages"), &text("Hi")).await.problem(404), "not_found");
    assert_eq!(bob.put(&assign, &json!({ "user_id": bob.id })).await.problem(404), "not_found");
    let contact = ann.get(&hidden).await.ok()["contact"]["id"].as_str().unwrap().to_owned();
    assert_eq!(bob.get(&format!("/api/v1/contacts/{contact}")).await.problem(404), "not_found");
    assert_eq!(bob.get("/api/v1/contacts").await.ok()["items"].as_array().unwrap().len(), 1);
    let nobody = json!({ "user_id": uuid::Uuid::nil() });
    assert_eq!(admin.put(&assign, &nobody).await.problem(422), "invalid");
}

#[tokio::test]
async fn of_twenty_who_take_it_one_gets_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let mut agents = Vec::new();
    for n in 0..8 {
        agents.push(app.colleague(&admin, &format!("agent{n}"), Role::Agent).await);
    }
    let path = format!("/api/v1/conversations/{id}/assignee");
    let take = |agent: Person| {
        let path = path.clone();
        async move { agent.put(&path, &json!({ "user_id": agent.id })).await }
    };
    let answers = join_all(agents.into_iter().map(take)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().filter(|a| a.status != 200).all(|a| a.status == 409 || a.status == 404));
    assert_eq!(app.count("events WHERE kind = 'conversation.assigned'").await, 1);
}

#[tokio::test]
async fn lists_are_narrowed_and_turned_page_by_page() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let mut all = Vec::new();
    for n in 0..7 {
        app.clock.advance(TimeDelta::seconds(1));
        let name = if n == 3 { "Jörg MÜLLER" } else { "Other" };
        all.push(write(&app, &admin, &connection, &format!("+4915{n}"), name, &format!("Message {n} of 100%")).await);
    }
    all.reverse();
    assert_eq!(ids(&admin, "").await, all, "the latest change first");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/v1/conversations?limit=3&total=true{cursor}")).await.ok();
        assert_eq!(page["total"], 7);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        assert_eq!(page["has_more"], page.get("next_cursor").is_some());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    assert_eq!(ids(&admin, "?search=m%C3%BCl").await, [all[3].as_str()]);
    assert_eq!(ids(&admin, "?search=MESSAGE%205").await, [all[1].as_str()]);
    assert_eq!(ids(&admin, "?search=muller%20100").await, [all[3].as_str()], "all words, whatever the accents");
    assert_eq!(ids(&admin, "?search=100%25").await.len(), 7, "what people type is no pattern");
    assert!(ids(&admin, "?search=1_0").await.is_empty());

    let one = &all[0];
    admin.request(reqwest::Method::PUT, &format!("/api/v1/conversations/{one}/tags/vip")).send().await.unwrap();
    admin.put(&format!("/api/v1/conversations/{one}/status"), &json!({ "status": "resolved" })).await.ok();
    admin.post(&format!("/api/v1/conversations/{one}/read"), &json!({})).await;
    for query in ["?tag=vip", "?status=resolved", "?queue_state=closed", "?unread=false", "?status=closed,resolved"] {
        assert_eq!(ids(&admin, query).await, [one.as_str()], "{query}");
    }
    assert_eq!(ids(&admin, "?queue_state=new").await.len(), 6);
    assert!(ids(&admin, "?channel=email").await.is_empty());
    assert_eq!(app.count("queue.jobs WHERE kind = 'mark-read'").await, 1);
    assert_eq!(admin.get("/api/v1/conversations?status=nonsense").await.problem(400), "bad_request");
}

#[tokio::test]
async fn messages_are_paged_backwards_without_gaps() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let mut id = String::new();
    // Several of the same second: their order is that of their deliveries.
    for n in 0..10 {
        if n % 3 == 0 {
            app.clock.advance(TimeDelta::seconds(1));
        }
        id = write(&app, &admin, &connection, "+491511", "One", &n.to_string()).await;
    }
    admin.post(&format!("/api/v1/conversations/{id}/messages"), &text("10")).await.ok();
    let mut texts = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/v1/conversations/{id}/messages?limit=4{cursor}")).await.ok();
        let items = page["items"].as_array().unwrap();
        let part: Vec<_> = items.iter().map(|item| item["content"]["text"].as_str().unwrap().to_owned()).collect();
        texts.splice(0..0, part);
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(texts, (0..=10).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn status_follows_its_table_and_tags_are_there_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let path = format!("/api/v1/conversations/{id}");
    let set = |status: &str| {
        let (admin, path, body) = (admin.clone(), format!("{path}/status"), json!({ "status": status }));
        async move { admin.put(&path, &body).await }
    };
    assert_eq!(set("closed").await.ok()["status"], "closed");
    let refused = set("pending").await;
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.body["errors"][0]["pointer"], "/status");
    assert_eq!(set("open").await.ok()["status"], "open");
    assert_eq!(set("new").await.problem(422), "invalid");
    assert_eq!(set("nonsense").await.problem(422), "invalid");
    for _ in 0..2 {
        let tag = admin.request(reqwest::Method::PUT, &format!("{path}/tags/gro%C3%9F")).send().await.unwrap();
        assert_eq!(crate::app::Answer::of(tag).await.ok()["tags"], json!(["groß"]));
    }
    assert_eq!(admin.delete(&format!("{path}/tags/gro%C3%9F")).await.ok()["tags"], json!([]));
    assert_eq!(app.count("events WHERE kind = 'conversation.tag_added'").await, 1);
}

#[tokio::test]
async fn only_what_failed_or_is_doubtful_is_sent_again() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let sent = admin.post(&path, &text("Hi")).await.ok();
    let retry = format!("{path}/{}/retry", sent["id"].as_str().unwrap());
    assert_eq!(admin.post(&retry, &json!({})).await.problem(409), "not_retryable");
    for status in ["failed", "unconfirmed"] {
        sqlx::query("UPDATE messages SET status = $1 WHERE direction = 'outbound'")
            .bind(status)
            .execute(&app.db.owner)
            .await
            .unwrap();
        assert_eq!(admin.post(&retry, &json!({})).await.ok()["status"], "queued");
    }
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-message'").await, 3);
    let disable = format!("/api/v1/connections/{}/status", connection["id"].as_str().unwrap());
    admin.put(&disable, &json!({ "status": "disabled" })).await.ok();
    assert_eq!(admin.post(&path, &text("Hi")).await.problem(409), "connection_unusable");
}

#[tokio::test]
async fn reactions_go_to_messages_of_the_contact() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let path = format!("/api/v1/conversations/{id}/messages");
    let inbound = admin.get(&path).await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let react = json!({ "emoji": "👍" });
    assert_eq!(admin.put(&format!("{path}/{inbound}/reaction"), &react).await.status, 202);
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-reaction'").await, 1);
    let own = admin.post(&path, &text("Hi")).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.put(&format!("{path}/{own}/reaction"), &react).await.problem(404), "not_found");
    let as_message = json!({ "content": { "type": "reaction", "target": "x" } });
    assert_eq!(admin.post(&path, &as_message).await.problem(422), "invalid");
}

#[tokio::test]
async fn a_renamed_contact_is_found_under_the_new_name() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "Old Name", "Hello there").await;
    let contact = admin.get(&format!("/api/v1/conversations/{id}")).await.ok()["contact"]["id"].clone();
    let path = format!("/api/v1/contacts/{}", contact.as_str().unwrap());
    let etag = admin.get(&path).await.etag();
    let change = json!({ "name": "Ñandú", "custom_attributes": { "plan": "gold", "none": null } });
    let changed = admin.patch(&path, &etag, &change).await;
    assert_eq!(changed.body["custom_attributes"], json!({ "plan": "gold" }));
    assert_eq!(admin.patch(&path, &etag, &change).await.problem(412), "precondition_failed");
    assert_eq!(ids(&admin, "?search=%C3%91AND").await, [id.as_str()]);
    assert_eq!(ids(&admin, "?search=hello").await, [id.as_str()]);
    assert!(ids(&admin, "?search=old%20name").await.is_empty());
    for search in ["%C3%91and", "4915", "%2B491511"] {
        let found = admin.get(&format!("/api/v1/contacts?search={search}")).await.ok();
        assert_eq!(found["items"][0]["id"], contact, "{search}");
    }
    assert_eq!(app.count("events WHERE kind = 'contact.updated'").await, 1);
}

#[tokio::test]
async fn what_was_read_up_to_the_last_word_is_read_by_the_house() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Hello").await;
    write(&app, &admin, &connection, "+491511", "Zoë", "Are you there?").await;
    let conversation = format!("/api/v1/conversations/{id}");
    let said = admin.get(&format!("{conversation}/messages")).await.ok()["items"].clone();
    let unread = async || admin.get(&conversation).await.ok()["conversation"]["unread_count"].clone();
    let read = async |message: &Value| {
        let path = format!("{conversation}/read?up_to={}", message["id"].as_str().unwrap());
        assert_eq!(admin.post(&path, &json!({})).await.status, 204);
    };
    read(&said[0]).await;
    assert_eq!(unread().await, json!(2), "the customer has said something since");
    read(&said[1]).await;
    assert_eq!(unread().await, json!(0));
}
