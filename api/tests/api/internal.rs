//! Channels, direct messages, tickets; notes, threads, mentions; who has read what.

use crate::{
    app::{App, Person},
    conversations::write,
    teamwork::team,
};
use domain::{role::Role, team::Assignment};
use futures::future::join_all;
use serde_json::{Value, json};

async fn say(person: &Person, conversation: &str, text: &str) -> Value {
    person.post(&format!("/api/v1/conversations/{conversation}/notes"), &json!({ "text": text })).await.ok()
}

async fn unread(person: &Person, conversation: &str) -> i64 {
    let detail = person.get(&format!("/api/v1/conversations/{conversation}")).await.ok();
    detail["conversation"]["unread_count"].as_i64().unwrap()
}

#[tokio::test]
async fn a_private_channel_is_for_its_members_alone() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let new = json!({ "type": "team_channel", "title": "Dev & Ops", "is_private": true, "members": [ann.id] });
    let channel = admin.post("/api/v1/conversations", &new).await.ok();
    let id = channel["id"].as_str().unwrap();
    assert_eq!((channel["slug"].clone(), channel["status"].clone()), (json!("dev-ops"), json!("active")));
    assert_eq!(channel["participant_count"], 2);
    let path = format!("/api/v1/conversations/{id}");
    assert_eq!(bob.get(&path).await.problem(404), "not_found");
    assert_eq!(ann.get(&path).await.ok()["contact"], Value::Null);
    assert_eq!(admin.post("/api/v1/conversations", &new).await.problem(409), "slug_taken");
    // Only those who own or administer it say who takes part.
    let part = format!("{path}/participants/{}", bob.id);
    assert_eq!(ann.put(&part, &json!({ "role": "member" })).await.problem(403), "forbidden");
    assert_eq!(admin.put(&part, &json!({ "role": "member" })).await.status, 204);
    assert_eq!(admin.put(&part, &json!({ "role": "member" })).await.problem(409), "conflict");
    say(&bob, id, "Hello").await;
    assert_eq!(bob.delete(&part).await.status, 204);
    assert_eq!(bob.get(&path).await.problem(404), "not_found");
    // An archived one is read only.
    admin.put(&format!("{path}/status"), &json!({ "status": "archived" })).await.ok();
    let notes = format!("{path}/notes");
    assert_eq!(ann.post(&notes, &json!({ "text": "Late" })).await.problem(409), "conflict");
    assert_eq!(admin.put(&format!("{path}/status"), &json!({ "status": "resolved" })).await.problem(422), "invalid");
    // A channel for everybody is seen, and joined, by everybody.
    let open = json!({ "type": "team_channel", "title": "general" });
    let open = admin.post("/api/v1/conversations", &open).await.ok()["id"].as_str().unwrap().to_owned();
    let join = format!("/api/v1/conversations/{open}/participants/{}", bob.id);
    assert_eq!(bob.put(&join, &json!({ "role": "member" })).await.status, 204);
    assert_eq!(bob.put(&join, &json!({ "role": "owner" })).await.problem(403), "forbidden");
}

#[tokio::test]
async fn a_direct_message_is_between_two_and_nobody_elses() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let to = |people: &[&Person]| json!({ "type": "direct_message", "members": people.iter().map(|person| person.id).collect::<Vec<_>>() });
    for wrong in [vec![], vec![&ann], vec![&bob, &admin]] {
        assert_eq!(ann.post("/api/v1/conversations", &to(&wrong)).await.problem(422), "invalid");
    }
    let begun = ann.post("/api/v1/conversations", &to(&[&bob])).await;
    assert_eq!(begun.status, 201);
    let id = begun.ok()["id"].as_str().unwrap().to_owned();
    // The other one finds the same.
    let found = bob.post("/api/v1/conversations", &to(&[&ann])).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.ok()["id"], json!(id));
    say(&ann, &id, "Hi").await;
    assert_eq!(admin.get(&format!("/api/v1/conversations/{id}")).await.problem(404), "not_found");
    let listed = admin.get("/api/v1/conversations?type=direct_message").await.ok();
    assert_eq!(listed["items"], json!([]));
    let listed = bob.get("/api/v1/conversations?type=direct_message").await.ok();
    assert_eq!((&listed["items"][0]["unread_count"], &listed["items"][0]["with_user_id"]), (&json!(1), &json!(ann.id)));
    let part = format!("/api/v1/conversations/{id}/participants/{}", admin.id);
    assert_eq!(ann.put(&part, &json!({ "role": "member" })).await.problem(409), "wrong_type");
    // Two who begin it at the same moment begin one.
    let both = join_all([
        ann.post("/api/v1/conversations", &to(&[&admin])),
        admin.post("/api/v1/conversations", &to(&[&ann])),
    ])
    .await;
    assert_eq!(both[0].body["id"], both[1].body["id"]);
}

