//! Installing plugins at run time.

use crate::app::{Answer, App, Person};
use domain::{
    plugin::{InstallOutcome, Refusal},
    role::Role,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use store::plugins::installations;
use uuid::Uuid;

pub fn manifest(version: &str) -> Value {
    json!({ "id": "quiet", "name": "Quiet", "version": version, "api": "1", "interfaces": ["admin"] })
}

/// A module that is nothing but its manifest. Only what is said before any code runs matters here.
pub fn wasm(manifest: &Value) -> Vec<u8> {
    let name = b"signalbox:manifest";
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend_from_slice(name);
    section.extend_from_slice(manifest.to_string().as_bytes());
    let mut module = b"\0asm\x01\0\0\0\0".to_vec();
    let mut size = section.len();
    while size >= 0x80 {
        module.push(u8::try_from(size & 0x7f).unwrap() | 0x80);
        size >>= 7;
    }
    module.push(u8::try_from(size).unwrap());
    module.extend(section);
    module
}

/// What a worker does with the installations that wait: this one accepts or refuses all of them.
async fn work(app: &App, admin: &Person, refusal: Option<&str>) {
    loop {
        let waiting: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM plugin_installations WHERE completed_at IS NULL")
            .fetch_all(&app.db.owner)
            .await
            .unwrap();
        for id in waiting {
            let mut tx = app.database.begin(admin.tenant).await.unwrap();
            let Some(wasm) = installations::file(&mut tx, id).await.unwrap() else { continue };
            let preamble = manifest::Preamble::read(&wasm).unwrap();
            let described: Value = serde_json::from_slice(preamble.manifest).unwrap();
            let (plugin_id, version) = ("quiet".to_owned(), described["version"].as_str().unwrap().to_owned());
            let outcome = if let Some(message) = refusal {
                let (code, message) = ("plugin".to_owned(), message.to_owned());
                InstallOutcome::Refused { reasons: vec![Refusal { pointer: String::new(), code, message }] }
            } else {
                let new =
                    store::plugins::NewVersion { id: &plugin_id, version: &version, manifest: &described, wasm: &wasm };
                store::plugins::install_in(&mut tx, &new, chrono::DateTime::UNIX_EPOCH).await.unwrap();
                InstallOutcome::Installed { plugin_id: plugin_id.clone(), version: version.clone() }
            };
            installations::complete(&mut tx, id, &json!(outcome), chrono::DateTime::UNIX_EPOCH).await.unwrap();
            tx.commit().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn install(app: &App, admin: &Person, wasm: Vec<u8>, refusal: Option<&str>) -> Answer {
    tokio::select! {
        answer = admin.install("", wasm) => answer,
        () = work(app, admin, refusal) => unreachable!(),
    }
}

#[tokio::test]
async fn a_plugin_is_installed_while_everything_runs() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let installed = install(&app, &admin, wasm(&manifest("1.0.0")), None).await;
    assert_eq!(installed.status, 201, "{installed:?}");
    assert_eq!(installed.headers["location"], "/api/v1/plugins/quiet/versions/1.0.0");
    assert_eq!(installed.body["capabilities"][0]["id"], "interface:admin");
    // The same file again is no second installation, and asks no worker.
    let again = admin.install("", wasm(&manifest("1.0.0"))).await;
    assert_eq!((again.status.as_u16(), &again.body["version"]), (200, &json!("1.0.0")));
    assert_eq!(app.count("plugin_installations").await, 1);
    assert_eq!(app.count("plugin_installations WHERE wasm IS NOT NULL").await, 0, "the file is kept once");

    install(&app, &admin, wasm(&manifest("1.2.0")), None).await.ok();
    install(&app, &admin, wasm(&manifest("1.1.0")), None).await.ok();
    install(&app, &admin, wasm(&manifest("1.3.0-beta.1")), None).await.ok();
    let plugin = admin.get("/api/v1/plugins/quiet").await.ok();
    assert_eq!(plugin["version"], "1.2.0", "new connections get the newest that is no pre-release");
    let versions: Vec<_> = plugin["versions"].as_array().unwrap().iter().map(|v| v["version"].clone()).collect();
    assert_eq!(versions, ["1.3.0-beta.1", "1.2.0", "1.1.0", "1.0.0"]);
    assert_eq!(admin.get("/api/v1/plugins/quiet/versions/1.1.0").await.ok()["version"], "1.1.0");
    assert_eq!(admin.get("/api/v1/plugins/quiet/versions/9.0.0").await.problem(404), "not_found");
}

#[tokio::test]
async fn a_version_never_changes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    install(&app, &admin, wasm(&manifest("1.0.0")), None).await.ok();
    let mut other = manifest("1.0.0");
    other["egress"] = json!([{ "host": "evil.example.com", "methods": ["POST"] }]);
    assert_eq!(admin.install("", wasm(&other)).await.problem(409), "version_taken");
    let plugin = admin.get("/api/v1/plugins/quiet").await.ok();
    assert!(!plugin.to_string().contains("evil"), "{plugin}");
}

#[tokio::test]
async fn a_broken_file_is_refused_with_all_its_reasons() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut broken = manifest("1.0");
    broken["settings"] = json!({ "type": "object", "properties": {
        "a": { "type": "string", "x-ordr": 1 }, "b": { "type": "string", "minLenght": 1 },
    } });
    broken["limits"] = json!({ "cpu_ms": 0 });
    let answer = admin.install("", wasm(&broken)).await;
    assert_eq!(answer.problem(422), "invalid");
    let mut pointers: Vec<_> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        ["/limits/cpu_ms", "/settings/properties/a/x-ordr", "/settings/properties/b/minLenght", "/version"]
    );
    for (file, told) in [(b"\0asm\x01\0\0\0".to_vec(), "no manifest"), (b"%PDF-1.7".to_vec(), "no WebAssembly")] {
        let answer = admin.install("", file).await;
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(told), "{message}");
    }
    // What only a worker can find out is told in the same way.
    let answer = install(&app, &admin, wasm(&manifest("1.0.0")), Some("it cannot be compiled")).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.body["errors"][0]["message"], "it cannot be compiled");
    assert_eq!(admin.get("/api/v1/plugins/quiet").await.problem(404), "not_found");
}

