//! A file, applied to a real database.

use super::run;
use crate::process::Process;
use domain::{Clock, ManualClock};
use plugin_host::PluginHost;
use queue::Queue;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::Database;
use tempfile::TempDir;
use test_support::TestDatabase;
use vault::{DataKey, Keyring};

const FILE: &str = r#"
[[plugins]]
path = "whatsapp.wasm"

[[tenants]]
slug = "lamps"
name = "Lamps"
admin = { email = "admin@lamps.example", password = { env = "ADMIN_PASSWORD" } }

[[tenants.defaults]]
plugin = "whatsapp"
settings = { waba_id = "77" }

[[tenants.endpoints]]
name = "Our app"
plugin = "whatsapp"
settings = { app_secret = { env = "APP_SECRET" }, verify_token = { env = "VERIFY_TOKEN" } }

[[tenants.connections]]
name = "Support"
plugin = "whatsapp"
endpoint = "Our app"
settings = { phone_number_id = "1001", access_token = { env = "ACCESS_TOKEN" } }

[[tenants.rules]]
name = "Tag refunds"
definition = { trigger = { type = "keyword", keywords = ["refund"] }, actions = [{ type = "add_tag", tag = "refund" }] }
"#;

struct World {
    process: Process,
    host: PluginHost,
    test: TestDatabase,
    folder: TempDir,
}

fn wasm() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins/target/wasm32-unknown-unknown/release/signalbox_whatsapp.wasm")
}

/// The variables of an operator.
fn variables(name: &str) -> Option<String> {
    let value = match name {
        "ADMIN_PASSWORD" => "correct horse battery",
        "APP_SECRET" => "app secret",
        "VERIFY_TOKEN" => "verify token",
        "ACCESS_TOKEN" => "access token",
        _ => return None,
    };
    Some(value.to_owned())
}

impl World {
    async fn new() -> Self {
        let test = TestDatabase::create().await;
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(chrono::Utc::now()));
        let process = Process {
            config: Arc::new(config::Config::default()),
            database: Database::from_pool(test.app.clone()),
            queue: Queue::new(test.app.clone(), Arc::clone(&clock)),
            keyring: Arc::new(Keyring::new(DataKey::generate())),
            clock,
        };
        let folder = tempfile::tempdir().unwrap();
        fs::copy(wasm(), folder.path().join("whatsapp.wasm")).expect("run `make plugins` first");
        let egress = egress::Egress::new(egress::Config::default()).unwrap();
        // Shared by all tests and runs: compiling the plugin takes longer than anything it does here.
        let cache = std::env::temp_dir().join("signalbox-tests-compiled-plugins");
        let host = PluginHost::new(plugin_host::Config::new(cache, egress)).unwrap();
        Self { process, host, test, folder }
    }

    async fn apply(&self, text: &str) -> Result<Vec<String>, String> {
        self.apply_with(text, &variables).await
    }

    async fn apply_with(
        &self,
        text: &str,
        variables: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<Vec<String>, String> {
        let file = self.folder.path().join("installation.toml");
        fs::write(&file, text).unwrap();
        run(&self.process, &self.host, &file, variables).await.map_err(|error| format!("{error:#}"))
    }

    /// Everything that a provisioned installation consists of, past row-level security.
    async fn state(&self) -> String {
        sqlx::query_scalar(
            "SELECT concat_ws(E'\n',
                (SELECT string_agg(p::text, ',') FROM plugin_versions p),
                (SELECT string_agg(t::text, ',') FROM tenants t),
                (SELECT string_agg(u::text, ',') FROM users u),
                (SELECT string_agg(d::text, ',') FROM plugin_defaults d),
                (SELECT string_agg(e::text, ',' ORDER BY id) FROM endpoints e),
                (SELECT string_agg(s::text, ',' ORDER BY endpoint_id, name) FROM endpoint_secrets s),
                (SELECT string_agg(c::text, ',' ORDER BY id) FROM connections c),
                (SELECT string_agg(s::text, ',' ORDER BY connection_id, name) FROM connection_secrets s),
                (SELECT string_agg(r::text, ',' ORDER BY id) FROM rules r))",
        )
        .fetch_one(&self.test.owner)
        .await
        .unwrap()
    }

    async fn text(&self, query: &'static str) -> String {
        sqlx::query_scalar(query).fetch_one(&self.test.owner).await.unwrap()
    }
}

