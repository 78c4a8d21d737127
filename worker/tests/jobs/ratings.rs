//! Customers who are asked by themselves what they think, when their conversation is closed.

use crate::world::World;
use chrono::TimeDelta;
use domain::{ConversationId, UserId, conversation::Status, event::Actor};
use inbox::Cause;
use sandbox::traffic::{Customer, Inbound};
use store::tenant_settings::{self, TenantSettings};

/// A world whose tenant asks, unless it does not.
async fn world(asks: bool) -> World {
    let world = World::new().await;
    let settings = TenantSettings {
        ask_for_rating: asks,
        rating_question: Some("Well? {link}".to_owned()),
        ..TenantSettings::default()
    };
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    tenant_settings::put(&mut tx, settings, world.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    world
}

/// Ada writes, through the simulator, which opens its window, too.
async fn write(world: &World, text: &str) {
    let ada = Customer::with_phone("4915155512345", "Ada");
    let composed = world.sandbox.compose("106540352242922", Inbound::text(ada, text)).unwrap();
    world.deliver_bytes(composed.webhook.body.to_vec()).await;
    world.settle().await;
    world.advance(TimeDelta::seconds(1));
}

async fn change(world: &World) -> inbox::Transaction {
    let cause = Cause::of(Actor::User { id: UserId::new() }, None);
    world.env.inbox.begin(world.tenant, cause).await.unwrap()
}

async fn set_status(world: &World, id: ConversationId, status: Status) {
    let mut tx = change(world).await;
    tx.set_status(id, status).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
}

/// Ada writes, somebody answers, and closes it.
async fn served(world: &World) -> ConversationId {
    write(world, "Hello").await;
    world.write("Good evening").await;
    world.settle().await;
    let id = world.conversation().await;
    set_status(world, id, Status::Closed).await;
    id
}

async fn surveys(world: &World) -> usize {
    world.texts("SELECT id::text FROM surveys").await.len()
}

#[tokio::test]
async fn a_customer_is_asked_once_and_answers_after_the_closing() {
    let world = world(true).await;
    let id = served(&world).await;
    let asked = "SELECT content->>'text' FROM messages WHERE sender_kind = 'system' AND status = 'sent'";
    let asked = world.texts(asked).await;
    assert!(asked[0].starts_with("Well? https://us.example/rate/"), "{asked:?}");
    write(&world, "4").await;
    assert_eq!(world.texts("SELECT csat_rating::text FROM conversations").await, ["4"], "it begins no conversation");
    assert_eq!(world.texts("SELECT status FROM conversations").await, ["closed"]);

    // What is said then is another matter, a digit, too.
    write(&world, "5").await;
    assert_eq!(world.texts("SELECT status FROM conversations ORDER BY id").await, ["closed", "new"]);
    let second = world.texts("SELECT id::text FROM conversations WHERE status = 'new'").await[0].parse().unwrap();
    set_status(&world, second, Status::Closed).await;
    assert_eq!(surveys(&world).await, 1, "nobody has answered there");
    set_status(&world, id, Status::Open).await;
    set_status(&world, id, Status::Closed).await;
    assert_eq!(surveys(&world).await, 1, "once per conversation");
}

#[tokio::test]
async fn a_digit_that_comes_after_another_matter_has_begun_is_no_answer() {
    let world = world(true).await;
    served(&world).await;
    write(&world, "And one more thing").await;
    write(&world, "5").await;
    assert_eq!(world.texts("SELECT coalesce(csat_rating, 0)::text FROM conversations").await, ["0", "0"]);
    assert_eq!(world.texts("SELECT message_count::text FROM conversations WHERE status = 'new'").await, ["2"]);
}

#[tokio::test]
async fn in_a_closed_window_nothing_is_sent_and_the_log_says_so() {
    let world = world(true).await;
    write(&world, "Hello").await;
    world.write("Good evening").await;
    world.settle().await;
    world.advance(TimeDelta::hours(24));
    set_status(&world, world.conversation().await, Status::Closed).await;
    assert_eq!(surveys(&world).await, 0);
    let skipped = "SELECT data->>'reason' FROM events WHERE kind = 'conversation.rating_skipped'";
    assert_eq!(world.texts(skipped).await, ["window_closed"]);
    assert_eq!(world.texts("SELECT id::text FROM messages WHERE sender_kind = 'system'").await, Vec::<String>::new());
}

#[tokio::test]
async fn who_is_blocked_merged_away_or_of_a_tenant_that_does_not_ask_is_not_asked() {
    let quiet = world(false).await;
    served(&quiet).await;
    assert_eq!(surveys(&quiet).await, 0);

    let world = world(true).await;
    write(&world, "Hello").await;
    world.write("Good evening").await;
    world.settle().await;
    let id = world.conversation().await;
    let mut tx = change(&world).await;
    let contact = tx.conversation(id).await.unwrap().contact_id().unwrap();
    tx.set_blocked(contact, Some(UserId::new())).await.unwrap();
    tx.commit().await.unwrap();
    set_status(&world, id, Status::Closed).await;
    assert_eq!(surveys(&world).await, 0, "blocked");

    let mut tx = change(&world).await;
    tx.set_blocked(contact, None).await.unwrap();
    tx.commit().await.unwrap();
    write(&world, "Hello again").await;
    let other = world.texts("SELECT id::text FROM conversations WHERE status = 'new'").await[0].parse().unwrap();
    set_status(&world, other, Status::Closed).await;
    set_status(&world, id, Status::Open).await;
    let mut tx = change(&world).await;
    tx.merge(id, other).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!(surveys(&world).await, 0, "it goes on in the other");
    assert_eq!(world.texts("SELECT id::text FROM events WHERE kind = 'conversation.rating_skipped'").await.len(), 0);
}

#[tokio::test]
async fn what_is_opened_again_before_anybody_asks_is_not_over() {
    let world = world(true).await;
    write(&world, "Hello").await;
    world.write("Good evening").await;
    world.settle().await;
    let id = world.conversation().await;
    for status in [Status::Closed, Status::Open] {
        let mut tx = change(&world).await;
        tx.set_status(id, status).await.unwrap();
        tx.commit().await.unwrap();
    }
    world.settle().await;
    assert_eq!(surveys(&world).await, 0);
}
