//! Versions of a plugin side by side: upgrades with consent, and the way back.

use crate::app::{App, Person};
use domain::ConnectionId;
use serde_json::{Value, json};
use std::time::Duration;
use store::connections::questions;
use uuid::Uuid;

/// A shop's plugin. Its second version calls another host, needs a region and a pin, and has no use for a nickname.
fn manifest(version: &str) -> Value {
    let mut manifest = json!({
        "id": "shop", "name": "Shop", "version": version, "api": "1", "interfaces": ["webhooks", "channel"],
        "webhook": { "verify": [{ "token": { "place": { "header": "x-token" }, "secrets": ["token"] } }] },
        "account_settings": ["shop"],
        "egress": [{ "host": "api.example.com", "methods": ["GET"] }],
        "secrets": {
            "key": { "scope": "connection", "inject": {
                "host": "api.example.com", "place": { "header": { "name": "x-key" } } } },
            "old_key": { "scope": "connection" },
            "token": { "scope": "endpoint" },
        },
        "settings": {
            "type": "object", "additionalProperties": false, "required": ["shop", "key"],
            "properties": {
                "shop": { "type": "string" },
                "nickname": { "type": "string" },
                "page": { "type": "integer", "default": 100 },
                "key": { "type": "string", "x-secret": true },
                "old_key": { "type": "string", "x-secret": true },
            },
        },
        "endpoint_settings": {
            "type": "object", "required": ["token"],
            "properties": { "token": { "type": "string", "x-secret": true } },
        },
    });
    if version.starts_with("3.") {
        manifest["interfaces"] = json!(["webhooks", "channel", "admin"]);
        manifest["settings"]["properties"]["nickname"]["x-options"] = json!({ "call": "nicknames" });
    }
    if version.starts_with("2.") {
        manifest["egress"][0]["methods"] = json!(["GET", "POST"]);
        manifest["webhook"]["verify"][0]["token"]["place"] = json!({ "header": "x-other-token" });
        manifest["secrets"].as_object_mut().unwrap().remove("old_key");
        manifest["secrets"]["pin"] = json!({ "scope": "connection" });
        let properties = manifest["settings"]["properties"].as_object_mut().unwrap();
        properties.remove("nickname");
        properties.remove("old_key");
        properties.insert("region".to_owned(), json!({ "type": "string", "enum": ["eu", "us"] }));
        properties.insert("page".to_owned(), json!({ "type": "integer", "default": 50 }));
        properties.insert("pin".to_owned(), json!({ "type": "string", "x-secret": true }));
        manifest["settings"]["required"] = json!(["shop", "key", "region"]);
    }
    manifest
}

async fn install(app: &App, version: &str) {
    let manifest = manifest(version);
    let wasm = manifest.to_string();
    store::plugins::install(&app.db.app, "shop", version, &manifest, wasm.as_bytes(), app_now(app)).await.unwrap();
}

fn app_now(app: &App) -> chrono::DateTime<chrono::Utc> {
    domain::Clock::now(&app.clock)
}

/// A shop that can be upgraded to version 2.0.0. Answers the path of its connection and the key of its endpoint.
pub async fn connected_shop(app: &App, admin: &Person) -> (String, String) {
    install(app, "1.0.0").await;
    let shop = connect(admin, "lamps").await;
    install(app, "2.0.0").await;
    shop
}

/// What upgrades such a shop.
pub async fn acceptance(admin: &Person, path: &str) -> Value {
    json!({ "to": "2.0.0", "consent": added(admin, path).await, "settings": { "region": "us" } })
}