#[tokio::test]
async fn a_file_makes_an_installation_and_the_same_file_changes_nothing() {
    let world = World::new().await;
    let changes = world.apply(FILE).await.unwrap();
    let made: Vec<&str> = changes.iter().map(|change| change.split(": ").next().unwrap()).collect();
    assert_eq!(
        made,
        [
            "plugin whatsapp 0.1.0",
            "tenant lamps",
            "lamps, defaults of whatsapp",
            "lamps, endpoint Our app",
            "lamps, connection Support",
            "lamps, rule Tag refunds",
        ]
    );
    assert_eq!(world.text("SELECT settings->>'waba_id' FROM connections").await, "77");
    let state = world.state().await;
    assert_eq!(world.apply(FILE).await.unwrap(), Vec::<String>::new());
    assert_eq!(world.state().await, state);
}

#[tokio::test]
async fn only_what_differs_is_changed() {
    let world = World::new().await;
    world.apply(FILE).await.unwrap();
    let changed = FILE.replace("\"1001\"", "\"1002\"").replace("tag = \"refund\"", "tag = \"money\"");
    assert_eq!(
        world.apply(&changed).await.unwrap(),
        ["lamps, connection Support: changed", "lamps, rule Tag refunds: changed"]
    );
    assert_eq!(world.text("SELECT account FROM connection_accounts").await, "1002");
    // A rotated secret is set, and nothing else.
    let rotated = |name: &str| if name == "ACCESS_TOKEN" { Some("rotated".to_owned()) } else { variables(name) };
    let before = world.text("SELECT encode(sealed, 'hex') FROM connection_secrets").await;
    assert_eq!(world.apply_with(&changed, &rotated).await.unwrap(), ["lamps, connection Support: changed"]);
    assert_ne!(world.text("SELECT encode(sealed, 'hex') FROM connection_secrets").await, before);
    assert_eq!(world.apply_with(&changed, &rotated).await.unwrap(), Vec::<String>::new());
    // What the file no longer names stays.
    let less = &changed[..changed.find("[[tenants.rules]]").unwrap()];
    assert_eq!(world.apply_with(less, &rotated).await.unwrap(), Vec::<String>::new());
    assert_eq!(world.text("SELECT count(*)::text FROM rules").await, "1");
}

#[tokio::test]
async fn a_bad_file_is_refused_with_all_its_reasons_and_changes_nothing() {
    let world = World::new().await;
    let before = world.state().await;
    let bad = FILE
        .replace("phone_number_id = \"1001\"", "phone_number_id = \"call me\", surprise = 1")
        .replace("{ env = \"ACCESS_TOKEN\" }", "\"plain-hunter2\"")
        .replace("{ env = \"APP_SECRET\" }", "{ env = \"MISSING\" }")
        .replace("type = \"keyword\"", "type = \"telepathy\"")
        .replace("settings = { waba_id = \"77\" }", "settings = { waba_id = 77 }");
    let refused = world.apply(&bad).await.unwrap_err();
    for reason in [
        "endpoint `Our app`/app_secret: the variable MISSING is not set",
        "connection `Support`/access_token: a secret stands in the environment",
        "connection `Support`/phone_number_id",
        "connection `Support`/surprise: is not a known field",
        "rule `Tag refunds`",
        "defaults of `whatsapp`/waba_id",
    ] {
        assert!(refused.contains(reason), "{reason} is not told by: {refused}");
    }
    assert!(!refused.contains("hunter2"), "{refused}");
    assert_eq!(world.state().await, before);

    let misshapen =
        "[[tenants]]\nslug = \"a\"\n[[tenants.rules]]\nname = 7\n[[tenants.connections]]\nnam = \"hunter2\"\n";
    let refused = world.apply(misshapen).await.unwrap_err();
    assert!(refused.contains("tenants[0].rules[0]") && refused.contains("tenants[0].connections[0]"), "{refused}");
    assert!(!refused.contains("hunter2"), "{refused}");
    let refused = world.apply("[[plugins]]\npath = \"none.wasm\"\n[[tenants]]\nslug = \"b\"\n").await.unwrap_err();
    assert!(
        refused.contains("none.wasm: it cannot be read") && refused.contains("needs `name` and `admin`"),
        "{refused}"
    );
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn of_several_processes_that_start_at_once_one_provisions() {
    let world = World::new().await;
    let file = world.folder.path().join("installation.toml");
    fs::write(&file, FILE).unwrap();
    let one = || run(&world.process, &world.host, &file, &variables);
    let (a, b, c) = tokio::join!(one(), one(), one());
    let all = [a.unwrap(), b.unwrap(), c.unwrap()];
    assert_eq!(all.iter().filter(|changes| !changes.is_empty()).count(), 1, "{all:?}");
    assert_eq!(world.text("SELECT count(*)::text FROM connections").await, "1");
}
