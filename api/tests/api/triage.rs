//! What new conversations are asked: who sets it, and what is refused.

use crate::{app::App, conversations::write, teamwork::team};
use domain::{role::Role, team::Assignment};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_asked_is_set_for_a_connection_or_a_brand() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let other = app.tenant("bolt").await;
    let (connection, _) = admin.connect("1001").await;
    let sales = team(&app, &admin, "sales", Assignment::Manual, &[]).await;
    let help = team(&app, &admin, "help", Assignment::Manual, &[]).await;
    let theirs = team(&app, &other, "spies", Assignment::Manual, &[]).await;
    admin.put("/api/v1/brands/lamps", &json!({ "name": "Lamps" })).await.ok();
    let order = json!({ "name": "Order", "kind": "number", "options": [] });
    admin.put("/api/v1/attributes/conversation/order", &order).await.ok();

    let path = format!("/api/v1/triage/connections/{}", connection["id"].as_str().unwrap());
    let teams = json!([{ "team_id": sales, "title": "Sales" }, { "team_id": help, "title": "Help" }]);
    let flow = json!({
        "team": { "text": "Who?", "teams": teams },
        "questions": [{ "text": "Which order?", "attribute": "order" }],
        "default_team_id": help,
    });
    let set = admin.put(&path, &json!({ "flow": flow })).await.ok();
    assert_eq!((&set["connection_id"], &set["flow"]["timeout_seconds"]), (&connection["id"], &json!(120)));
    admin.put("/api/v1/triage/brands/lamps", &json!({ "flow": { "default_team_id": sales } })).await.ok();
    let listed = admin.get("/api/v1/triage").await.ok();
    assert_eq!((&listed[0]["connection_id"], &listed[1]["brand"]), (&connection["id"], &json!("lamps")));

    let changed = |pointer: &str, value: Value| {
        let mut flow = flow.clone();
        *flow.pointer_mut(pointer).unwrap() = value;
        json!({ "flow": flow })
    };
    for (body, pointer) in [
        (changed("/team/teams/1/team_id", json!(theirs)), "/flow/team/teams/1/team_id"),
        (changed("/team/teams/1/team_id", json!(sales)), "/flow/team/teams/1/team_id"),
        (changed("/team/teams/1/title", json!("sales ")), "/flow/team/teams/1/title"),
        (changed("/team/teams/1/title", json!("")), "/flow/team/teams/1/title"),
        (changed("/team/teams", json!([])), "/flow/team/teams"),
        (changed("/questions/0/attribute", json!("color")), "/flow/questions/0/attribute"),
        (changed("/default_team_id", json!(theirs)), "/flow/default_team_id"),
        (json!({ "flow": { "timeout_seconds": 1 } }), "/flow/timeout_seconds"),
        (json!({ "flow": { "time": 1 } }), "/flow/time"),
    ] {
        let refused = admin.put(&path, &body).await;
        assert_eq!(refused.problem(422), "invalid", "{body}");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer);
    }

    // Others neither see nor set it.
    assert_eq!(other.get("/api/v1/triage").await.ok(), json!([]));
    assert_eq!(other.put(&path, &json!({ "flow": {} })).await.problem(404), "not_found");
    assert_eq!(other.delete(&path).await.problem(404), "not_found");
    let agent = app.colleague(&admin, "ann", Role::Agent).await;
    assert_eq!(agent.put(&path, &json!({ "flow": {} })).await.problem(403), "forbidden");

    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Hello").await;
    assert_eq!(
        admin.get(&format!("/api/v1/conversations/{id}/triage")).await.problem(404),
        "not_found",
        "asked nothing"
    );
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.problem(404), "not_found");
}
