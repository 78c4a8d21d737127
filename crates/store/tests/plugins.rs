//! Versions of plugins: beside each other, never changing, and found by processes that know nothing of them.

use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, TenantId};
use serde_json::{Value, json};
use signalbox_store::{
    Database,
    connections::{
        self, NewConnection,
        versions::{self, Departure},
    },
    endpoints::{self, NewEndpoint},
    plugins::{
        self, Installed, NewVersion,
        uninstall::{self, Uninstalled},
    },
    secrets, tenants,
};
use test_support::TestDatabase;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

async fn install(test: &TestDatabase, version: &str, file: &str) -> Installed {
    let manifest = json!({ "version": version });
    plugins::install(&test.app, "shop", version, &manifest, file.as_bytes(), at()).await.unwrap()
}

async fn current(test: &TestDatabase) -> String {
    plugins::current(&test.app, "shop").await.unwrap().unwrap().version
}

struct World {
    test: TestDatabase,
    db: Database,
    tenant: TenantId,
    endpoint: EndpointId,
    connection: ConnectionId,
}

/// A tenant with one connection, of the version that new connections get.
async fn world() -> World {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    install(&test, "1.0.0", "one").await;
    let (tenant, endpoint, connection) = (TenantId::new(), EndpointId::new(), ConnectionId::new());
    let mut tx = db.begin(tenant).await.unwrap();
    tenants::create(&mut tx, "lamps", "Lamps", at()).await.unwrap();
    let settings = json!({ "shop": "lamps" });
    let new = NewEndpoint {
        id: endpoint,
        key: "endpoint-key-0001",
        plugin_id: "shop",
        plugin_version: None,
        name: "e",
        settings: &json!({}),
    };
    endpoints::create(&mut tx, &new, at()).await.unwrap();
    let new = NewConnection {
        id: connection,
        endpoint_id: endpoint,
        plugin_id: "shop",
        plugin_version: None,
        name: "c",
        settings: &settings,
        own: None,
    };
    connections::create(&mut tx, &new, at()).await.unwrap();
    tx.commit().await.unwrap();
    World { test, db, tenant, endpoint, connection }
}

#[tokio::test]
async fn the_newest_version_is_what_new_connections_get() {
    let test = TestDatabase::create().await;
    for (version, expected) in
        [("1.9.0", "1.9.0"), ("1.10.0", "1.10.0"), ("1.2.0", "1.10.0"), ("2.0.0-rc.1", "1.10.0"), ("2.0.0", "2.0.0")]
    {
        assert!(matches!(install(&test, version, version).await, Installed::New(_)));
        assert_eq!(current(&test).await, expected, "after {version}");
    }
    let versions: Vec<_> = plugins::versions(&test.app, "shop").await.unwrap().into_iter().map(|p| p.version).collect();
    assert_eq!(versions, ["2.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0", "1.2.0"]);
}

#[tokio::test]
async fn a_version_never_changes_unless_its_developer_replaces_it() {
    let test = TestDatabase::create().await;
    install(&test, "1.0.0", "one").await;
    assert!(matches!(install(&test, "1.0.0", "one").await, Installed::Same(_)));
    let Installed::Differs(kept) = install(&test, "1.0.0", "other").await else { panic!("it was replaced") };
    assert_eq!(plugins::artifact(&test.app, &kept.sha256).await.unwrap().unwrap(), b"one");
    let manifest = json!({ "version": "1.0.0", "new": true });
    let new = NewVersion { id: "shop", version: "1.0.0", manifest: &manifest, wasm: b"other" };
    let replaced = plugins::replace(&test.app, &new, at()).await.unwrap();
    for found in [
        plugins::version(&test.app, "shop", "1.0.0").await.unwrap().unwrap(),
        plugins::current(&test.app, "shop").await.unwrap().unwrap(),
        plugins::of_file(&test.app, &replaced.sha256).await.unwrap().unwrap(),
    ] {
        assert_eq!((found.sha256, found.manifest), (replaced.sha256.clone(), manifest.clone()));
    }
}

