//! The audit log: nothing that is administered is left out, and nothing secret gets in.

use crate::{
    app::{Answer, App, PASSWORD, Person, webhook},
    authorization_server::{self, by_person},
    conversations::write,
    openapi::operations,
    permissions::needs,
    plugins, queue, upgrades,
};
use chrono::TimeDelta;
use domain::role::{Permission, Role};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LOG: &str = "/api/v1/audit-log";

/// Does everything that can be administered, and looks each time whether the log has grown.
struct Crawl<'a> {
    app: &'a App,
    admin: &'a Person,
    done: BTreeSet<String>,
}

impl Crawl<'_> {
    /// Asks for an operation, by its path in the description, with the ids that stand in for its parameters.
    async fn does(&mut self, operation: &str, ids: &[&str], etag: Option<&str>, body: &Value) -> Answer {
        let (method, template) = operation.split_once(' ').unwrap();
        let mut ids = ids.iter();
        let segment = |segment: &str| {
            let is_parameter = segment.starts_with('{');
            if is_parameter { (*ids.next().unwrap()).to_owned() } else { segment.to_owned() }
        };
        let path = template.split('/').map(segment).collect::<Vec<_>>().join("/");
        let wait = if ["test", "plugins"].contains(&path.rsplit('/').next().unwrap()) { "?wait=0" } else { "" };
        let method: Method = method.to_uppercase().parse().unwrap();
        let mut request = self.admin.request(method, &format!("{path}{wait}"));
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        request = match body {
            Value::String(wasm) => request.header("content-type", "application/wasm").body(hex::decode(wasm).unwrap()),
            body => request.json(body),
        };
        let before = self.app.count("audit_log").await;
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert!(answer.status.is_success(), "{operation}: {answer:?}");
        assert_eq!(self.app.count("audit_log").await, before + 1, "{operation} leaves a row");
        self.done.insert(operation.to_owned());
        answer
    }

    async fn etag(&self, path: &str) -> String {
        self.admin.get(path).await.etag()
    }

    async fn people(&mut self) {
        let nothing = json!({});
        let user = json!({ "email": "n@acme.example", "name": "N", "role": "agent", "password": PASSWORD });
        let user = self.does("post /api/v1/users", &[], None, &user).await.ok();
        let id = user["id"].as_str().unwrap();
        let etag = self.etag(&format!("/api/v1/users/{id}")).await;
        self.does("patch /api/v1/users/{id}", &[id], Some(&etag), &json!({ "name": "M" })).await;
        let password = json!({ "new_password": PASSWORD });
        self.does("put /api/v1/users/{id}/password", &[id], None, &password).await;
        let person = Person { email: "n@acme.example".to_owned(), ..self.admin.clone() };
        let person = self.app.log_in_again(&person).await;
        let begun = person.post("/api/v1/auth/second-factor", &json!({ "password": PASSWORD })).await.ok();
        let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
        let phone = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let code = phone.generate(domain::Clock::now(&self.app.clock).timestamp().cast_unsigned()).to_string();
        person.post("/api/v1/auth/second-factor/confirmation", &json!({ "code": code })).await.ok();
        let sessions = self.admin.get(&format!("/api/v1/users/{id}/sessions")).await.ok();
        let session = sessions["items"][0]["id"].as_str().unwrap();
        self.does("delete /api/v1/users/{id}/sessions/{session_id}", &[id, session], None, &nothing).await;
        self.does("delete /api/v1/users/{id}/sessions", &[id], None, &nothing).await;
        self.does("delete /api/v1/users/{id}/second-factor", &[id], None, &nothing).await;
        self.does("post /api/v1/users/{id}/password-reset", &[id], None, &nothing).await;

        let invitation = json!({ "email": "i@acme.example", "role": "agent" });
        let invitation = self.does("post /api/v1/invitations", &[], None, &invitation).await.ok();
        let invitation = invitation["id"].as_str().unwrap();
        self.does("post /api/v1/invitations/{id}/resend", &[invitation], None, &nothing).await;
        self.does("delete /api/v1/invitations/{id}", &[invitation], None, &nothing).await;

        let role = json!({ "name": "R", "permissions": [] });
        let role = self.does("post /api/v1/roles", &[], None, &role).await.ok();
        let role = role["id"].as_str().unwrap();
        let patched = self.does("patch /api/v1/roles/{id}", &[role], Some("\"1\""), &json!({ "name": "Q" })).await;
        self.does("delete /api/v1/roles/{id}", &[role], Some(&patched.etag()), &nothing).await;

        let team = json!({ "name": "T", "ticket_prefix": "T" });
        let team = self.does("post /api/v1/teams", &[], None, &team).await.ok();
        let team = team["id"].as_str().unwrap();
        let patched = self.does("patch /api/v1/teams/{id}", &[team], Some("\"1\""), &json!({ "name": "S" })).await;
        self.does("put /api/v1/teams/{id}/members/{user_id}", &[team, id], None, &nothing).await;
        self.does("delete /api/v1/teams/{id}/members/{user_id}", &[team, id], None, &nothing).await;
        self.does("delete /api/v1/teams/{id}", &[team], Some(&patched.etag()), &nothing).await;

        let key = json!({ "name": "K", "scopes": ["read_rules"] });
        let key = self.does("post /api/v1/api-keys", &[], None, &key).await.ok();
        self.does("delete /api/v1/api-keys/{id}", &[key["id"].as_str().unwrap()], None, &nothing).await;
        self.does("put /api/v1/brands/{key}", &["acme"], None, &json!({ "name": "Acme" })).await;
        self.does("put /api/v1/triage/brands/{key}", &["acme"], None, &json!({ "flow": {} })).await;
        self.does("delete /api/v1/triage/brands/{key}", &["acme"], None, &nothing).await;
        self.does("delete /api/v1/brands/{key}", &["acme"], None, &nothing).await;
        let field = json!({ "name": "F", "kind": "text" });
        self.does("put /api/v1/attributes/{owner}/{key}", &["contact", "f"], None, &field).await;
        self.does("delete /api/v1/attributes/{owner}/{key}", &["contact", "f"], None, &nothing).await;
        let settings = json!({ "require_second_factor": "off" });
        let etag = self.etag("/api/v1/settings").await;
        self.does("put /api/v1/settings", &[], Some(&etag), &settings).await;
        self.does("post /api/v1/realtime/app/secret", &[], None, &nothing).await;
    }

    async fn connections(&mut self) {
        let nothing = json!({});
        let made = self.does("post /api/v1/connections", &[], None, &crate::app::connection("1001")).await.ok();
        let id = made["id"].as_str().unwrap();
        let path = format!("/api/v1/connections/{id}");
        let etag = self.etag(&path).await;
        let patched = self.does("patch /api/v1/connections/{id}", &[id], Some(&etag), &json!({ "name": "C" })).await;
        let secret = json!({ "access_token": "another-token-of-the-tests" });
        self.does("patch /api/v1/connections/{id}/settings", &[id], Some(&patched.etag()), &secret).await;
        self.does("put /api/v1/connections/{id}/status", &[id], None, &json!({ "status": "disabled" })).await;
        self.does("put /api/v1/connections/{id}/status", &[id], None, &json!({ "status": "active" })).await;
        let (kept, _) = self.admin.connect("1009").await;
        let conversation = write(self.app, self.admin, &kept, "+491511", "Zoë", "Hello").await;
        let simulated = "post /api/v1/conversations/{id}/simulate-inbound";
        self.does(simulated, &[&conversation], None, &json!({ "text": "Still there?" })).await;
        self.does("put /api/v1/triage/connections/{id}", &[id], None, &json!({ "flow": {} })).await;
        self.does("delete /api/v1/triage/connections/{id}", &[id], None, &nothing).await;
        self.does("post /api/v1/connections/{id}/test", &[id], None, &nothing).await;
        self.does("post /api/v1/connections/{id}/templates/sync", &[id], None, &nothing).await;
        let key = made["webhook_url"].as_str().unwrap().rsplit('/').next().unwrap();
        assert_eq!(self.app.hook(key, &webhook("1", &["1001"])).await.status, 200);
        let delivery = self.admin.get("/api/v1/deliveries").await.ok()["items"][0]["id"].clone();
        let processed = "UPDATE deliveries SET outcome = 'processed'";
        sqlx::query(processed).execute(&self.app.db.owner).await.unwrap();
        self.does("post /api/v1/deliveries/{id}/replay", &[delivery.as_str().unwrap()], None, &nothing).await;
        self.does("put /api/v1/queue/pauses/connections/{id}", &[id], None, &nothing).await;
        self.does("delete /api/v1/queue/pauses/connections/{id}", &[id], None, &nothing).await;
        self.does("delete /api/v1/connections/{id}", &[id], None, &nothing).await;

        let endpoint = json!({ "plugin_id": "whatsapp", "name": "E",
                               "settings": { "app_secret": "secret-of-an-endpoint", "verify_token": "v" } });
        let endpoint = self.does("post /api/v1/endpoints", &[], None, &endpoint).await.ok();
        let id = endpoint["id"].as_str().unwrap();
        let etag = self.etag(&format!("/api/v1/endpoints/{id}")).await;
        self.does("patch /api/v1/endpoints/{id}", &[id], Some(&etag), &json!({ "name": "F" })).await;
        self.does("delete /api/v1/endpoints/{id}", &[id], None, &nothing).await;

        let (shop, _) = upgrades::connected_shop(self.app, self.admin).await;
        let acceptance = upgrades::acceptance(self.admin, &shop).await;
        let shop = shop.rsplit('/').next().unwrap();
        self.does("post /api/v1/connections/{id}/upgrade", &[shop], None, &acceptance).await;
        self.does("post /api/v1/connections/{id}/rollback", &[shop], None, &nothing).await;
        authorization_server::install(self.app, "oauth", &by_person()).await;
        let oauth = authorization_server::connect(self.admin, "oauth").await;
        let oauth = oauth.rsplit('/').next().unwrap();
        self.does("post /api/v1/connections/{id}/oauth/authorize", &[oauth], None, &nothing).await;

        let defaults = json!({ "settings": {} });
        self.does("put /api/v1/plugins/{id}/defaults", &["whatsapp"], Some("\"0\""), &defaults).await;
        let wasm = plugins::wasm(&plugins::manifest("1.0.0"));
        self.does("post /api/v1/plugins", &[], None, &json!(hex::encode(wasm))).await;
        let version = ["shop", "2.0.0"];
        self.does("delete /api/v1/plugins/{id}/versions/{version}", &version, None, &nothing).await;
    }

    async fn rules(&mut self) {
        let definition = json!({ "trigger": { "type": "keyword", "keywords": ["x"] },
                                 "actions": [{ "type": "add_tag", "tag": "x" }] });
        let rule = json!({ "name": "R", "definition": definition });
        let rule = self.does("post /api/v1/rules", &[], None, &rule).await.ok();
        let id = rule["id"].as_str().unwrap();
        let patched = self.does("patch /api/v1/rules/{id}", &[id], Some("\"1\""), &json!({ "name": "Q" })).await;
        self.does("put /api/v1/rules/order", &[], None, &json!({ "rule_ids": [id] })).await;
        self.does("delete /api/v1/rules/{id}", &[id], Some(&patched.etag()), &json!({})).await;
    }

    async fn queue(&mut self) {
        let (tenant, nothing) = (self.admin.tenant.0, json!({}));
        let (one, two) = (queue::delayed_job(self.app, tenant).await, queue::delayed_job(self.app, tenant).await);
        self.does("post /api/v1/queue/jobs/{id}/retry", &[&one.to_string()], None, &nothing).await;
        self.does("post /api/v1/queue/jobs/{id}/cancel", &[&two.to_string()], None, &nothing).await;
        let (one, two) = (queue::delayed_job(self.app, tenant).await, queue::delayed_job(self.app, tenant).await);
        self.does("post /api/v1/queue/jobs/retry", &[], None, &json!({ "ids": [one] })).await;
        self.does("post /api/v1/queue/jobs/cancel", &[], None, &json!({ "ids": [two] })).await;
        let schedule = queue::schedule(self.app, self.admin.tenant, "daily", "@daily").await;
        let off = json!({ "enabled": false });
        self.does("put /api/v1/queue/schedules/{id}/enabled", &[&schedule], None, &off).await;
        let mut letters = Vec::new();
        for _ in 0..4 {
            letters.push(queue::dead_letter(self.app, tenant, "send-message").await.to_string());
        }
        let letter = |n: usize| letters[n].as_str();
        let args = json!({ "args": { "n": 2 } });
        self.does("patch /api/v1/queue/dead-letters/{id}", &[letter(0)], None, &args).await;
        self.does("post /api/v1/queue/dead-letters/{id}/replay", &[letter(0)], None, &nothing).await;
        self.does("delete /api/v1/queue/dead-letters/{id}", &[letter(1)], None, &nothing).await;
        let ids = |n: usize| json!({ "ids": [letters[n].parse::<i64>().unwrap()] });
        self.does("post /api/v1/queue/dead-letters/replay", &[], None, &ids(2)).await;
        self.does("post /api/v1/queue/dead-letters/discard", &[], None, &ids(3)).await;
        self.does("put /api/v1/queue/pauses/all", &[], None, &nothing).await;
        self.does("delete /api/v1/queue/pauses/all", &[], None, &nothing).await;
        self.does("put /api/v1/queue/pauses/lanes/{lane}", &["bulk"], None, &nothing).await;
        self.does("delete /api/v1/queue/pauses/lanes/{lane}", &["bulk"], None, &nothing).await;
        self.does("put /api/v1/queue/pauses/kinds/{kind}", &["send-message"], None, &nothing).await;
        self.does("delete /api/v1/queue/pauses/kinds/{kind}", &["send-message"], None, &nothing).await;
    }
}

