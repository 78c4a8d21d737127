//! Rich messages on a channel: buttons where it has them, numbers elsewhere, and what is answered.

use crate::world::World;
use chrono::TimeDelta;
use domain::{
    MessageId, UserId,
    event::Actor,
    rich::{Choice, QuickReplies, Rich},
};
use inbox::{Cause, Outgoing, Writer};
use sandbox::{
    RequestFilter,
    traffic::{Content, Customer, Inbound},
};
use serde_json::{Value, json};

const NUMBER: &str = "106540352242922";

fn ada() -> Customer {
    Customer::with_phone("4915155512345", "Ada")
}

/// Ada writes, through the simulator, which opens its window, too.
async fn write(world: &World, message: Inbound) {
    let composed = world.sandbox.compose(NUMBER, message).unwrap();
    world.deliver_bytes(composed.webhook.body.to_vec()).await;
    world.settle().await;
    world.advance(TimeDelta::seconds(1));
}

/// Somebody offers a choice of teams.
async fn offer(world: &World, teams: &[&str]) -> MessageId {
    let choice = |team: &&str| Choice { id: format!("team:{team}"), title: (*team).to_owned() };
    let replies = teams.iter().map(choice).collect();
    let rich = Rich::QuickReplies(QuickReplies { text: "Who?".to_owned(), replies });
    let user = UserId::new();
    let cause = Cause::of(Actor::User { id: user }, None);
    let mut tx = world.env.inbox.begin(world.tenant, cause).await.unwrap();
    let content = (&rich).into();
    let outgoing = Outgoing { content, reply_to: None, writer: Writer::User(user), origin_key: None, window: None };
    let id = tx.send(world.conversation().await, &outgoing).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
    assert_eq!(world.status(id).await, "sent");
    world.advance(TimeDelta::seconds(1));
    id
}

/// The body of the latest request that the provider got.
fn received(world: &World) -> Value {
    let requests = world.sandbox.requests(&RequestFilter::default());
    serde_json::from_str(requests.last().unwrap().body.as_ref().unwrap().get()).unwrap()
}

/// What the contact's messages answer, the first one first.
async fn answers(world: &World) -> Vec<Value> {
    let query = "SELECT coalesce(metadata->'answer', 'null')::text FROM messages WHERE direction = 'inbound'
                  ORDER BY occurred_at, id";
    world.texts(query).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test]
async fn a_button_answers_the_message_that_had_it() {
    let world = World::new().await;
    write(&world, Inbound::text(ada(), "Hello")).await;
    let offered = offer(&world, &["Sales", "Help"]).await;
    let sent = received(&world);
    assert_eq!(sent["type"], "interactive");
    assert_eq!(sent["interactive"]["action"]["buttons"][1]["reply"], json!({ "id": "team:Help", "title": "Help" }));

    // After something else was said, and quoting what it answers, as WhatsApp does.
    world.write("Take your time").await;
    world.settle().await;
    let wamid = world.texts("SELECT external_id FROM messages WHERE content_type = 'quick_replies'").await[0].clone();
    let pressed = Content::ButtonReply { id: "team:Help".to_owned(), title: "Help".to_owned() };
    write(&world, Inbound { reply_to: Some(wamid), ..Inbound::new(ada(), pressed) }).await;
    let answer = json!({ "message_id": offered, "id": "team:Help", "title": "Help" });
    assert_eq!(answers(&world).await, [Value::Null, answer]);
}

#[tokio::test]
async fn more_choices_than_buttons_are_numbers_and_so_are_their_answers() {
    let world = World::new().await;
    write(&world, Inbound::text(ada(), "Hello")).await;
    let offered = offer(&world, &["Sales", "Help", "Repairs", "Press"]).await;
    assert_eq!(received(&world)["text"]["body"], "Who?\n1. Sales\n2. Help\n3. Repairs\n4. Press");
    write(&world, Inbound::text(ada(), "3")).await;
    // The question is answered: another number is no second answer.
    write(&world, Inbound::text(ada(), "4")).await;
    let answer = json!({ "message_id": offered, "id": "team:Repairs", "title": "Repairs" });
    assert_eq!(answers(&world).await, [Value::Null, answer, Value::Null]);
}
