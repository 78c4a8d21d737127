//! A client that has access by itself.

use crate::world::{World, needs_person, unavailable};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use signalbox_oauth::Error;
use std::time::Duration;
use test_support::authorization_server::Fault;

async fn by_itself() -> World {
    World::granted(&json!("client_credentials")).await
}

#[tokio::test]
async fn it_is_asked_for_when_it_is_first_needed_and_again_at_its_end() {
    let world = by_itself().await;
    assert!(world.server.requests().is_empty());
    world.server.behave(|server| server.latency = Duration::from_millis(50));
    let all = join_all((0..10).map(|_| world.access())).await;
    assert!(all.into_iter().all(|access| world.server.accepts(access.unwrap().token())));
    assert_eq!(world.asked_by("client_credentials"), 1);
    world.advance(TimeDelta::hours(1));
    assert!(world.server.accepts(world.access().await.unwrap().token()));
    assert_eq!(world.server.requests().len(), 2);
    assert!(world.texts("SELECT 'job' FROM queue.jobs").await.is_empty(), "nobody renews what nobody needs");
}

#[tokio::test]
async fn nobody_is_sent_anywhere() {
    let world = by_itself().await;
    let connection = world.row().await;
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let outcome = world.keeper.begin(&mut tx, &world.subject(&connection), world.user, "https://us.example/").await;
    assert!(matches!(outcome, Err(Error::NeedsPerson { is_parked: false, .. })));
}

#[tokio::test]
async fn a_wrong_client_needs_a_person_and_a_lost_answer_does_not() {
    let world = by_itself().await;
    world.server.inject(Fault::DropAfter);
    let (why, after) = unavailable(world.access().await);
    assert!(why.contains("before the answer was complete"), "{why}");
    world.advance(TimeDelta::seconds(after.unwrap().try_into().unwrap()));
    let access = world.access().await.unwrap();

    world.server.behave(|server| server.basic = false);
    let (why, is_parked) = needs_person(world.access_after(&access).await);
    assert_eq!((why.as_str(), is_parked), ("the client id or secret is wrong (invalid_client)", true));
}

/// Its settings lead to another server: what the client got from the first is not used there.
#[tokio::test]
async fn another_server_is_asked_anew() {
    let world = by_itself().await;
    world.access().await.unwrap();
    let elsewhere = sqlx::query("UPDATE connections SET settings = '{\"shop\": \"nowhere\"}'");
    elsewhere.execute(&world.test.owner).await.unwrap();
    let outcome = world.access().await;
    assert!(matches!(outcome, Err(Error::Unavailable { .. })), "{outcome:?}");
    assert_eq!(world.server.requests().len(), 1);
}
