//! Versions that nobody holds can go; of one that is held it is said by whom.

use crate::app::App;
use domain::role::Role;
use serde_json::json;

async fn another_version(app: &App) {
    let manifest = json!({ "id": "whatsapp", "name": "W", "version": "9.0.0", "api": "1", "interfaces": ["admin"] });
    store::plugins::install(&app.db.app, "whatsapp", "9.0.0", &manifest, b"another", chrono::Utc::now()).await.unwrap();
}

async fn first_version(app: &App) -> String {
    let sql = "SELECT version FROM plugin_versions WHERE version <> '9.0.0'";
    sqlx::query_scalar(sql).fetch_one(&app.db.owner).await.unwrap()
}

#[tokio::test]
async fn a_version_goes_when_nobody_holds_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, _) = admin.connect("1001").await;
    let held = format!("/api/v1/plugins/whatsapp/versions/{}", first_version(&app).await);
    another_version(&app).await;

    let answer = admin.delete(&held).await;
    assert_eq!(answer.problem(409), "in_use");
    let kinds: Vec<_> = answer.body["held_by"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, ["connection", "endpoint"]);
    assert_eq!(answer.body["held_by"][0]["id"], made["id"]);

    let free = "/api/v1/plugins/whatsapp/versions/9.0.0";
    assert_eq!(admin.delete(free).await.status, 204);
    assert_eq!(admin.get(free).await.problem(404), "not_found");
    assert_eq!(admin.delete(free).await.problem(404), "not_found");
    assert_eq!(admin.get("/api/v1/plugins/whatsapp").await.ok()["versions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn other_tenants_are_counted_and_not_named() {
    let app = App::start().await;
    let (mine, other) = (app.tenant("acme").await, app.tenant("bolt").await);
    other.connect("2002").await;
    let held = format!("/api/v1/plugins/whatsapp/versions/{}", first_version(&app).await);
    let answer = mine.delete(&held).await;
    assert_eq!(answer.problem(409), "in_use");
    assert_eq!((&answer.body["held_by"], &answer.body["held_by_others"]), (&json!([]), &json!(2)));
    assert!(!answer.body.to_string().contains("2002"), "{}", answer.body);
}

#[tokio::test]
async fn only_who_may_install_may_uninstall() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    another_version(&app).await;
    let free = "/api/v1/plugins/whatsapp/versions/9.0.0";
    let agent = app.colleague(&admin, "ada", Role::Agent).await;
    assert_eq!(agent.delete(free).await.problem(403), "forbidden");

    let app = App::for_the_operator().await;
    let admin = app.tenant("acme").await;
    another_version(&app).await;
    assert_eq!(admin.delete(free).await.problem(403), "operator_only");
    assert_eq!(app.count("plugin_versions").await, 2);
}