/// The operations that administer something, by their description.
fn administrative() -> BTreeSet<String> {
    let administers = |needed: &String| needed.parse::<Permission>().unwrap().is_administrative();
    operations(&signalbox_api::openapi::document())
        .into_iter()
        .filter(|(method, _, operation)| method != "get" && needs(operation).iter().any(administers))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect()
}

#[tokio::test]
async fn everything_that_is_administered_leaves_a_row_and_nothing_secret_does() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut crawl = Crawl { app: &app, admin: &admin, done: BTreeSet::new() };
    crawl.people().await;
    crawl.connections().await;
    crawl.rules().await;
    crawl.queue().await;
    assert_eq!(crawl.done, administrative(), "what is described is what was tried");

    let rows: Vec<String> =
        sqlx::query_scalar("SELECT coalesce(before, 'null')::text || coalesce(after, 'null') FROM audit_log")
            .fetch_all(&app.db.owner)
            .await
            .unwrap();
    let text = rows.join("\n");
    for secret in [
        PASSWORD,
        "argon2",
        "sbk_",
        crate::app::APP_SECRET,
        crate::app::VERIFY_TOKEN,
        "token-of-the-tests",
        "secret-of-an-endpoint",
        "first key",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains(r#""access_token": {"set": true"#), "of a secret it says that it is set");
}

#[tokio::test]
async fn an_entry_says_who_did_what_when_from_where_and_what_changed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}", agent.id);
    let etag = admin.get(&path).await.etag();
    let changed = admin.patch(&path, &etag, &json!({ "role": "supervisor" })).await;
    let entry = admin.get(LOG).await.ok()["items"][0].clone();
    assert_eq!((&entry["action"], &entry["target_id"]), (&json!("user.updated"), &json!(agent.id)));
    assert_eq!((&entry["user_id"], &entry["user_name"]), (&json!(admin.id), &json!("Somebody")));
    assert_eq!((&entry["before"]["role"], &entry["after"]["role"]), (&json!("agent"), &json!("supervisor")));
    assert_eq!((&entry["address"], &entry["target_kind"]), (&json!("127.0.0.1"), &json!("user")));
    assert_eq!(entry["request_id"], changed.headers["x-request-id"].to_str().unwrap());
    assert_eq!(entry["occurred_at"], json!(domain::Clock::now(&app.clock)));
    // What was refused has not happened.
    assert_eq!(admin.patch(&path, &etag, &json!({ "role": "agent" })).await.problem(412), "precondition_failed");
    assert_eq!(admin.get(LOG).await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(agent.get(LOG).await.problem(403), "forbidden");
}