#[tokio::test]
async fn who_does_not_wait_is_told_where_to_look() {
    let app = App::start().await;
    let (admin, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let late = admin.install("?wait=0", wasm(&manifest("1.0.0"))).await;
    assert_eq!(late.status, 202, "{late:?}");
    let location = late.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(admin.get(&location).await.ok()["done"], false);
    assert_eq!(bolt.get(&location).await.problem(404), "not_found");
    assert_eq!(app.count("queue.jobs WHERE kind = 'install-plugin' AND lane = 'live'").await, 1);
    let work = work(&app, &admin, None);
    let done = async {
        loop {
            let seen = admin.get(&location).await.ok();
            if seen["done"] == true {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let done = tokio::select! { done = done => done, () = work => unreachable!() };
    assert_eq!((&done["result"], &done["plugin_id"]), (&json!("installed"), &json!("quiet")));
}

#[tokio::test]
async fn plugins_are_the_operators_unless_he_says_otherwise() {
    let app = App::for_the_operator().await;
    let admin = app.tenant("acme").await;
    assert_eq!(admin.install("", wasm(&manifest("1.0.0"))).await.problem(403), "operator_only");
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let supervisor = app.colleague(&admin, "super", Role::Supervisor).await;
    assert_eq!(supervisor.install("", wasm(&manifest("1.0.0"))).await.problem(403), "forbidden");
    let json = admin.request(Method::POST, "/api/v1/plugins").json(&json!({}));
    assert_eq!(Answer::of(json.send().await.unwrap()).await.problem(415), "unsupported_media_type");
    // Larger than any other request may be, and than a plugin may be.
    let large = admin.install("", vec![0; 2 << 20]).await;
    assert_eq!(large.problem(422), "invalid");
    assert_eq!(admin.install("", vec![0; (8 << 20) + 1]).await.problem(413), "too_large");
    assert_eq!(app.count("plugin_installations").await, 0);
}