#[tokio::test]
async fn tickets_are_numbered_without_gaps_and_known_to_where_they_came_from() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let dora = app.colleague(&admin, "dora", Role::Agent).await;
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[&dora]).await;
    let ticket = json!({ "type": "internal_ticket", "title": "It is broken", "team_id": dev, "priority": "high" });
    let made = join_all((0..20).map(|_| ann.post("/api/v1/conversations", &ticket))).await;
    let mut numbers: Vec<_> =
        made.into_iter().map(|made| made.ok()["ticket_number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    assert_eq!(numbers, (1..=20).map(|n| format!("DEV-{n:03}")).collect::<Vec<_>>());
    // A thousand is more than three digits, and no number comes twice.
    sqlx::query("UPDATE ticket_sequences SET next_number = 1000").execute(&app.db.owner).await.unwrap();
    let thousandth = ann.post("/api/v1/conversations", &ticket).await.ok();
    assert_eq!(thousandth["ticket_number"], "DEV-1000");

    let support = write(&app, &admin, &connection, "+491511", "One", "Help").await;
    let from = format!("/api/v1/conversations/{support}/tickets");
    let linked = ann.post(&from, &json!({ "title": "Look at this", "team_id": dev })).await.ok();
    let id = linked["id"].as_str().unwrap();
    assert_eq!(
        (linked["linked_conversation_id"].clone(), linked["requester_id"].clone()),
        (json!(support), json!(ann.id))
    );
    assert_eq!(ann.get(&from).await.ok()[0]["ticket_number"], "DEV-1001");
    let detail = ann.get(&format!("/api/v1/conversations/{support}")).await.ok();
    assert_eq!(detail["tickets"][0]["id"], json!(id));
    // Its requester and its team see it; others do not.
    let path = format!("/api/v1/conversations/{id}");
    let eve = app.colleague(&admin, "eve", Role::Agent).await;
    assert_eq!(eve.get(&path).await.problem(404), "not_found");
    assert_eq!(dora.get(&path).await.status, 200);
    dora.post(&format!("{path}/take"), &json!({})).await.ok();
    let status = format!("{path}/status");
    assert_eq!(dora.put(&status, &json!({ "status": "snoozed" })).await.problem(422), "invalid");
    dora.put(&status, &json!({ "status": "in_progress" })).await.ok();
    dora.put(&status, &json!({ "status": "resolved" })).await.ok();
    assert_eq!(ann.get(&from).await.ok()[0]["status"], "resolved");
}

#[tokio::test]
async fn a_note_is_nobodys_message_but_the_houses() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Help").await;
    let path = format!("/api/v1/conversations/{id}");
    let note = say(&ann, &id, "She is a friend of the boss").await;
    assert_eq!((note["direction"].clone(), note["sender"]["id"].clone()), (json!("internal"), json!(ann.id)));
    let list = ann.get("/api/v1/conversations").await.ok();
    assert_eq!(list["items"][0]["last_message"]["preview"], "Help", "the customer's line stays the customer's");
    assert_eq!(list["items"][0]["unread_count"], 1, "a note is no message of the contact");
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-message'").await, 0);
    // Changed and taken back by its author alone.
    let message = format!("{path}/messages/{}", note["id"].as_str().unwrap());
    let reword = json!({ "text": "She is a friend" });
    let reworded_by = |person: &Person| {
        let request = person.request(reqwest::Method::PATCH, &message).json(&reword);
        async move { crate::app::Answer::of(request.send().await.unwrap()).await }
    };
    assert_eq!(reworded_by(&admin).await.problem(404), "not_found");
    let edited = reworded_by(&ann).await.ok();
    assert_eq!(edited["content"]["text"], "She is a friend");
    assert_ne!(edited["edited_at"], Value::Null);
    // Pinned.
    ann.put(&format!("{message}/pin"), &json!({})).await.ok();
    assert_eq!(ann.get(&format!("{path}/pins")).await.ok()[0]["id"], note["id"]);
    assert_eq!(ann.delete(&format!("{message}/pin")).await.ok()["pinned_at"], Value::Null);
    // Emptied, and still there.
    assert_eq!(ann.delete(&message).await.status, 204);
    let messages = ann.get(&format!("{path}/messages")).await.ok();
    let emptied = &messages["items"][1];
    assert_eq!((emptied["content"]["text"].clone(), emptied["preview"].clone()), (json!(""), json!("")));
    assert_ne!(emptied["deleted_at"], Value::Null);
    assert_eq!(app.count("messages WHERE content::text LIKE '%friend%' OR preview LIKE '%friend%'").await, 0);
    // What the contact wrote is not ours to change.
    let theirs = messages["items"][0]["id"].as_str().unwrap();
    assert_eq!(ann.delete(&format!("{path}/messages/{theirs}")).await.problem(404), "not_found");
}