#[tokio::test]
async fn entries_are_found_page_by_page_and_exported_whole() {
    let app = App::start().await;
    let (admin, other) = (app.tenant("acme").await, app.tenant("bolt").await);
    let team = |n: u32| json!({ "name": format!("=Team {n}"), "ticket_prefix": "T" });
    for n in 0..5 {
        admin.post("/api/v1/teams", &team(n)).await.ok();
    }
    other.post("/api/v1/teams", &team(9)).await.ok();
    app.clock.advance(TimeDelta::minutes(10));
    let etag = admin.get("/api/v1/settings").await.etag();
    admin.put_over("/api/v1/settings", &etag, &json!({})).await.ok();

    let first = admin.get(&format!("{LOG}?limit=4")).await.ok();
    assert_eq!(first["items"][0]["action"], "settings.updated");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("{LOG}?limit=4&cursor={cursor}")).await.ok();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["has_more"]), (2, &json!(false)));
    let start = (domain::Clock::now(&app.clock) - TimeDelta::minutes(5)).format("%Y-%m-%dT%H:%M:%SZ");
    for (query, count) in [
        ("action=team.created".to_owned(), 5),
        ("target_kind=settings".to_owned(), 1),
        (format!("target_id={}", second["items"][0]["target_id"].as_str().unwrap()), 1),
        (format!("user_id={}", admin.id), 6),
        (format!("user_id={}", other.id), 0),
        (format!("from={start}"), 1),
        (format!("until={start}"), 5),
    ] {
        let found = admin.get(&format!("{LOG}?{query}")).await.ok();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }

    let export = admin.request(Method::GET, &format!("{LOG}.csv?action=team.created")).send().await.unwrap();
    assert_eq!(export.headers()["content-type"], "text/csv; charset=utf-8");
    let text = export.text().await.unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().get(6), Some("action"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[0].len()), (5, 13));
    assert!(rows[0].get(10).unwrap().contains("=Team 4"), "{:?}", rows[0]);
    assert!(!text.contains("Team 9"));
}

#[tokio::test]
async fn nobody_rewrites_the_log() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.post("/api/v1/teams", &json!({ "name": "T", "ticket_prefix": "T" })).await.ok();
    for sql in ["DELETE FROM audit_log", "UPDATE audit_log SET action = 'x'", "TRUNCATE audit_log"] {
        let mut tx = app.database.begin(admin.tenant).await.unwrap();
        let error = sqlx::query(sql).execute(&mut *tx).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
}
