//! Companies, and who works for them.

use crate::{app::App, conversations::write};
use chrono::TimeDelta;
use domain::role::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn an_address_says_for_whom_somebody_works_unless_it_is_free_mail() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let contact = async |name: &str, email: &str| {
        admin.post("/api/v1/contacts", &json!({ "name": name, "email": email })).await.ok()
    };
    contact("Before", "before@lamps.example").await;
    contact("Elsewhere", "x@other.example").await;
    let new = json!({ "name": "Lamps & Söhne", "domains": ["@Lamps.example", "www.lamps.test", "lamps.example"] });
    let made = agent.post_once("/api/v1/companies", "k", &new).await;
    assert_eq!(made.status, 201);
    let lamps = made.ok();
    assert_eq!((&lamps["domains"], &lamps["contact_count"]), (&json!(["lamps.example", "lamps.test"]), &json!(1)));
    assert_eq!(agent.post_once("/api/v1/companies", "k", &new).await.ok()["id"], lamps["id"]);
    let id = lamps["id"].as_str().unwrap();
    let after = contact("After", "after@lamps.test").await;
    assert_eq!(after["company"], json!({ "id": id, "name": "Lamps & Söhne" }));
    assert_eq!(contact("Private", "private@gmail.com").await["company"], Value::Null);
    for (body, status, code) in [
        (json!({ "name": "x", "domains": ["gmail.com"] }), 422, "invalid"),
        (json!({ "name": "x", "domains": ["lamps"] }), 422, "invalid"),
        (json!({ "name": " " }), 422, "invalid"),
        (json!({ "name": "x", "domains": ["lamps.test"] }), 409, "domain_taken"),
    ] {
        assert_eq!(admin.post("/api/v1/companies", &body).await.problem(status), code, "{body}");
    }
    let names = async |query: &str| {
        let page = admin.get(&format!("/api/v1/contacts?{query}")).await.ok();
        page["items"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&format!("company_id={id}")).await, ["After", "Before"]);

    // Changed, found, deleted.
    let path = format!("/api/v1/companies/{id}");
    let tag = admin.get(&path).await.etag();
    let change = json!({ "domains": ["lamps.example", "other.example"], "custom_attributes": { "size": 3 } });
    let changed = admin.patch(&path, &tag, &change).await;
    assert_eq!(
        (&changed.body["contact_count"], &changed.body["custom_attributes"]),
        (&json!(3), &json!({ "size": 3 }))
    );
    assert_eq!(admin.patch(&path, &tag, &change).await.problem(412), "precondition_failed");
    for search in ["sohne", "LAMPS", "other.example"] {
        let page = admin.get(&format!("/api/v1/companies?search={search}")).await.ok();
        assert_eq!(page["items"][0]["id"], json!(id), "{search}");
    }
    assert_eq!(admin.get("/api/v1/companies?search=lamp.example").await.ok()["items"], json!([]));
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.problem(404), "not_found");
    assert_eq!(names("company_id=none&has_email=true").await.len(), 4);
    let kinds = "SELECT kind FROM events WHERE kind LIKE 'company.%' ORDER BY occurred_at, id";
    let kinds: Vec<String> = sqlx::query_scalar(kinds).fetch_all(&app.db.owner).await.unwrap();
    assert_eq!(kinds, ["company.created", "company.updated", "company.deleted"]);
}

#[tokio::test]
async fn conversations_are_listed_by_company() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let company = admin.post("/api/v1/companies", &json!({ "name": "Lamps" })).await.ok();
    let ours = write(&app, &admin, &connection, "+491511", "Ada", "Hello").await;
    app.clock.advance(TimeDelta::minutes(1));
    write(&app, &admin, &connection, "+491512", "Ben", "Hello").await;
    let detail = admin.get(&format!("/api/v1/conversations/{ours}")).await.ok();
    let path = format!("/api/v1/contacts/{}", detail["contact"]["id"].as_str().unwrap());
    let tag = admin.get(&path).await.etag();
    admin.patch(&path, &tag, &json!({ "company_id": company["id"] })).await.ok();
    let query = format!("/api/v1/conversations?total=true&company_id={}", company["id"].as_str().unwrap());
    let page = admin.get(&query).await.ok();
    assert_eq!((&page["items"][0]["id"], &page["total"]), (&json!(ours), &json!(1)));
    let detail = admin.get(&format!("/api/v1/conversations/{ours}")).await.ok();
    assert_eq!(detail["contact"]["company"]["name"], "Lamps");
}
