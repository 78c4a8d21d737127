//! Teams and who is in them.

use crate::app::{App, PASSWORD};
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn a_team_is_made_changed_and_deleted() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let team = json!({ "name": "Support", "ticket_prefix": "SUP", "assignment": "least_busy", "capacity": 5 });
    let made = admin.post("/api/v1/teams", &team).await.ok();
    let path = format!("/api/v1/teams/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.post("/api/v1/teams", &team).await.problem(409), "name_taken");
    let etag = admin.get(&path).await.etag();
    let changed = admin.patch(&path, &etag, &json!({ "capacity": null, "description": "Everything" })).await;
    let etag = changed.etag();
    let changed = changed.ok();
    assert_eq!((&changed["capacity"], &changed["assignment"]), (&json!(null), &json!("least_busy")));
    assert_eq!(admin.get("/api/v1/teams").await.ok()["items"], json!([changed]));
    assert_eq!(admin.delete_over(&path, "\"1\"").await.problem(412), "precondition_failed");
    assert_eq!(admin.delete_over(&path, &etag).await.status, 204);
    assert_eq!(admin.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn everything_wrong_with_a_team_is_said_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let team = json!({ "name": " ", "ticket_prefix": "dev", "capacity": 0, "description": "x".repeat(1001) });
    let answer = admin.post("/api/v1/teams", &team).await;
    assert_eq!(answer.problem(422), "invalid");
    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/name", "/description", "/ticket_prefix", "/capacity"]);
}

#[tokio::test]
async fn people_are_put_into_teams_and_taken_out() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let team = admin.post("/api/v1/teams", &json!({ "name": "Support", "ticket_prefix": "SUP" })).await.ok();
    let members = format!("/api/v1/teams/{}/members", team["id"].as_str().unwrap());
    let member = format!("{members}/{}", agent.id);
    assert_eq!(agent.put(&member, &json!({})).await.problem(403), "forbidden");
    assert_eq!(admin.put(&member, &json!({ "capacity": 3 })).await.ok()["capacity"], 3);
    assert_eq!(admin.put(&member, &json!({})).await.ok()["capacity"], json!(null));
    let listed = agent.get(&members).await.ok();
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["user_id"]), (1, &json!(agent.id)));
    let user = format!("/api/v1/users/{}", agent.id);
    assert_eq!(agent.get(&user).await.ok()["team_ids"], json!([team["id"]]));
    assert_eq!(admin.delete(&member).await.status, 204);
    assert_eq!(admin.delete(&member).await.problem(404), "not_found");
    assert_eq!(agent.get(&user).await.ok()["team_ids"], json!([]));

    // From the beginning, too.
    let user = json!({ "email": "new@acme.example", "name": "New", "role": "agent", "password": PASSWORD,
                       "team_ids": [team["id"]] });
    assert_eq!(admin.post("/api/v1/users", &user).await.ok()["team_ids"], json!([team["id"]]));
    let unknown = json!({ "email": "x@acme.example", "name": "X", "role": "agent", "password": PASSWORD,
                          "team_ids": [team["id"], uuid::Uuid::nil()] });
    let answer = admin.post("/api/v1/users", &unknown).await;
    assert_eq!((answer.problem(422), &answer.body["errors"][0]["pointer"]), ("invalid", &json!("/team_ids/1")));
}
