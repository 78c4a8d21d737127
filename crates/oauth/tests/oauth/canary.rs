//! No token, code or client secret gets anywhere but into sealed columns and to the provider.

use crate::world::{World, parameter};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};
use test_support::authorization_server::Fault;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that is logged, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Every value of every table, as text.
async fn dump(world: &World) -> String {
    let tables = world
        .texts("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'queue')")
        .await;
    assert!(tables.len() > 20);
    let mut text = String::new();
    for table in tables {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT to_jsonb(t) AS row FROM {table} t")));
        for row in rows.fetch_all(&world.test.owner).await.unwrap() {
            text.push_str(&row.get::<Value, _>("row").to_string());
        }
    }
    text
}

/// The forms in which a secret could hide.
fn forms(secret: &str) -> Vec<String> {
    let encoded = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![secret.to_owned(), encoded, hex::encode(secret), BASE64_STANDARD.encode(secret)]
}

#[tokio::test]
async fn nothing_secret_is_logged_or_stored_in_the_clear() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For all threads: what another test comes by first would else never be told to a subscriber of this one alone.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    // The whole life of an authorization, with everything that goes wrong in it.
    let world = World::new().await;
    let mut said = Vec::new();
    let url = world.begin().await;
    let back = world.consent(&url).await;
    let state = parameter(&back, "state");
    world.come_back(&state, &parameter(&back, "code")).await.unwrap();
    let access = world.access().await.unwrap();
    said.push(format!("{access:?}"));
    for fault in [Fault::Status(500, None), Fault::Garbage, Fault::Refuse("invalid_grant")] {
        world.authorize().await;
        world.advance(TimeDelta::hours(1));
        world.server.inject(fault);
        let error = world.access().await.unwrap_err();
        said.push(format!("{error} {error:?}"));
    }
    world.authorize().await;
    world.advance(TimeDelta::hours(1));
    world.access().await.unwrap();
    world.server.inject(Fault::Refuse("invalid_grant"));
    let url = world.begin().await;
    let back = world.consent(&url).await;
    let error = world.come_back(&parameter(&back, "state"), &parameter(&back, "code")).await.unwrap_err();
    said.push(format!("{error} {error:?}"));

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("refused to renew"), "the log was listened to");
    let stored = dump(&world).await;
    assert!(stored.contains("needs_reauth") && stored.contains("renew-token"), "the tables were read");
    let mut canaries = world.server.canaries();
    assert!(canaries.len() > 10);
    canaries.push(state);
    for canary in canaries {
        for form in forms(&canary) {
            assert!(!logged.contains(&form), "logged: {form}");
            assert!(!stored.contains(&form), "stored: {form}");
            assert!(!said.iter().any(|text| text.contains(&form)), "said: {form}");
        }
    }
}
