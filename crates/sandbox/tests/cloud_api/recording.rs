//! A recorded session played through the simulator.

use crate::world::{NUMBER, SECRET, World};
use chrono::DateTime;
use signalbox_sandbox::recording::Recording;
use std::collections::HashSet;

#[tokio::test]
async fn a_replay_reaches_the_callback_url_signed_and_dated_from_its_start() {
    let mut world = World::start().await;
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let steps = Recording::first_day().replay(start);
    let mut types = Vec::new();
    let mut senders = HashSet::new();
    for step in &steps {
        let played = world.sandbox.play(NUMBER, step.inbound.clone()).await.unwrap();
        assert_eq!(played.status, Some(200));
        let webhook = world.receiver.next().await;
        assert!(webhook.is_signed_with(SECRET) && webhook.raw.is_ascii());
        let message = &webhook.value()["messages"][0];
        assert_eq!(message["id"].as_str(), step.inbound.wamid.as_deref());
        assert_eq!(message["timestamp"], (start + step.after).timestamp().to_string());
        types.push(message["type"].as_str().unwrap().to_owned());
        senders.insert(message.get("from").or(message.get("from_user_id")).unwrap().to_string());
    }
    assert_eq!(types, ["text", "image", "text", "text", "reaction", "location"]);
    assert_eq!(senders.len(), 3);
}
