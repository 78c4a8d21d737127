//! Canned responses and macros.

use crate::{app::App, conversations::write, teamwork::team};
use domain::{role::Role, team::Assignment};
use serde_json::{Value, json};

#[tokio::test]
async fn a_canned_response_says_what_is_known() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let id = write(&app, &admin, &connection, "+491511", "Max {{agent.name}}", "Hello").await;
    let text = "Hi {{contact.name|there}}, this is {{agent.name}}. {{contact.email}}";
    let new = json!({ "shortcut": "hi", "title": "Greeting", "text": text, "shared_with": { "kind": "everybody" } });
    assert_eq!(ann.post("/api/v1/canned-responses", &new).await.problem(403), "forbidden");
    let made = admin.post("/api/v1/canned-responses", &new).await.ok();
    assert_eq!(admin.post("/api/v1/canned-responses", &new).await.problem(409), "name_taken");
    let path = format!("/api/v1/canned-responses/{}", made["id"].as_str().unwrap());
    let said = ann.get(&format!("{path}/text?conversation_id={id}")).await.ok();
    assert_eq!(said["text"], "Hi Max {{agent.name}}, this is Somebody. ", "braces of a customer stay braces");
    let wrong =
        json!({ "shortcut": "x", "title": "X", "text": "{{contact.nmae}}", "shared_with": { "kind": "nobody" } });
    let refused = ann.post("/api/v1/canned-responses", &wrong).await;
    assert_eq!(refused.problem(422), "invalid");
    assert_eq!(refused.body["errors"][0]["pointer"], "/text");
    // One of one's own may have the same shortcut, and nobody else sees it.
    let own = json!({ "shortcut": "hi", "title": "Mine", "text": "Yo", "shared_with": { "kind": "nobody" } });
    ann.post("/api/v1/canned-responses", &own).await.ok();
    assert_eq!(ann.get("/api/v1/canned-responses?search=h").await.ok().as_array().unwrap().len(), 2);
    assert_eq!(admin.get("/api/v1/canned-responses").await.ok().as_array().unwrap().len(), 1);
    let read = admin.get(&path).await;
    let changed = admin.patch(&path, &read.etag(), &json!({ "title": "Hello" })).await.ok();
    assert_eq!(changed["title"], "Hello");
    assert_eq!(admin.patch(&path, &read.etag(), &json!({ "title": "Hey" })).await.problem(412), "precondition_failed");
    assert_eq!(ann.delete(&path).await.problem(403), "forbidden");
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test]
async fn a_macro_does_all_of_it_or_nothing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[]).await;
    let id = write(&app, &admin, &connection, "+491511", "Max", "Hello").await;
    let closed = write(&app, &admin, &connection, "+491512", "Eva", "Hello").await;
    admin.put(&format!("/api/v1/conversations/{closed}/status"), &json!({ "status": "closed" })).await.ok();
    let actions = json!([
        { "type": "assign_to_me" },
        { "type": "add_tag", "tag": "thanked" },
        { "type": "set_priority", "priority": "low" },
        { "type": "note", "text": "Thanked by {{agent.name}}" },
        { "type": "send_message", "text": "Thank you, {{contact.name}}!" },
        { "type": "set_status", "status": "snoozed", "minutes": 60 },
    ]);
    let new = json!({ "name": "Thank", "actions": actions, "shared_with": { "kind": "nobody" } });
    let made = ann.post("/api/v1/macros", &new).await.ok();
    let run = format!("/api/v1/macros/{}/run", made["id"].as_str().unwrap());
    let result = ann.post(&run, &json!({ "conversation_ids": [id, closed] })).await.ok();
    assert_eq!((result["succeeded"].clone(), result["failed"].clone()), (json!(1), json!(1)), "{result}");
    let detail = ann.get(&format!("/api/v1/conversations/{id}")).await.ok();
    let conversation = &detail["conversation"];
    assert_eq!((conversation["tags"].clone(), conversation["status"].clone()), (json!(["thanked"]), json!("snoozed")));
    assert_eq!(conversation["assignee_id"], json!(ann.id));
    let said: Vec<_> = detail["messages"]["items"].as_array().unwrap().iter().map(|m| m["preview"].clone()).collect();
    assert_eq!(said, ["Hello", "Thanked by Somebody", "Thank you, Max!"]);
    assert_eq!(app.count("queue.jobs WHERE kind = 'send-message'").await, 1);
    // Nothing of it happened to the one that could not be snoozed.
    let untouched = admin.get(&format!("/api/v1/conversations/{closed}")).await.ok();
    assert_eq!(untouched["conversation"]["tags"], json!([]));
    assert_eq!(untouched["conversation"]["assignee_id"], Value::Null);
    assert_eq!(app.count("events WHERE kind = 'conversation.macro_run' AND data ->> 'name' = 'Thank'").await, 1);
    // What somebody may not do, their macros may not do.
    let transfer = json!([{ "type": "transfer", "team_id": dev }, { "type": "assign", "user_id": admin.id }]);
    let new = json!({ "name": "Away", "actions": transfer, "shared_with": { "kind": "nobody" } });
    let away = ann.post("/api/v1/macros", &new).await.ok();
    let run = format!("/api/v1/macros/{}/run", away["id"].as_str().unwrap());
    let refused = ann.post(&run, &json!({ "conversation_ids": [id] })).await.ok();
    assert_eq!(refused["results"][0]["problem"]["code"], "forbidden");
    // One with a mistake says where it is.
    let wrong =
        json!([{ "type": "note", "text": "{{nothing}}" }, { "type": "set_status", "status": "open", "minutes": 5 }]);
    let new = json!({ "name": "Wrong", "actions": wrong, "shared_with": { "kind": "nobody" } });
    let refused = ann.post("/api/v1/macros", &new).await;
    assert_eq!(refused.problem(422), "invalid");
    let pointers: Vec<_> = refused.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/actions/0/text", "/actions/1/minutes"]);
    // Nobody else has it.
    assert_eq!(admin.get("/api/v1/macros").await.ok(), json!([]));
}