/// Connects a shop. Answers the path of the connection and the key of its endpoint.
async fn connect(admin: &Person, shop: &str) -> (String, String) {
    let made = admin
        .post(
            "/api/v1/connections",
            &json!({
                "plugin_id": "shop", "name": format!("Shop {shop}"),
                "settings": { "shop": shop, "nickname": "corner", "key": "first key", "old_key": "older" },
                "endpoint_settings": { "token": "t0ken" },
            }),
        )
        .await
        .ok();
    let key = made["webhook_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    (format!("/api/v1/connections/{}", made["id"].as_str().unwrap()), key)
}

/// The ids of everything that is new.
async fn added(admin: &Person, path: &str) -> Vec<String> {
    let preview = admin.get(&format!("{path}/upgrade")).await.ok();
    let added = preview["difference"]["added"].as_array().unwrap();
    added.iter().map(|named| named["id"].as_str().unwrap().to_owned()).collect()
}

async fn hook(app: &App, key: &str, header: &str, number: u32) -> u16 {
    let request = app.request(reqwest::Method::POST, &format!("/hooks/{key}")).header(header, "t0ken");
    let request = request.header("content-type", "application/json").body(format!("{{\"n\":{number}}}"));
    request.send().await.unwrap().status().as_u16()
}

/// A sealed secret of a connection.
async fn sealed(app: &App, path: &str, name: &str) -> Option<Vec<u8>> {
    let id: ConnectionId = path.rsplit('/').next().unwrap().parse().unwrap();
    sqlx::query_scalar("SELECT sealed FROM connection_secrets WHERE connection_id = $1 AND name = $2")
        .bind(id.0)
        .bind(name)
        .fetch_optional(&app.db.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn connections_keep_their_version_until_they_are_upgraded() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (old, _) = connect(&admin, "one").await;
    install(&app, "2.0.0").await;
    let body = json!({
        "plugin_id": "shop", "name": "Two",
        "settings": { "shop": "two", "region": "eu", "key": "k" }, "endpoint_settings": { "token": "t0ken" },
    });
    let new = admin.post("/api/v1/connections", &body).await.ok();
    assert_eq!(new["plugin_version"], "2.0.0");
    let old = admin.get(&old).await.ok();
    assert_eq!((&old["plugin_version"], &old["settings"]["page"]), (&json!("1.0.0"), &json!(100)));
    assert_eq!(new["settings"]["page"], 50, "each has the defaults of its version");
    // A version can be asked for.
    let mut body = body;
    body["plugin_version"] = json!("1.0.0");
    body["settings"] = json!({ "shop": "three", "key": "k" });
    assert_eq!(admin.post("/api/v1/connections", &body).await.ok()["plugin_version"], "1.0.0");
    body["plugin_version"] = json!("3.0.0");
    let refused = admin.post("/api/v1/connections", &body).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/plugin_version", "{refused:?}");
}

#[tokio::test]
async fn an_upgrade_shows_first_what_it_changes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (path, _) = connect(&admin, "one").await;
    let same = admin.get(&format!("{path}/upgrade")).await.ok();
    assert_eq!(same["difference"]["added"], json!([]));
    install(&app, "2.0.0").await;
    let preview = admin.get(&format!("{path}/upgrade?to=2.0.0")).await.ok();
    assert_eq!((&preview["difference"]["from"], &preview["difference"]["to"]), (&json!("1.0.0"), &json!("2.0.0")));
    let added = added(&admin, &path).await;
    assert_eq!(added[..2], ["egress:api.example.com:POST", "secret:pin:connection"]);
    assert!(added[2].starts_with("webhook:"), "{added:?}");
    assert_eq!(preview["difference"]["removed"][0]["id"], "secret:old_key:connection");
    let fields: Vec<_> = preview["difference"]["settings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| format!("{} {}", field["change"].as_str().unwrap(), field["pointer"].as_str().unwrap()))
        .collect();
    assert_eq!(fields, ["removed /nickname", "removed /old_key", "changed /page", "added /pin", "added /region"]);
    assert_eq!(preview["settings_errors"][0]["pointer"], "/settings/region");
    assert_eq!(preview["endpoint_errors"], json!([]));
    assert_eq!(admin.get(&path).await.ok()["plugin_version"], "1.0.0", "looking changes nothing");
    let unknown = admin.get(&format!("{path}/upgrade?to=7.0.0")).await;
    assert_eq!(unknown.body["errors"][0]["pointer"], "/to");
}

#[tokio::test]
async fn what_is_new_needs_consent() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (path, key) = connect(&admin, "one").await;
    install(&app, "2.0.0").await;
    let all = added(&admin, &path).await;
    let upgrade = format!("{path}/upgrade");
    let settings = json!({ "region": "us" });
    for consent in [json!([]), json!(all[1..]), json!(["egress:api.example.com:GET", all[1], all[2]])] {
        let body = json!({ "to": "2.0.0", "consent": consent, "settings": settings });
        let refused = admin.post(&upgrade, &body).await;
        assert_eq!(refused.problem(409), "consent_required");
        assert_eq!(refused.body["missing"][0]["id"], all[0], "{refused:?}");
    }
    // Consent alone is not enough where the settings are not.
    let refused = admin.post(&upgrade, &json!({ "to": "2.0.0", "consent": all })).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/settings/region", "{refused:?}");
    assert_eq!(app.count("connection_versions").await, 0);
    assert_eq!(hook(&app, &key, "x-token", 1).await, 200);

    let body = json!({ "to": "2.0.0", "consent": all, "settings": settings });
    let upgraded = admin.post(&upgrade, &body).await.ok();
    assert_eq!(upgraded["plugin_version"], "2.0.0");
    assert_eq!(upgraded["settings"], json!({ "shop": "one", "region": "us", "page": 50 }));
    assert!(sealed(&app, &path, "old_key").await.is_none(), "nothing could use it");
    assert_eq!(app.count("events WHERE kind = 'connection.version_changed'").await, 1);
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT consent FROM connection_versions").fetch_one(&app.db.owner).await.unwrap();
    assert_eq!(kept, all);
    assert_eq!(admin.post(&upgrade, &body).await.body["errors"][0]["code"], "same_version");
}

#[tokio::test]
async fn a_rollback_brings_everything_back_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (path, _) = connect(&admin, "one").await;
    assert_eq!(admin.post(&format!("{path}/rollback"), &json!({})).await.problem(409), "nothing_to_roll_back");
    let before = admin.get(&path).await.ok();
    let old_key = sealed(&app, &path, "old_key").await;
    install(&app, "2.0.0").await;
    let consent = added(&admin, &path).await;
    let body =
        json!({ "to": "2.0.0", "consent": consent, "settings": { "region": "us", "shop": "moved", "pin": "1" } });
    admin.post(&format!("{path}/upgrade"), &body).await.ok();
    // The provider has been told a new key meanwhile: the old one would be refused.
    let etag = admin.get(&path).await.etag();
    admin.patch(&format!("{path}/settings"), &etag, &json!({ "key": "rotated" })).await.ok();
    let rotated = sealed(&app, &path, "key").await;

    let back = admin.post(&format!("{path}/rollback"), &json!({})).await.ok();
    assert_eq!(back["plugin_version"], "1.0.0");
    assert_eq!(back["settings"], before["settings"]);
    assert_eq!(back["accounts"], json!(["one"]));
    assert_eq!(sealed(&app, &path, "key").await, rotated);
    assert_eq!(sealed(&app, &path, "old_key").await, old_key);
    assert!(sealed(&app, &path, "pin").await.is_none());
    assert_eq!(admin.post(&format!("{path}/rollback"), &json!({})).await.problem(409), "nothing_to_roll_back");
}

