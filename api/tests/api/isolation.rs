//! Two tenants: nothing of one is seen, listed or changed by the other, at any address of the API.

use crate::{
    app::{App, Person, webhook},
    conversations::write,
    queue::{dead_letter, delayed_job, schedule},
};
use reqwest::Method;
use serde_json::{Value, json};

/// One tenant's everything, by the name of the path's first parameter owner.
struct Everything {
    person: Person,
    ids: Vec<(&'static str, String)>,
}

async fn everything(app: &App, slug: &str, number: &str) -> Everything {
    let person = app.tenant(slug).await;
    let (connection, key) = person.connect(number).await;
    assert_eq!(app.hook(&key, &webhook(slug, &[number])).await.status, 200);
    let conversation =
        write(app, &person, &connection, &format!("+49{number}"), slug, &format!("secret of {slug}")).await;
    let definition = json!({ "trigger": { "type": "keyword", "keywords": ["x"] },
                             "actions": [{ "type": "add_tag", "tag": "x" }] });
    let rule = person.post("/api/v1/rules", &json!({ "name": slug, "definition": definition })).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let contact = person.get(&format!("/api/v1/conversations/{conversation}")).await.ok()["contact"]["id"].clone();
    let delivery = person.get("/api/v1/deliveries").await.ok()["items"][0]["id"].clone();
    let team = person.post("/api/v1/teams", &json!({ "name": slug, "ticket_prefix": "T" })).await.ok();
    let own_role = person.post("/api/v1/roles", &json!({ "name": slug, "permissions": [] })).await.ok();
    let key = person.post("/api/v1/api-keys", &json!({ "name": slug, "scopes": ["read_rules"] })).await.ok();
    let invitation = json!({ "email": format!("new@{slug}.example"), "role": "agent" });
    let invitation = person.post("/api/v1/invitations", &invitation).await.ok();
    let company = person.post("/api/v1/companies", &json!({ "name": slug })).await.ok();
    let ids = vec![
        ("users", person.id.to_string()),
        ("endpoints", text(&connection["endpoint_id"])),
        ("connections", text(&connection["id"])),
        ("conversations", conversation),
        ("contacts", text(&contact)),
        ("rules", text(&rule["id"])),
        ("deliveries", text(&delivery)),
        ("teams", text(&team["id"])),
        ("roles", text(&own_role["id"])),
        ("api-keys", text(&key["id"])),
        ("invitations", text(&invitation["id"])),
        ("queue/jobs", delayed_job(app, person.tenant.0).await.to_string()),
        ("queue/dead-letters", dead_letter(app, person.tenant.0, "send-message").await.to_string()),
        ("queue/pauses/connections", text(&connection["id"])),
        ("queue/schedules", schedule(app, person.tenant, "daily", "@daily").await),
        ("companies", text(&company["id"])),
    ];
    let pause = format!("/api/v1/queue/pauses/connections/{}", text(&connection["id"]));
    person.put(&pause, &json!({})).await.ok();
    Everything { person, ids }
}

#[tokio::test]
async fn no_address_leads_to_another_tenant() {
    let app = App::start().await;
    let (acme, bolt) = (everything(&app, "acme", "1001").await, everything(&app, "bolt", "2002").await);
    let paths = signalbox_api::openapi::document()["paths"].as_object().unwrap().clone();
    let mut tried = 0;
    for (path, methods) in &paths {
        let Some((_, theirs)) = acme.ids.iter().find(|(noun, _)| path.starts_with(&format!("/api/v1/{noun}/{{id}}")))
        else {
            continue;
        };
        let message = uuid::Uuid::nil().to_string();
        let path = path.replace("{id}", theirs).replace("{message_id}", &message).replace("{check_id}", &message);
        let path = path.replace("{tag}", "x").replace("{user_id}", &message).replace("{session_id}", &message);
        let path = path.replace("{other}", &message);
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = bolt.person.request(method.clone(), &path).header("if-match", "\"1\"");
            let answer = request.json(&body_for(&path, &method)).send().await.unwrap();
            let (status, body) = (answer.status(), answer.text().await.unwrap());
            assert_eq!(status, 404, "{method} {path}: {body}");
            assert!(!body.contains("acme"), "{method} {path}: {body}");
            tried += 1;
        }
    }
    assert!(tried >= 25, "only {tried} operations have an id");
    let has_no_page = ["queue/pauses/connections", "queue/schedules", "api-keys", "invitations"];
    for (noun, id) in acme.ids.iter().filter(|(noun, _)| !has_no_page.contains(noun)) {
        assert_eq!(acme.person.get(&format!("/api/v1/{noun}/{id}")).await.status, 200, "{noun} is still there");
    }
}