#[tokio::test]
async fn threads_count_their_replies_and_mentions_name_people() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    for (person, name) in [(&ann, "Зоя К"), (&bob, "Bob Müller")] {
        let read = person.get(&format!("/api/v1/users/{}", person.id)).await;
        person.patch(&format!("/api/v1/users/{}", person.id), &read.etag(), &json!({ "name": name })).await.ok();
    }
    let channel = json!({ "type": "team_channel", "title": "general", "members": [ann.id, bob.id] });
    let id = admin.post("/api/v1/conversations", &channel).await.ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{id}");
    let text = "@зоя and @BOB MÜLLER, write to bob@müller.example";
    let first = admin.post(&format!("{path}/notes"), &json!({ "text": text })).await.ok();
    assert_eq!(first["mentions"], json!([ann.id, bob.id]));
    let reply = json!({ "text": "Yes", "thread_id": first["id"] });
    let reply = ann.post(&format!("{path}/notes"), &reply).await.ok();
    assert_eq!(reply["thread_id"], first["id"]);
    let replies = bob.get(&format!("{path}/messages/{}/replies", first["id"].as_str().unwrap())).await.ok();
    assert_eq!(replies["items"][0]["id"], reply["id"]);
    assert_eq!(bob.get(&format!("{path}/messages")).await.ok()["items"][0]["reply_count"], 1);
    // Nothing is said under a reply.
    let deeper = json!({ "text": "No", "thread_id": reply["id"] });
    assert_eq!(ann.post(&format!("{path}/notes"), &deeper).await.problem(422), "invalid");
    let nobody = json!({ "text": "Hm", "mentions": [uuid::Uuid::nil()] });
    assert_eq!(ann.post(&format!("{path}/notes"), &nobody).await.problem(422), "invalid");
    // A reaction among people.
    let react = format!("{path}/messages/{}/reaction", first["id"].as_str().unwrap());
    assert_eq!(bob.put(&react, &json!({ "emoji": "👍" })).await.status, 204);
    let shown = ann.get(&format!("{path}/messages")).await.ok();
    assert_eq!(shown["items"][0]["reactions"], json!([{ "contact_id": null, "user_id": bob.id, "emoji": "👍" }]));
}

#[tokio::test]
async fn unread_is_what_others_wrote_since() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let channel = json!({ "type": "team_channel", "title": "general", "members": [bob.id] });
    let id = admin.post("/api/v1/conversations", &channel).await.ok()["id"].as_str().unwrap().to_owned();
    let mut said = Vec::new();
    for n in 0..3 {
        said.push(say(&admin, &id, &format!("Message {n}")).await);
    }
    assert_eq!((unread(&bob, &id).await, unread(&admin, &id).await), (3, 0));
    let read = format!("/api/v1/conversations/{id}/read");
    let up_to = said[1]["id"].as_str().unwrap();
    assert_eq!(bob.post(&format!("{read}?up_to={up_to}"), &json!({})).await.status, 204);
    assert_eq!(unread(&bob, &id).await, 1);
    say(&bob, &id, "My own does not count").await;
    assert_eq!((unread(&bob, &id).await, unread(&admin, &id).await), (1, 1));
    assert_eq!(bob.post(&read, &json!({})).await.status, 204);
    assert_eq!(unread(&bob, &id).await, 0);
    let parts = admin.get(&format!("/api/v1/conversations/{id}/participants")).await.ok();
    let bobs = parts.as_array().unwrap().iter().find(|part| part["user_id"] == json!(bob.id)).unwrap();
    assert_ne!(bobs["last_read_at"], Value::Null);
}