#[tokio::test]
async fn an_endpoint_has_the_recipe_of_the_newest_version_among_its_connections() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (first, key) = connect(&admin, "one").await;
    let endpoint = admin.get(&first).await.ok()["endpoint_id"].clone();
    let second = json!({
        "plugin_id": "shop", "name": "Two", "settings": { "shop": "two", "key": "k" }, "endpoint_id": endpoint,
    });
    let second = admin.post("/api/v1/connections", &second).await.ok();
    let second = format!("/api/v1/connections/{}", second["id"].as_str().unwrap());
    install(&app, "2.0.0").await;
    let path = format!("/api/v1/endpoints/{}", endpoint.as_str().unwrap());
    assert_eq!(admin.get(&path).await.ok()["plugin_version"], "1.0.0", "an installation alone changes no recipe");
    let consent = added(&admin, &first).await;
    let upgrade = json!({ "to": "2.0.0", "consent": consent, "settings": { "region": "eu" } });
    admin.post(&format!("{first}/upgrade"), &upgrade).await.ok();
    assert_eq!(admin.get(&path).await.ok()["plugin_version"], "2.0.0");
    assert_eq!(admin.get(&second).await.ok()["plugin_version"], "1.0.0", "the other connection keeps its version");
    assert_eq!(hook(&app, &key, "x-token", 2).await, 401);
    assert_eq!(hook(&app, &key, "x-other-token", 2).await, 200);
    admin.post(&format!("{first}/rollback"), &json!({})).await.ok();
    assert_eq!(admin.get(&path).await.ok()["plugin_version"], "1.0.0");
}

#[tokio::test]
async fn a_shared_endpoint_is_not_moved_by_a_tenant() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (path, _) = connect(&admin, "one").await;
    sqlx::query("UPDATE endpoint_secrets SET tenant_id = NULL").execute(&app.db.owner).await.unwrap();
    sqlx::query("UPDATE endpoints SET tenant_id = NULL").execute(&app.db.owner).await.unwrap();
    install(&app, "2.0.0").await;
    let consent = added(&admin, &path).await;
    let upgrade = json!({ "to": "2.0.0", "consent": consent, "settings": { "region": "eu" } });
    assert_eq!(admin.post(&format!("{path}/upgrade"), &upgrade).await.ok()["plugin_version"], "2.0.0");
    assert_eq!(app.count("endpoints WHERE plugin_version = '1.0.0'").await, 1);
    let key: String = sqlx::query_scalar("SELECT key FROM endpoints").fetch_one(&app.db.owner).await.unwrap();
    assert!(store::endpoints::set_shared_version(&app.db.app, &key, "2.0.0").await.unwrap());
    assert!(!store::endpoints::set_shared_version(&app.db.app, "no-such-endpoint", "2.0.0").await.unwrap());
    assert_eq!(app.count("endpoints WHERE plugin_version = '2.0.0'").await, 1);
}

