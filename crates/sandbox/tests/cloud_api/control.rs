//! The control API, as a program beside the simulator uses it.

use crate::world::{NUMBER, PHONE, SECRET, World, answer, text};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_sandbox::{BindError, Config, Sandbox};

#[tokio::test]
async fn a_customer_is_played_and_the_reply_is_recorded() {
    let mut world = World::start().await;
    let inbound = json!({
        "number": NUMBER,
        "customer": { "phone": PHONE, "user_id": "US.77", "name": "Ada" },
        "message": { "type": "text", "body": "Hola ñandú" },
    });
    let played = world.control(Method::POST, "/inbound", inbound).await;
    assert_eq!(played.json["status"], 200);
    let webhook = world.receiver.next().await;
    assert!(webhook.is_signed_with(SECRET));
    let message = &webhook.value()["messages"][0];
    assert_eq!(message["id"], played.json["wamid"]);
    assert_eq!((&message["from"], &message["from_user_id"]), (&json!(PHONE), &json!("US.77")));
    assert_eq!(message["text"]["body"], "Hola ñandú");

    let mut reply = text("Hola");
    reply["biz_opaque_callback_data"] = "m-1".into();
    let sent = world.send(reply.clone()).await;
    assert_eq!(sent.json["contacts"][0]["user_id"], "US.77");
    let requests = world.control(Method::GET, "/requests?opaque=m-1", Value::Null).await.json;
    assert_eq!(requests[0]["wamid"], sent.wamid());
    assert_eq!(requests[0]["kind"], "text");
    assert_eq!(requests[0]["to"], PHONE);
    assert_eq!(requests[0]["body"], reply);
    let after = requests[0]["sequence"].as_u64().unwrap();
    let rest = world.control(Method::GET, &format!("/requests?after={after}"), Value::Null).await;
    assert_eq!(rest.json, json!([]));
    let accepted = world.control(Method::GET, "/accepted/m-1", Value::Null).await;
    assert_eq!(accepted.json, json!({ "accepted": 1 }));

    world.sandbox.settled().await;
    let counts = world.control(Method::GET, "/callbacks", Value::Null).await.json;
    assert_eq!((&counts["delivered"], &counts["pending"]), (&json!(4), &json!(0)));
    assert_eq!(world.control(Method::DELETE, "/state", Value::Null).await.status, 204);
    let accepted = world.control(Method::GET, "/accepted/m-1", Value::Null).await;
    assert_eq!(accepted.json, json!({ "accepted": 0 }));
}

#[tokio::test]
async fn a_reaction_goes_to_the_newest_message() {
    let mut world = World::start().await;
    let inbound = |message: Value| json!({ "number": NUMBER, "customer": { "phone": PHONE }, "message": message });
    let react = || inbound(json!({ "type": "reaction", "emoji": "❤️" }));
    assert_eq!(world.control(Method::POST, "/inbound", react()).await.status, 400);

    let hello = inbound(json!({ "type": "text", "body": "Hi" }));
    world.control(Method::POST, "/inbound", hello).await;
    world.receiver.next().await;
    world.inject(json!({ "callbacks": "never" }));
    let reply = world.send(text("Hello")).await;
    world.control(Method::POST, "/inbound", react()).await;
    let webhook = world.receiver.next().await;
    assert_eq!(webhook.value()["messages"][0]["reaction"]["message_id"], reply.wamid());
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared() {
    let world = World::start().await;
    let fault = json!({ "number": NUMBER, "times": 2, "answer": "drop_after", "callbacks": "twice" });
    assert_eq!(world.control(Method::POST, "/faults", fault.clone()).await.status, 204);
    assert_eq!(world.control(Method::GET, "/faults", Value::Null).await.json, json!([fault]));
    assert_eq!(world.control(Method::DELETE, "/faults", Value::Null).await.status, 204);
    assert_eq!(world.control(Method::GET, "/faults", Value::Null).await.json, json!([]));
    let unknown = world.control(Method::POST, "/faults", json!({ "answer": "explode" })).await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn apps_and_callback_urls_can_be_set_while_it_runs() {
    let mut world = World::start().await;
    let app = json!({
        "app_secret": "second secret",
        "numbers": [{ "phone_number_id": "55", "waba_id": "66", "display_phone_number": "4930123456", "access_token": "t" }],
    });
    assert_eq!(world.control(Method::PUT, "/apps/second", app).await.status, 204);
    let inbound = json!({ "number": "55", "customer": { "user_id": "DE.1" }, "message": { "type": "unsupported" } });
    let refused = world.control(Method::POST, "/inbound", inbound.clone()).await;
    assert_eq!(refused.status, 400, "no callback URL yet");

    let url = json!({ "url": world.receiver.url });
    assert_eq!(world.control(Method::PUT, "/apps/second/callback_url", url.clone()).await.status, 204);
    assert_eq!(world.control(Method::PUT, "/apps/third/callback_url", url).await.status, 404);
    assert_eq!(world.control(Method::POST, "/inbound", inbound).await.json["status"], 200);
    assert!(world.receiver.next().await.is_signed_with("second secret"));

    let payload = json!({ "object": "whatsapp_business_account", "entry": [] });
    let delivered = world.control(Method::POST, "/webhooks", json!({ "app": "second", "payload": payload })).await;
    assert_eq!(delivered.json, json!({ "status": 200 }));
    assert_eq!(world.receiver.next().await.payload, payload);

    let window = json!({ "number": "55", "customer": { "phone": PHONE } });
    assert_eq!(world.control(Method::POST, "/windows", window).await.status, 204);
    let request = world.client.post(format!("{}/v26.0/55/messages", world.sandbox.url()));
    answer(request.bearer_auth("t").json(&text("Hi"))).await.unwrap();
    assert_eq!(world.receiver.statuses(1).await, ["sent"]);
}

#[tokio::test]
async fn it_binds_to_loopback_only_and_stops() {
    let refused = Sandbox::bind("0.0.0.0:0".parse().unwrap(), Config::new(Vec::new())).await;
    assert!(matches!(refused.err(), Some(BindError::NotLoopback(_))));

    let world = World::start().await;
    let (client, url) = (world.client.clone(), world.messages_url());
    world.inject(json!({ "answer": { "hang_before": { "seconds": 600 } } }));
    let hanging = tokio::spawn(client.post(&url).bearer_auth(crate::world::TOKEN).json(&text("x")).send());
    while world.sandbox.requests(&signalbox_sandbox::RequestFilter::default()).is_empty() {
        tokio::task::yield_now().await;
    }
    world.sandbox.shutdown().await;
    assert!(hanging.await.unwrap().is_err(), "a hanging call does not hold up the shutdown");
    assert!(client.get(url).send().await.unwrap_err().is_connect());
}