#[tokio::test]
async fn no_list_shows_another_tenant() {
    let app = App::start().await;
    let (acme, bolt) = (everything(&app, "acme", "1001").await, everything(&app, "bolt", "2002").await);
    for list in [
        "users",
        "endpoints",
        "connections",
        "conversations?total=true",
        "contacts",
        "companies",
        "rules",
        "rule-runs",
        "deliveries",
        "queue/jobs?state=delayed",
        "queue/dead-letters",
        "queue/pauses",
        "queue/schedules",
        "teams",
        "api-keys",
        "invitations",
        "roles",
        "audit-log",
        "conversations?search=secret",
        "contacts?search=49",
        "search/messages?q=secret",
    ] {
        let theirs = bolt.person.get(&format!("/api/v1/{list}")).await.ok();
        let text = theirs.to_string();
        // A number may stand in any text; of jobs, the count below says enough.
        for (_, id) in acme.ids.iter().filter(|(_, id)| id.parse::<i64>().is_err()) {
            assert!(!text.contains(id.as_str()), "{list}: {text}");
        }
        if !["rule-runs", "roles", "audit-log"].contains(&list) {
            assert_eq!(theirs["items"].as_array().unwrap().len(), 1, "{list}: {text}");
        }
    }
    // What another tenant's person or contact is called leads nowhere, either.
    let (_, contact) = &acme.ids[4];
    let path = format!("/api/v1/conversations?contact_id={contact}");
    assert_eq!(bolt.person.get(&path).await.ok()["items"], json!([]));
    let (_, conversation) = &bolt.ids[3];
    let assign = format!("/api/v1/conversations/{conversation}/assignee");
    assert_eq!(bolt.person.put(&assign, &json!({ "user_id": acme.person.id })).await.problem(422), "invalid");
}

/// A body that is good but for the id in the path.
fn body_for(path: &str, method: &Method) -> Value {
    match path.rsplit('/').next().unwrap() {
        "messages" => json!({ "content": { "type": "text", "text": "hi" } }),
        "assignee" => json!({ "user_id": null }),
        "enabled" => json!({ "enabled": false }),
        "status" if path.contains("connections") => json!({ "status": "disabled" }),
        "status" => json!({ "status": "open" }),
        "upgrade" => json!({ "to": "9.9.9" }),
        "reaction" => json!({ "emoji": null }),
        "password" => json!({ "new_password": "0123456789" }),
        "notes" | "reviews" | "simulate-inbound" => json!({ "text": "hi" }),
        "team" => json!({ "team_id": null }),
        "tickets" => json!({ "title": "hi" }),
        "escalations" => json!({ "reason": "hi" }),
        "merge" => json!({ "into": uuid::Uuid::nil() }),
        _ if path.contains("participants/") => json!({ "role": "member" }),
        _ if path.contains("conversations/") && path.contains("/messages/") => json!({ "text": "hi" }),
        _ if path.contains("conversations/") && method == Method::PATCH => json!({ "priority": "low" }),
        _ if path.contains("dead-letters") => json!({ "args": {} }),
        _ if method == Method::PATCH => json!({ "name": "taken over" }),
        _ => json!({}),
    }
}
