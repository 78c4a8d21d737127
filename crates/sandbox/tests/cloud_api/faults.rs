//! What goes wrong on demand, as the caller and the callback URL see it.

use crate::world::{NUMBER, OTHER_NUMBER, World, ada, text};
use serde_json::{Value, json};
use signalbox_sandbox::RequestFilter;
use std::time::{Duration, Instant};

fn tracked(body: &str, opaque: &str) -> Value {
    let mut body = text(body);
    body["biz_opaque_callback_data"] = opaque.into();
    body
}

#[tokio::test]
async fn refusals_have_no_effect_and_end_after_their_number() {
    let world = World::start().await;
    world.inject(json!({ "times": 1, "answer": { "rate_limited": { "retry_after": 7 } } }));
    world.inject(json!({ "times": 1, "answer": "server_error" }));
    world.inject(json!({ "times": 1, "answer": { "empty_error": { "status": 502 } } }));
    world.inject(json!({ "times": 1, "answer": { "error": { "status": 400, "code": 131_049, "title": "Not now" } } }));

    let limited = world.send(tracked("a", "o")).await;
    assert_eq!((limited.status, limited.code()), (429, 130_429));
    assert_eq!(limited.headers["retry-after"], "7");
    let broken = world.send(tracked("a", "o")).await;
    assert_eq!((broken.status, broken.code()), (500, 131_000));
    let empty = world.send(tracked("a", "o")).await;
    assert_eq!((empty.status, empty.json), (502, Value::Null));
    let refused = world.send(tracked("a", "o")).await;
    assert_eq!((refused.status, refused.message()), (400, "(#131049) Not now"));
    assert_eq!(world.sandbox.accepted("o"), 0);

    assert_eq!(world.send(tracked("a", "o")).await.status, 200);
    assert_eq!(world.sandbox.accepted("o"), 1);
    let recorded = world.sandbox.requests(&RequestFilter::default());
    let answers: Vec<_> = recorded.iter().map(|r| (r.answer, r.error_code, r.accepted)).collect();
    assert_eq!(
        answers,
        [
            (Some(429), Some(130_429), false),
            (Some(500), Some(131_000), false),
            (Some(502), None, false),
            (Some(400), Some(131_049), false),
            (Some(200), None, true),
        ]
    );
}

#[tokio::test]
async fn a_fault_of_another_number_changes_nothing() {
    let world = World::start().await;
    world.inject(json!({ "number": OTHER_NUMBER, "answer": "server_error" }));
    assert_eq!(world.send(text("fine")).await.status, 200);
    world.inject(json!({ "number": NUMBER, "answer": "server_error" }));
    assert_eq!(world.send(text("broken")).await.status, 500);
    world.sandbox.clear_faults();
    assert_eq!(world.send(text("fine")).await.status, 200);
}

#[tokio::test]
async fn a_connection_can_be_dropped_before_and_after_acceptance() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    world.inject(json!({ "times": 1, "answer": "drop_before" }));
    let error = world.try_send(&tracked("lost", "before")).await.unwrap_err();
    assert!(!error.is_timeout(), "{error}");
    world.inject(json!({ "times": 1, "answer": "drop_after" }));
    world.try_send(&tracked("arrives", "after")).await.unwrap_err();

    assert_eq!((world.sandbox.accepted("before"), world.sandbox.accepted("after")), (0, 1));
    let callback = world.receiver.next().await;
    assert_eq!(callback.status()["biz_opaque_callback_data"], "after");
    let filter = RequestFilter { opaque: Some("after".into()), ..RequestFilter::default() };
    let recorded = &world.sandbox.requests(&filter)[0];
    assert_eq!(recorded.answer, None);
    assert_eq!(recorded.wamid.as_deref(), callback.status()["id"].as_str());
}

#[tokio::test]
async fn a_hanging_call_is_never_answered_but_may_have_been_accepted() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    for (answer, opaque, accepted) in [("hang_before", "b", 0), ("hang_after", "a", 1)] {
        world.inject(json!({ "times": 1, "answer": { answer: { "seconds": 60 } } }));
        let request = world.client.post(world.messages_url()).bearer_auth(crate::world::TOKEN);
        let request = request.json(&tracked("x", opaque)).timeout(Duration::from_millis(200));
        assert!(request.send().await.unwrap_err().is_timeout());
        assert_eq!(world.sandbox.accepted(opaque), accepted);
    }
    assert_eq!(world.receiver.statuses(3).await, ["sent", "delivered", "read"]);
}

#[tokio::test]
async fn a_hanging_call_ends_at_its_bound() {
    let world = World::start().await;
    world.inject(json!({ "times": 1, "answer": { "hang_before": { "seconds": 0 } } }));
    assert!(!world.try_send(&text("x")).await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn callbacks_can_come_before_the_answer() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    world.inject(json!({ "times": 1, "callbacks": "early" }));
    let sent = world.send(text("Hi")).await;
    let answered = Instant::now();
    for name in ["sent", "delivered", "read"] {
        let callback = world.receiver.next().await;
        assert_eq!(
            (callback.status()["status"].as_str(), callback.status()["id"].as_str()),
            (Some(name), Some(sent.wamid()))
        );
        assert!(callback.at < answered);
    }
}

#[tokio::test]
async fn callbacks_can_be_repeated_reversed_replaced_and_omitted() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    world.inject(json!({ "times": 1, "callbacks": "twice" }));
    world.send(text("Hi")).await;
    assert_eq!(world.receiver.statuses(6).await, ["sent", "sent", "delivered", "delivered", "read", "read"]);

    world.inject(json!({ "times": 1, "callbacks": "out_of_order" }));
    world.send(text("Hi")).await;
    assert_eq!(world.receiver.statuses(3).await, ["read", "delivered", "sent"]);

    let undeliverable =
        json!({ "failed": { "code": 131_026, "title": "Message undeliverable", "details": "No WhatsApp" } });
    world.inject(json!({ "times": 1, "callbacks": { "instead": undeliverable } }));
    world.send(text("Hi")).await;
    assert_eq!(world.receiver.next().await.status()["errors"][0]["code"], 131_026);

    world.inject(json!({ "times": 1, "answer": "drop_after", "callbacks": "never" }));
    world.try_send(&tracked("Hi", "silent")).await.unwrap_err();
    world.sandbox.settled().await;
    assert_eq!(world.sandbox.accepted("silent"), 1);
    assert_eq!(world.receiver.rest(), 0);
}
