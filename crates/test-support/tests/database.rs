//! Each test has a database of its own, which goes with the test.

use signalbox_test_support::TestDatabase;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

async fn exists(database: &TestDatabase, name: &str) -> bool {
    let found = sqlx::query("SELECT FROM pg_database WHERE datname = $1").bind(name);
    found.fetch_optional(&database.owner).await.unwrap().is_some()
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

#[tokio::test]
async fn databases_are_migrated_and_do_not_share_anything() {
    let (one, other) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    assert_ne!(one.name(), other.name());
    run(&one.owner, "CREATE TABLE only_here (id int)").await;
    let table = "SELECT to_regclass($1) IS NOT NULL";
    for (database, name, expected) in [
        (&one, "only_here", true),
        (&other, "only_here", false),
        (&one, "_sqlx_migrations", true),
        (&other, "_sqlx_migrations", true),
    ] {
        let found: bool = sqlx::query_scalar(table).bind(name).fetch_one(&database.owner).await.unwrap();
        assert_eq!(found, expected, "{name} in {}", database.name());
    }
}

#[tokio::test]
async fn the_product_connects_as_its_own_role() {
    let database = TestDatabase::create().await;
    let (role, superuser): (String, bool) =
        sqlx::query_as("SELECT current_user::text, rolsuper FROM pg_roles WHERE rolname = current_user")
            .fetch_one(&database.app)
            .await
            .unwrap();
    assert_eq!(role, "signalbox_app");
    assert!(!superuser);
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_while_the_product_is_connected() {
    let witness = TestDatabase::create().await;
    let database = TestDatabase::create().await;
    let name = database.name().to_owned();
    let mut straggler = PgConnection::connect_with(&database.app_options()).await.unwrap();
    assert!(exists(&witness, &name).await);
    drop(database);
    assert!(!exists(&witness, &name).await);
    straggler.ping().await.expect_err("its database is gone");
}

#[tokio::test]
async fn a_test_that_panics_leaves_no_database() {
    let witness = TestDatabase::create().await;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let test = tokio::spawn(async move {
        let database = TestDatabase::create().await;
        sender.send(database.name().to_owned()).unwrap();
        panic!("as a failed assertion does");
    });
    let name = receiver.await.unwrap();
    assert!(test.await.is_err());
    assert!(!exists(&witness, &name).await);
}
