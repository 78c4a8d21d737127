//! Rules: checked when they come in, asked in an order.

use crate::app::App;
use domain::role::Role;
use serde_json::{Value, json};

fn rule(name: &str) -> Value {
    let definition = json!({ "trigger": { "type": "keyword", "keywords": ["refund"] },
                             "actions": [{ "type": "add_tag", "tag": "refund" }] });
    json!({ "name": name, "definition": definition })
}

#[tokio::test]
async fn a_bad_rule_is_refused_with_pointers() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut bad = rule("Bad");
    bad["definition"]["conditions"] = json!({ "all": [{ "fact": "nonsense.fact", "op": "equals", "value": 1 }] });
    bad["definition"]["actions"][0]["tag"] = json!("");
    let answer = admin.post("/api/v1/rules", &bad).await;
    assert_eq!(answer.problem(422), "invalid");
    let errors = answer.body["errors"].as_array().unwrap();
    let at = |pointer: &str| errors.iter().any(|error| error["pointer"] == pointer);
    assert!(at("/definition/actions/0/tag") && at("/definition/conditions/all/0/fact"), "{errors:?}");
}

#[tokio::test]
async fn rules_are_made_changed_ordered_and_deleted() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let first = admin.post("/api/v1/rules", &rule("First")).await.ok();
    let second = admin.post("/api/v1/rules", &rule("Second")).await.ok();
    assert_eq!(first["enabled"], false);
    assert_eq!(first["event_kind"], "message.created");
    let path = format!("/api/v1/rules/{}", first["id"].as_str().unwrap());
    let etag = admin.get(&path).await.etag();
    let enabled = admin.patch(&path, &etag, &json!({ "enabled": true })).await;
    assert_eq!(enabled.body["enabled"], true);

    let order = json!({ "rule_ids": [second["id"], first["id"]] });
    let ordered = admin.put("/api/v1/rules/order", &order).await.ok();
    assert_eq!(ordered["items"][0]["name"], "Second");
    let incomplete = json!({ "rule_ids": [second["id"]] });
    assert_eq!(admin.put("/api/v1/rules/order", &incomplete).await.problem(422), "invalid");

    let delete = |etag: String| admin.request(reqwest::Method::DELETE, &path).header("if-match", etag).send();
    assert_eq!(delete(etag).await.unwrap().status(), 412);
    assert_eq!(delete(enabled.etag()).await.unwrap().status(), 204);
    assert_eq!(admin.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn presets_can_be_created_as_they_are() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let presets = admin.get("/api/v1/rules/presets").await.ok();
    let presets = presets["items"].as_array().unwrap();
    assert!(presets.len() >= 2);
    for preset in presets {
        let rule = json!({ "name": preset["name"], "enabled": true, "definition": preset["definition"] });
        admin.post("/api/v1/rules", &rule).await.ok();
    }
    assert_eq!(admin.get("/api/v1/rules/schema").await.ok()["type"], "object");
}

#[tokio::test]
async fn supervisors_read_rules_and_agents_do_not() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let supervisor = app.colleague(&admin, "super", Role::Supervisor).await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    supervisor.get("/api/v1/rules").await.ok();
    supervisor.get("/api/v1/rule-runs").await.ok();
    assert_eq!(supervisor.post("/api/v1/rules", &rule("R")).await.problem(403), "forbidden");
    assert_eq!(agent.get("/api/v1/rules").await.problem(403), "forbidden");
}

#[tokio::test]
async fn whoever_sees_a_conversation_is_told_why_rules_acted_in_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let member = app.colleague(&admin, "member", Role::Agent).await;
    let outsider = app.colleague(&admin, "outsider", Role::Agent).await;
    let rule = admin.post("/api/v1/rules", &rule("R")).await.ok()["id"].as_str().unwrap().to_owned();
    let talk = json!({ "type": "direct_message", "members": [member.id] });
    let conversation = admin.post("/api/v1/conversations", &talk).await.ok()["id"].as_str().unwrap().to_owned();
    let run = uuid::Uuid::now_v7();
    sqlx::query(
        "INSERT INTO rule_runs (tenant_id, id, rule_id, rule_version, event_id, conversation_id, outcome, trace, actions,
                                created_at)
         VALUES ($1, $2, $3::uuid, 1, gen_random_uuid(), $4::uuid, 'matched', '{}', '[]', now())",
    )
    .bind(admin.tenant.0)
    .bind(run)
    .bind(&rule)
    .bind(&conversation)
    .execute(&app.db.owner)
    .await
    .unwrap();
    let path = format!("/api/v1/conversations/{conversation}/rule-runs");
    let runs = member.get(&path).await.ok();
    assert_eq!((&runs["items"][0]["id"], &runs["items"][0]["rule_name"]), (&json!(run), &json!("R")));
    assert_eq!(outsider.get(&path).await.problem(404), "not_found");
    let one = format!("/api/v1/rule-runs/{run}");
    assert_eq!(admin.get(&one).await.ok(), runs["items"][0]);
    assert_eq!(member.get(&one).await.problem(403), "forbidden");
    assert_eq!(app.tenant("globex").await.get(&one).await.problem(404), "not_found");
}