/// What a worker does with questions to plugins, with this answer for all of them. Gives the questions.
async fn answering(app: &App, admin: &Person, answer: &Value, asked: &std::sync::Mutex<Vec<Value>>) {
    loop {
        let waiting: Vec<(Uuid, Value)> =
            sqlx::query_as("SELECT id, question FROM plugin_questions WHERE answered_at IS NULL")
                .fetch_all(&app.db.owner)
                .await
                .unwrap();
        for (id, question) in waiting {
            asked.lock().unwrap().push(question);
            let mut tx = app.database.begin(admin.tenant).await.unwrap();
            questions::answer(&mut tx, id, answer, chrono::DateTime::UNIX_EPOCH).await.unwrap();
            tx.commit().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_plugin_migrates_the_settings_that_were_set_here() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, "1.0.0").await;
    let (path, _) = connect(&admin, "one").await;
    install(&app, "3.0.0").await;
    let upgrade = format!("{path}/upgrade");
    let body = json!({ "to": "3.0.0", "consent": added(&admin, &path).await, "settings": { "page": 7 } });
    let asked = std::sync::Mutex::default();
    let failing = json!({ "answer": "refused", "code": "trap", "message": "it crashed" });
    let failed = tokio::select! {
        failed = admin.post(&upgrade, &body) => failed,
        () = answering(&app, &admin, &failing, &asked) => unreachable!(),
    };
    assert_eq!(failed.problem(502), "plugin_failed");
    assert_eq!((&failed.body["detail"], &failed.body["plugin_code"]), (&json!("it crashed"), &json!("trap")));
    assert_eq!(admin.get(&path).await.ok()["plugin_version"], "1.0.0");

    let migrated = json!({ "answer": "given", "value": { "shop": "one", "nickname": "migrated", "key": "stolen" } });
    let upgraded = tokio::select! {
        upgraded = admin.post(&upgrade, &body) => upgraded.ok(),
        () = answering(&app, &admin, &migrated, &asked) => unreachable!(),
    };
    assert_eq!(upgraded["settings"], json!({ "shop": "one", "nickname": "migrated", "page": 7 }));
    assert_eq!(upgraded["secrets"]["key"]["set"], true);
    assert_eq!(asked.into_inner().unwrap(), vec![json!({ "ask": "migrate_settings", "to": "3.0.0" }); 2]);
    assert_eq!(app.count("plugin_questions").await, 0, "what was answered is forgotten");
    // The way back asks nobody.
    let back = admin.post(&format!("{path}/rollback"), &json!({})).await.ok();
    assert_eq!(back["settings"], json!({ "shop": "one", "nickname": "corner", "page": 100 }));
}

#[tokio::test]
async fn a_plugin_offers_choices_for_a_field() {
    let app = App::start().await;
    let (admin, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    install(&app, "3.0.0").await;
    let (path, _) = connect(&admin, "one").await;
    let options = format!("{path}/settings/options");
    assert_eq!(admin.get(&format!("{options}?field=/shop")).await.problem(400), "bad_request");
    assert_eq!(bolt.get(&format!("{options}?field=/nickname")).await.problem(404), "not_found");
    let late = admin.get(&format!("{options}?field=/nickname&search=co&wait=0")).await;
    assert_eq!((late.status.as_u16(), &late.body["done"]), (202, &json!(false)));
    let location = late.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(bolt.get(&location).await.problem(404), "not_found");
    assert_eq!(app.count("queue.jobs WHERE kind = 'ask-plugin' AND lane = 'live'").await, 1);
    let asked = std::sync::Mutex::default();
    let of_field = format!("{options}?field=/nickname");
    let given = json!({ "answer": "given", "value": [{ "value": "corner", "label": "The corner shop" }] });
    let at_once = tokio::select! {
        at_once = admin.get(&of_field) => at_once.ok(),
        () = answering(&app, &admin, &given, &asked) => unreachable!(),
    };
    assert_eq!((&at_once["done"], &at_once["items"][0]["value"]), (&json!(true), &json!("corner")));
    assert_eq!(asked.into_inner().unwrap()[0], json!({ "ask": "options", "field": "/nickname", "search": "co" }));
    assert_eq!(admin.get(&location).await.ok()["items"][0]["label"], "The corner shop");
}