#[tokio::test]
async fn of_many_who_install_one_version_one_does() {
    let test = TestDatabase::create().await;
    let files: Vec<String> = (0..8).map(|n| format!("file {n}")).collect();
    let all = files.iter().map(|file| install(&test, "1.0.0", file));
    let installed = futures::future::join_all(all).await;
    assert_eq!(installed.iter().filter(|one| matches!(one, Installed::New(_))).count(), 1, "{installed:?}");
    assert_eq!(installed.iter().filter(|one| matches!(one, Installed::Differs(_))).count(), 7);
}

#[tokio::test]
async fn processes_that_know_no_versions_go_on() {
    let world = world().await;
    install(&world.test, "1.1.0", "two").await;
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let id = ConnectionId::new();
    sqlx::query(
        "INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
         VALUES ($1, $2, $3, 'shop', 'c', '{}', 'active', now(), now())",
    )
    .bind(world.tenant.0)
    .bind(id.0)
    .bind(world.endpoint.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    let made = connections::load(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((made.plugin_version.as_str(), made.own_settings()), ("1.1.0", &json!({})));
    tx.commit().await.unwrap();
    // An installer of old: it replaces what there is.
    sqlx::query("INSERT INTO plugin_artifacts (sha256, wasm, created_at) VALUES ('\\x01', 'three', now())")
        .execute(&world.test.app)
        .await
        .unwrap();
    sqlx::query("UPDATE plugins SET version = '1.2.0', sha256 = '\\x01' WHERE id = 'shop'")
        .execute(&world.test.app)
        .await
        .unwrap();
    assert_eq!(plugins::version(&world.test.app, "shop", "1.2.0").await.unwrap().unwrap().sha256, [1]);
    assert!(plugins::version(&world.test.app, "shop", "1.0.0").await.unwrap().is_some());
}

#[tokio::test]
async fn a_connection_holds_no_version_that_is_not_installed() {
    let world = world().await;
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let mut connection = connections::load(&mut tx, world.connection).await.unwrap().unwrap();
    connection.plugin_version = "9.0.0".to_owned();
    let error = connections::update(&mut tx, &connection, at()).await.unwrap_err();
    assert!(matches!(error, signalbox_store::Error::Constraint(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_in_use_is_known_across_tenants() {
    let world = world().await;
    install(&world.test, "1.1.0", "two").await;
    install(&world.test, "1.2.0", "three").await;
    let in_use = plugins::in_use(&world.test.app).await.unwrap();
    let of = |version: &str| ("shop".to_owned(), version.to_owned());
    assert_eq!(in_use, [of("1.0.0"), of("1.2.0")], "what nobody holds is not loaded");
}

#[tokio::test]
async fn an_endpoint_is_found_with_the_file_of_its_version() {
    let world = world().await;
    install(&world.test, "1.1.0", "two").await;
    let file = async || {
        let found = endpoints::find_by_key(&world.test.app, "endpoint-key-0001").await.unwrap().unwrap();
        plugins::artifact(&world.test.app, &found.plugin_sha256).await.unwrap().unwrap()
    };
    assert_eq!(file().await, b"one");
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    assert!(endpoints::set_plugin_version(&mut tx, world.endpoint, "1.1.0").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(file().await, b"two");
    // Another tenant moves nothing.
    let mut tx = world.db.begin(TenantId::new()).await.unwrap();
    assert!(!endpoints::set_plugin_version(&mut tx, world.endpoint, "1.0.0").await.unwrap());
}

#[tokio::test]
async fn what_a_connection_had_is_kept_for_its_tenant() {
    let world = world().await;
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    secrets::put_for_connection(&mut tx, world.connection, "key", b"sealed", at()).await.unwrap();
    let secrets = secrets::of_connection(&mut tx, world.connection).await.unwrap();
    let connection = connections::load(&mut tx, world.connection).await.unwrap().unwrap();
    let consent = ["egress:api.example.com:POST".to_owned()];
    for (next_version, endpoint_version) in [("1.1.0", Some("1.0.0")), ("1.2.0", None)] {
        let departure = Departure { endpoint_version, secrets: &secrets, next_version, consent: &consent };
        versions::keep(&mut tx, &connection, &departure, at()).await.unwrap();
    }
    tx.commit().await.unwrap();

    let mut others = world.db.begin(TenantId::new()).await.unwrap();
    assert!(versions::last(&mut others, world.connection).await.unwrap().is_none());

    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let last = versions::last(&mut tx, world.connection).await.unwrap().unwrap();
    assert_eq!((last.plugin_version.as_str(), last.endpoint_version.as_deref()), ("1.0.0", None));
    assert_eq!((last.secrets[0].name.as_str(), &last.secrets[0].sealed[..]), ("key", &b"sealed"[..]));
    assert_eq!(last.settings, json!({ "shop": "lamps" }));
    versions::forget(&mut tx, world.connection, last.id).await.unwrap();
    let first = versions::last(&mut tx, world.connection).await.unwrap().unwrap();
    assert_eq!(first.endpoint_version.as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn a_tenants_defaults_are_its_own_and_change_one_after_another() {
    let world = world().await;
    let put = async |tenant: TenantId, settings: Value, read: i64| {
        let mut tx = world.db.begin(tenant).await.unwrap();
        let put = plugins::defaults::put(&mut tx, "shop", &settings, read, at()).await.unwrap();
        tx.commit().await.unwrap();
        put.map(|defaults| defaults.version)
    };
    assert_eq!(put(world.tenant, json!({ "a": 1 }), 0).await, Some(1));
    assert_eq!(put(world.tenant, json!({ "a": 2 }), 0).await, None, "there are some already");
    assert_eq!(put(world.tenant, json!({ "a": 2 }), 1).await, Some(2));
    assert_eq!(put(world.tenant, json!({ "a": 3 }), 1).await, None, "somebody was faster");
    let other = TenantId::new();
    let mut tx = world.db.begin(other).await.unwrap();
    tenants::create(&mut tx, "other", "Other", at()).await.unwrap();
    assert!(plugins::defaults::load(&mut tx, "shop").await.unwrap().is_none());
    tx.commit().await.unwrap();
    assert_eq!(put(other, json!({ "a": 9 }), 0).await, Some(1));
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    assert_eq!(plugins::defaults::load(&mut tx, "shop").await.unwrap().unwrap().settings, json!({ "a": 2 }));
}

/// A database with the schema from before there were versions.
async fn before_versions(test: &TestDatabase, name: &str) -> sqlx::postgres::PgConnectOptions {
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(sql).execute(&test.owner).await.unwrap();
    let all = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(all).unwrap() {
        let file = file.unwrap();
        if file.file_name().to_str().unwrap() < "0010" {
            std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
    }
    let owner = test.owner_options().database(name);
    let migrator = sqlx::migrate::Migrator::new(folder.clone()).await.unwrap();
    signalbox_store::migrations::apply(&migrator, &owner).await.unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    owner
}

#[tokio::test]
async fn what_is_there_gets_the_version_that_was_in_force() {
    let test = TestDatabase::create().await;
    let name = format!("before_{}", uuid::Uuid::now_v7().simple());
    let owner = before_versions(&test, &name).await;
    let pool = sqlx::PgPool::connect_with(owner.clone()).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO plugin_artifacts VALUES ('\\x01', 'one', now());
         INSERT INTO plugins VALUES ('shop', '1.4.0', '\\x01', '{\"a\": 1}', now());
         INSERT INTO tenants VALUES ('00000000-0000-0000-0000-000000000001', 'lamps', 'Lamps', now());
         INSERT INTO endpoints (id, tenant_id, key, plugin_id, name, created_at) VALUES
             ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-000000000001', 'endpoint-key-0001',
              'shop', 'own', now()),
             ('00000000-0000-0000-0000-000000000003', NULL, 'endpoint-key-0002', 'shop', 'shared', now());
         INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
         VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000004',
                 '00000000-0000-0000-0000-000000000002', 'shop', 'c', '{\"shop\": \"lamps\"}', 'active', now(), now());",
    )
    .execute(&pool)
    .await
    .unwrap();
    signalbox_store::migrations::run(&owner).await.unwrap();
    let versions: Vec<String> = sqlx::query_scalar(
        "SELECT plugin_version FROM endpoints UNION ALL SELECT plugin_version FROM connections
         UNION ALL SELECT version FROM plugin_versions WHERE sha256 = '\\x01'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(versions, ["1.4.0"; 4]);
    pool.close().await;
    let sql = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::query(sql).execute(&test.owner).await.unwrap();
}

#[tokio::test]
async fn a_version_that_is_held_stays_and_says_by_whom() {
    let world = world().await;
    install(&world.test, "1.1.0", "two").await;
    let uninstall = async |version: &str| {
        let mut tx = world.test.app.begin().await.unwrap();
        let outcome = uninstall::uninstall(&mut tx, "shop", version, at()).await.unwrap();
        tx.commit().await.unwrap();
        outcome
    };
    let Uninstalled::Held(holders) = uninstall("1.0.0").await else { panic!("it is held") };
    let told: Vec<_> = holders.iter().map(|it| (it.kind.as_str(), it.id, it.tenant_id)).collect();
    let tenant = Some(world.tenant);
    assert_eq!(told, [("connection", world.connection.0, tenant), ("endpoint", world.endpoint.0, tenant)]);
    assert_eq!(uninstall("7.0.0").await, Uninstalled::Unknown);

    // New connections get what is left; what was made of the file goes with it.
    assert_eq!(uninstall("1.1.0").await, Uninstalled::Done);
    assert_eq!(current(&world.test).await, "1.0.0");
    let files: i64 =
        sqlx::query_scalar("SELECT count(*) FROM plugin_artifacts").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(files, 1);
    assert!(matches!(install(&world.test, "1.1.0", "three").await, Installed::New(_)), "the version is free again");
    assert_eq!(current(&world.test).await, "1.1.0");
}

#[tokio::test]
async fn new_connections_get_the_newest_that_is_left_and_a_pre_release_last() {
    let test = TestDatabase::create().await;
    for version in ["1.0.0", "1.2.0", "1.1.0", "1.3.0-rc.1"] {
        install(&test, version, version).await;
    }
    let mut given = vec![current(&test).await];
    for version in ["1.2.0", "1.1.0", "1.0.0"] {
        let mut tx = test.app.begin().await.unwrap();
        assert_eq!(uninstall::uninstall(&mut tx, "shop", version, at()).await.unwrap(), Uninstalled::Done);
        tx.commit().await.unwrap();
        given.push(current(&test).await);
    }
    assert_eq!(given, ["1.2.0", "1.1.0", "1.0.0", "1.3.0-rc.1"]);
    let mut tx = test.app.begin().await.unwrap();
    uninstall::uninstall(&mut tx, "shop", "1.3.0-rc.1", at()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(plugins::current(&test.app, "shop").await.unwrap().is_none(), "the plugin is gone with its last version");
}

/// A connection that is made of a version while it is being removed wins.
#[tokio::test]
async fn whoever_takes_the_version_meanwhile_keeps_it() {
    let world = world().await;
    install(&world.test, "1.1.0", "two").await;
    let mut tx = world.test.app.begin().await.unwrap();
    assert_eq!(uninstall::holders(&mut *tx, "shop", "1.1.0").await.unwrap(), []);
    let mut taking = world.db.begin(world.tenant).await.unwrap();
    sqlx::query("UPDATE connections SET plugin_version = '1.1.0'").execute(&mut *taking).await.unwrap();
    taking.commit().await.unwrap();
    // As if it had been looked at before.
    let refused =
        sqlx::query_scalar::<_, bool>("SELECT uninstall_plugin_version('shop', '1.1.0')").fetch_one(&mut *tx).await;
    assert!(refused.unwrap_err().to_string().contains("foreign key"));
}
