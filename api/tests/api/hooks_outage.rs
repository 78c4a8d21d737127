//! Webhooks while the database is away: the provider is told to come back.

use crate::app::{App, webhook};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgPoolOptions};
use std::time::Duration;
use store::Database;
use test_support::TestDatabase;

/// A pool whose patience is short, so that the test is, too.
async fn impatient() -> (TestDatabase, Database) {
    let db = TestDatabase::create().await;
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy_with(db.app_options());
    (db, Database::from_pool(pool))
}

/// Lets nobody connect any more, and throws out the product; or lets it in again.
async fn allow_connections(app: &App, allowed: bool) {
    let name = app.db.name();
    // A database cannot do this to itself.
    let mut outside = PgConnection::connect_with(&app.db.owner_options().database("postgres")).await.unwrap();
    let sql = format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {allowed};
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = 'signalbox_app'"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut outside).await.unwrap();
}

#[tokio::test]
async fn without_a_database_the_answer_is_503_and_then_it_recovers() {
    let (db, database) = impatient().await;
    let app = App::on(db, database).await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    assert_eq!(app.hook(&key, &webhook("before", &["1001"])).await.status, 200);

    allow_connections(&app, false).await;
    for n in 0..6 {
        let answer = app.hook(&key, &webhook(&n.to_string(), &["1001"])).await;
        assert_eq!(answer.problem(503), "unavailable");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert_eq!(admin.get("/api/v1/users").await.problem(503), "unavailable");
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status.as_u16(), &ready.body["ready"]), (503, &serde_json::json!(false)));
    assert_eq!(app.get("/healthz").await.status, 200);

    allow_connections(&app, true).await;
    assert_eq!(app.hook(&key, &webhook("after", &["1001"])).await.status, 200);
    assert_eq!(app.count("deliveries").await, 2);
}
