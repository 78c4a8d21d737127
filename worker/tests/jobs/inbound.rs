//! What comes in: once, in order, under one contact.

use crate::world::World;
use domain::jobs::ProcessDelivery;
use sandbox::traffic::{Customer, Inbound, Recipient, Status, StatusState, batch};
use serde_json::json;

const ADA: &str = "4915155512345";

fn text(world: &World, customer: Customer, body: &str) -> serde_json::Value {
    Inbound::text(customer, body).webhook(&World::line(), world.now())
}

#[tokio::test]
async fn a_message_becomes_contact_conversation_message_and_events() {
    let world = World::new().await;
    world.deliver(&text(&world, Customer::with_phone(ADA, "Ada"), "Hello")).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT name || ' ' || phone FROM contacts").await, ["Ada +4915155512345"]);
    assert_eq!(world.texts("SELECT status || ' ' || unread_count FROM conversations").await, ["new 1"]);
    assert_eq!(world.texts("SELECT preview FROM messages").await, ["Hello"]);
    assert_eq!(
        world.texts("SELECT kind FROM events ORDER BY seq NULLS FIRST").await,
        ["contact.created", "conversation.created", "message.created"]
    );
    assert_eq!(world.texts("SELECT outcome FROM deliveries").await, ["processed"]);
}

#[tokio::test]
async fn processing_a_delivery_again_changes_nothing() {
    let world = World::new().await;
    let id = world.deliver(&text(&world, Customer::with_phone(ADA, "Ada"), "Hello")).await;
    world.settle().await;
    let state = "SELECT (SELECT count(*) FROM events) || ' ' || (SELECT count(*) FROM messages) || ' ' || unread_count
                   FROM conversations";
    let before = world.texts(state).await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let job = ProcessDelivery { tenant_id: world.tenant, delivery_id: id, key: "again".to_owned() };
    queue::enqueue(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!(world.texts(state).await, before);
}

#[tokio::test]
async fn a_batch_is_applied_whole() {
    let world = World::new().await;
    let webhooks: Vec<_> = (0..5)
        .map(|n| text(&world, Customer::with_phone(format!("491515551230{n}"), "x"), &format!("message {n}")))
        .collect();
    world.deliver(&batch(&webhooks)).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT preview FROM messages ORDER BY preview").await.len(), 5);
    assert_eq!(world.texts("SELECT id::text FROM conversations").await.len(), 5);
}

#[tokio::test]
async fn id_and_number_are_one_contact_in_whichever_order_they_come() {
    let world = World::new().await;
    let both = Customer::with_phone(ADA, "Ada").and_user_id("DE.123456789");
    for customer in [Customer::with_phone(ADA, "Ada"), both, Customer::with_user_id("DE.123456789", "Ada")] {
        world.deliver(&text(&world, customer, "hi")).await;
    }
    world.settle().await;
    assert_eq!(world.texts("SELECT id::text FROM contacts").await.len(), 1);
    assert_eq!(world.texts("SELECT id::text FROM conversations").await.len(), 1);
    assert_eq!(world.texts("SELECT id::text FROM messages").await.len(), 3);
}

#[tokio::test]
async fn the_two_forms_of_a_brazilian_number_are_one_contact() {
    let world = World::new().await;
    for phone in ["5511987654321", "551187654321"] {
        world.deliver(&text(&world, Customer::with_phone(phone, "Bia"), "oi")).await;
    }
    world.settle().await;
    assert_eq!(world.texts("SELECT id::text FROM contacts").await.len(), 1);
}

#[tokio::test]
async fn a_nul_character_is_stored_as_its_replacement() {
    let world = World::new().await;
    world.deliver(&text(&world, Customer::with_phone(ADA, "Ada"), "a\0b")).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT content->>'text' FROM messages").await, ["a\u{fffd}b"]);
}

#[tokio::test]
async fn a_body_that_is_no_webhook_fails_at_once_and_says_why() {
    let world = World::new().await;
    world.deliver(&json!({ "object": "page", "entry": [] })).await;
    world.deliver_bytes(b"not json".to_vec()).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT outcome FROM deliveries").await, ["failed", "failed"]);
    assert_eq!(world.texts("SELECT reason FROM deliveries WHERE reason <> ''").await.len(), 2);
}

#[tokio::test]
async fn statuses_end_at_read_in_any_order_and_before_their_message_is_known() {
    let world = World::new().await;
    let ada = Customer::with_phone(ADA, "Ada");
    world.deliver(&text(&world, ada.clone(), "Hello")).await;
    world.settle().await;
    let id = world.write("Hi").await;
    let report = |wamid: &str, state, opaque: Option<String>| {
        let recipient = Recipient { customer: ada.clone(), by_user_id: false };
        let pricing = sandbox::traffic::Pricing::service();
        Status { wamid: wamid.to_owned(), recipient, state, at: world.now(), opaque, pricing, conversation_id: None }
            .webhook(&World::line())
    };
    // Before the send has returned, the provider already reports; our own id finds the message.
    world.deliver(&report("wamid.early", StatusState::Delivered, Some(id.to_string()))).await;
    world.settle().await;
    let wamid = world.texts("SELECT external_id FROM messages WHERE direction = 'outbound'").await.remove(0);
    for state in [StatusState::Read, StatusState::Sent, StatusState::Delivered, StatusState::Read] {
        world.deliver(&report(&wamid, state, None)).await;
    }
    // About a message that nobody knows yet.
    world.deliver(&report("wamid.unknown", StatusState::Sent, None)).await;
    world.settle().await;
    assert_eq!(world.status(id).await, "read");
    assert_eq!(world.texts("SELECT kind FROM early_updates").await, ["status:sent"]);
}
