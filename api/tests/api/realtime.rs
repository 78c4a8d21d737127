//! Realtime: who connects, who hears what, and that nothing is lost on the way.

mod access;
mod client;
mod connecting;
mod elsewhere;
mod lists;
mod presence;
mod resuming;
mod servers;
mod speaking;

use crate::app::{App, Person};
use serde_json::{Value, json};
use std::time::Duration;

/// A channel of a tenant's people that everybody sees. Answers its id.
pub async fn room(person: &Person, name: &str) -> String {
    let new = json!({ "type": "team_channel", "title": name, "slug": name });
    person.post("/api/v1/conversations", &new).await.ok()["id"].as_str().unwrap().to_owned()
}

/// Says something in a conversation. Answers the message.
pub async fn say(person: &Person, conversation: &str, text: &str) -> Value {
    person.post(&format!("/api/v1/conversations/{conversation}/notes"), &json!({ "text": text })).await.ok()
}

/// The app key of a person's tenant.
pub async fn key(person: &Person) -> String {
    person.get("/api/v1/realtime").await.ok()["key"].as_str().unwrap().to_owned()
}

/// A running API with a tenant and its admin.
pub async fn start() -> (App, Person) {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    (app, admin)
}

/// Waits until it is so, for a while.
pub async fn eventually(is_so: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not become so");
}
