//! Versions of a plugin side by side, each for the connections that hold it; and files that are tried and installed.

use crate::world::{World, plugin};
use domain::{
    ConnectionId,
    jobs::{AskPlugin, InstallPlugin},
};
use serde_json::{Value, json};
use store::{
    connections::questions,
    plugins::{self, installations},
};
use uuid::Uuid;

/// The real plugin under another version: the number stands in its manifest, and is as long.
fn next_version() -> Vec<u8> {
    let mut wasm = plugin();
    let (old, new) = (br#""version":"0.1.0""#, br#""version":"0.2.0""#);
    let places: Vec<usize> =
        wasm.windows(old.len()).enumerate().filter(|(_, window)| window == old).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "the manifest names its version");
    for at in places {
        wasm[at..at + old.len()].copy_from_slice(new);
    }
    wasm
}

impl World {
    async fn install(&self, version: &str, wasm: &[u8]) {
        plugins::install(&self.test.app, "whatsapp", version, &json!({}), wasm, self.now()).await.unwrap();
    }

    /// A second connection of the tenant, with this version.
    async fn connect(&self, version: &str) -> ConnectionId {
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        let first = store::connections::load(&mut tx, self.connection).await.unwrap().unwrap();
        let id = ConnectionId::new();
        let new = store::connections::NewConnection {
            id,
            endpoint_id: first.endpoint_id,
            plugin_id: "whatsapp",
            plugin_version: Some(version),
            name: "second",
            settings: &first.settings,
            own: None,
        };
        store::connections::create(&mut tx, &new, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// What the connection's last delivery failed of.
    async fn reason(&self, connection: ConnectionId) -> String {
        let mut tx = self.env.db.begin(self.tenant).await.unwrap();
        sqlx::query_scalar("SELECT reason FROM deliveries WHERE connection_id = $1 ORDER BY id DESC LIMIT 1")
            .bind(connection.0)
            .fetch_one(&mut *tx)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn each_connection_is_spoken_for_by_its_version() {
    let world = World::new().await;
    world.install("1.1.0", &next_version()).await;
    let second = world.connect("1.1.0").await;
    // Both speak at once, and each says in its error who it is.
    world.deliver_to(world.connection, b"no webhook".to_vec()).await;
    world.deliver_to(second, b"no webhook".to_vec()).await;
    world.settle().await;
    assert!(world.reason(world.connection).await.contains("whatsapp@0.1.0"), "an installation moves nobody");
    assert!(world.reason(second).await.contains("whatsapp@0.2.0"));

    // An upgrade, and the way back, are in force from the next job on.
    for (version, speaks) in [("1.1.0", "whatsapp@0.2.0"), ("1.0.0", "whatsapp@0.1.0")] {
        let mut tx = world.env.db.begin(world.tenant).await.unwrap();
        let before = store::connections::load(&mut tx, world.connection).await.unwrap().unwrap();
        let after = store::connections::Connection { plugin_version: version.to_owned(), ..before };
        store::connections::update(&mut tx, &after, world.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        world.deliver_to(world.connection, b"no webhook".to_vec()).await;
        world.settle().await;
        assert!(world.reason(world.connection).await.contains(speaks));
    }
}

#[tokio::test]
async fn a_version_that_cannot_run_holds_no_other_back() {
    let world = World::new().await;
    world.install("2.0.0", b"\0asm\x01\0\0\0").await;
    let broken = world.connect("2.0.0").await;
    world.env.plugins.warm_up().await.unwrap();
    world.deliver_to(broken, b"no webhook".to_vec()).await;
    world.deliver_to(world.connection, b"no webhook".to_vec()).await;
    let retried = world.run_jobs().await;
    assert!(
        matches!(&retried[..], [(kind, queue::Outcome::Retry { .. })] if kind == "process-delivery"),
        "{retried:?}"
    );
    assert!(world.reason(broken).await.contains("whatsapp"));
    assert!(world.reason(world.connection).await.contains("whatsapp@0.1.0"));
}

/// Hands in a file and has a worker try it.
async fn try_file(world: &World, wasm: &[u8]) -> Value {
    let id = Uuid::now_v7();
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    installations::request(&mut tx, id, wasm, world.now()).await.unwrap();
    queue::enqueue(&mut tx, &InstallPlugin { tenant_id: world.tenant, installation_id: id }).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let done = installations::load(&mut tx, id).await.unwrap().unwrap();
    assert!(done.completed_at.is_some());
    assert!(installations::file(&mut tx, id).await.unwrap().is_none(), "the file is not kept twice");
    done.outcome.unwrap()
}

#[tokio::test]
async fn a_file_is_tried_before_it_is_installed() {
    let world = World::new().await;
    let installed = try_file(&world, &next_version()).await;
    assert_eq!(installed, json!({ "result": "installed", "plugin_id": "whatsapp", "version": "0.2.0" }));
    let stored = plugins::version(&world.test.app, "whatsapp", "0.2.0").await.unwrap().unwrap();
    assert_eq!(stored.manifest["webhook"]["each"], "/entry/*/changes/*");
    assert_eq!(plugins::artifact(&world.test.app, &stored.sha256).await.unwrap().unwrap(), next_version());
    assert_eq!(world.env.plugins.get("whatsapp", "0.2.0").await.unwrap().name(), "whatsapp@0.2.0");
    assert_eq!(try_file(&world, &next_version()).await["result"], "installed", "the same again is no other");

    // The same version with one byte more.
    let mut other = next_version();
    other.extend(b"\0\x02\x01x");
    assert_eq!(try_file(&world, &other).await["result"], "version_taken");
    assert_eq!(plugins::version(&world.test.app, "whatsapp", "0.2.0").await.unwrap().unwrap().sha256, stored.sha256);
}

#[tokio::test]
async fn a_file_that_cannot_run_is_refused_with_the_reason() {
    let world = World::new().await;
    let refused = try_file(&world, b"\0asm\x01\0\0\0").await;
    assert_eq!(refused["result"], "refused");
    assert!(refused["reasons"][0]["message"].as_str().unwrap().contains("no manifest"), "{refused}");
    // A manifest that promises more than the code has.
    let name = b"signalbox:manifest";
    let manifest = json!({ "id": "x1", "name": "X", "version": "1.0.0", "api": "1", "interfaces": ["channel"] });
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend(name);
    section.extend(manifest.to_string().into_bytes());
    let mut wasm = b"\0asm\x01\0\0\0\0".to_vec();
    wasm.push(u8::try_from(section.len()).unwrap());
    wasm.extend(section);
    let refused = try_file(&world, &wasm).await;
    assert_eq!(refused["result"], "refused", "{refused}");
    assert!(plugins::current(&world.test.app, "x1").await.unwrap().is_none());
}

/// Asks the connection's plugin something, and has a worker bring the answer.
async fn ask(world: &World, question: Value) -> Value {
    let id = Uuid::now_v7();
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    questions::ask(&mut tx, id, world.connection, &question, world.now()).await.unwrap();
    let job = AskPlugin { tenant_id: world.tenant, connection_id: world.connection, question_id: id };
    queue::enqueue(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    questions::load(&mut tx, world.connection, id).await.unwrap().unwrap().answer.expect("it is answered")
}

#[tokio::test]
async fn the_other_version_migrates_the_settings_of_this_one() {
    let world = World::new().await;
    world.install("1.1.0", &next_version()).await;
    let answer = ask(&world, json!({ "ask": "migrate_settings", "to": "1.1.0" })).await;
    assert_eq!(answer["answer"], "given", "{answer}");
    assert_eq!(answer["value"]["phone_number_id"], "106540352242922", "this plugin leaves them as they are");
    let answer = ask(&world, json!({ "ask": "migrate_settings", "to": "7.0.0" })).await;
    assert_eq!((&answer["answer"], &answer["code"]), (&json!("refused"), &json!("plugin")));
}

#[tokio::test]
async fn a_plugin_without_choices_says_so() {
    let world = World::new().await;
    let answer = ask(&world, json!({ "ask": "options", "field": "/api_version", "search": "" })).await;
    assert_eq!((&answer["answer"], &answer["code"]), (&json!("refused"), &json!("unsupported")), "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("/api_version"), "{answer}");
}
