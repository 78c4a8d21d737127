//! What people fill in: priority, category, brand, tags, fields of their own; many at once; archive and deletion.

use crate::{app::App, conversations::write, teamwork::team};
use domain::{role::Role, team::Assignment};
use serde_json::{Value, json};

#[tokio::test]
async fn fields_are_filled_in_and_found_again() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    write(&app, &admin, &connection, "+491512", "Two", "Hello").await;
    let patch = async |body: Value| {
        let request = admin.request(reqwest::Method::PATCH, &format!("/api/v1/conversations/{id}")).json(&body);
        crate::app::Answer::of(request.send().await.unwrap()).await
    };
    admin.put("/api/v1/brands/kids", &json!({ "name": "Kids" })).await.ok();
    let plan = json!({ "name": "Plan", "kind": "choice", "options": ["free", "gold"] });
    admin.put("/api/v1/attributes/conversation/plan", &plan).await.ok();
    let filled = json!({ "priority": "urgent", "category": " billing ", "title": "Invoice", "brand": "kids",
                         "custom_attributes": { "plan": "gold", "order": 17 } });
    let filled = patch(filled).await.ok();
    assert_eq!(
        (filled["category"].clone(), filled["custom_attributes"]["plan"].clone()),
        (json!("billing"), json!("gold"))
    );
    let found = async |query: &str| {
        let page = admin.get(&format!("/api/v1/conversations?{query}")).await.ok();
        page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    for query in [
        "priority=urgent,high",
        "category=billing",
        "brand=kids",
        "search=invoice",
        "attributes=%7B%22plan%22%3A%22gold%22%7D",
        "team=none&priority=urgent&brand=kids&unread=true&escalated=false",
    ] {
        assert_eq!(found(query).await, [json!(id)], "{query}");
    }
    assert!(found("priority=low").await.is_empty());
    for (body, pointer) in [
        (json!({ "brand": "none" }), "/brand"),
        (json!({ "category": "x".repeat(101) }), "/category"),
        (json!({ "custom_attributes": { "plan": "silver" } }), "/custom_attributes/plan"),
        (json!({ "is_private": true }), "/is_private"),
    ] {
        let refused = patch(body).await;
        assert_eq!(refused.problem(422), "invalid");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }
    let emptied = patch(json!({ "category": null, "custom_attributes": { "plan": null } })).await.ok();
    assert_eq!(
        (emptied["category"].clone(), emptied["custom_attributes"].clone()),
        (Value::Null, json!({ "order": 17 }))
    );
    assert_eq!(admin.delete("/api/v1/brands/kids").await.problem(409), "in_use");
}

#[tokio::test]
async fn another_teams_tag_is_not_ours() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let dev = team(&app, &admin, "dev", Assignment::Manual, &[&ann]).await;
    let sales = team(&app, &admin, "sales", Assignment::Manual, &[]).await;
    let id = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    for (tag, team) in [("bug", Some(dev)), ("lead", Some(sales)), ("vip", None)] {
        admin.put(&format!("/api/v1/tags/{tag}"), &json!({ "team_id": team, "color": "#2F6FED" })).await.ok();
    }
    let add = async |tag: &str| ann.put(&format!("/api/v1/conversations/{id}/tags/{tag}"), &json!({})).await;
    assert_eq!(add("lead").await.problem(403), "forbidden");
    for tag in ["bug", "vip", "new", "bug"] {
        add(tag).await.ok();
    }
    let tags = ann.get(&format!("/api/v1/conversations/{id}")).await.ok()["conversation"]["tags"].clone();
    assert_eq!(tags, json!(["bug", "new", "vip"]));
    let listed = ann.get("/api/v1/conversations?tag=bug,vip").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(ann.put("/api/v1/tags/bug", &json!({})).await.problem(403), "forbidden");
    assert_eq!(admin.get("/api/v1/tags").await.ok()[0]["color"], "#2f6fed");
}

#[tokio::test]
async fn many_at_once_fail_one_by_one() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(write(&app, &admin, &connection, &format!("+49151{n}"), "One", "Hello").await);
    }
    admin.put(&format!("/api/v1/conversations/{}/status", ids[0]), &json!({ "status": "closed" })).await.ok();
    let mut all = ids.clone();
    all.push(uuid::Uuid::nil().to_string());
    let action = json!({ "type": "status", "status": "snoozed" });
    let result = admin.post("/api/v1/conversations/bulk", &json!({ "ids": all, "action": action })).await.ok();
    assert_eq!((result["succeeded"].clone(), result["failed"].clone()), (json!(4), json!(2)));
    let problems: Vec<_> =
        result["results"].as_array().unwrap().iter().map(|item| item["problem"]["code"].clone()).collect();
    assert_eq!(problems[0], "invalid", "a closed one is not snoozed");
    assert_eq!(problems[5], "not_found");
    assert_eq!(app.count("events WHERE kind = 'conversation.status_changed'").await, 5);
    for action in [
        json!({ "type": "priority", "priority": "high" }),
        json!({ "type": "add_tag", "tag": "bulk" }),
        json!({ "type": "mark_read" }),
        json!({ "type": "assign", "user_id": admin.id }),
        json!({ "type": "archive", "archived": true }),
    ] {
        let done = admin.post("/api/v1/conversations/bulk", &json!({ "ids": ids, "action": action })).await.ok();
        assert_eq!(done["failed"], 0, "{done}");
    }
    assert_eq!(admin.get("/api/v1/conversations").await.ok()["items"], json!([]));
    assert_eq!(admin.get("/api/v1/conversations?archived=true").await.ok()["items"].as_array().unwrap().len(), 5);
    let too_many = json!({ "ids": vec![uuid::Uuid::nil(); 501], "action": { "type": "mark_read" } });
    assert_eq!(admin.post("/api/v1/conversations/bulk", &too_many).await.problem(422), "invalid");
}

#[tokio::test]
async fn an_archived_conversation_comes_back_and_a_deleted_one_does_not() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let lead = app.colleague(&admin, "lead", Role::Supervisor).await;
    let id = write(&app, &admin, &connection, "+491511", "One", "A secret").await;
    let path = format!("/api/v1/conversations/{id}");
    let archived = admin.put(&format!("{path}/archive"), &json!({})).await.ok();
    assert_eq!(archived["queued_at"], Value::Null, "nothing that is put away waits");
    let restored = admin.delete(&format!("{path}/archive")).await.ok();
    assert_ne!(restored["queued_at"], Value::Null);
    admin.post(&format!("{path}/notes"), &json!({ "text": "Another secret" })).await.ok();
    assert_eq!(lead.delete(&path).await.problem(403), "forbidden");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.problem(404), "not_found");
    assert_eq!(app.count("messages").await, 0);
    assert_eq!(app.count("events WHERE kind = 'conversation.deleted'").await, 1);
    assert_eq!(app.count("events WHERE data::text LIKE '%secret%'").await, 0);
}
