//! Every call of a plugin is accounted for: what happened, for which job, and nothing of what was said.

use crate::world::{TOKEN, World};
use sandbox::{
    AnswerFault, CallbackFault, Fault,
    traffic::{Customer, Inbound},
};
use serde_json::Value;

async fn calls(world: &World) -> Vec<Value> {
    world.env.records.flush().await;
    let rows = world.texts("SELECT to_jsonb(c)::text FROM plugin_calls c ORDER BY id").await;
    rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
}

async fn greeted() -> World {
    let world = World::new().await;
    let ada = Customer::with_phone("4915155512345", "Ada");
    let composed = world.sandbox.compose("106540352242922", Inbound::text(ada, "Hello")).unwrap();
    world.deliver_bytes(composed.webhook.body.to_vec()).await;
    world.settle().await;
    world
}

#[tokio::test]
async fn a_message_in_and_a_reply_are_two_calls() {
    let world = greeted().await;
    let reply = world.write("Good evening").await;
    world.settle().await;

    let calls = calls(&world).await;
    let functions: Vec<_> = calls.iter().map(|call| call["function"].as_str().unwrap()).collect();
    assert_eq!(functions, ["parse", "send"], "{calls:#?}");
    let (parse, send) = (&calls[0], &calls[1]);
    for call in [parse, send] {
        assert_eq!((&call["outcome"], &call["attempt"]), (&"ok".into(), &1.into()));
        assert_eq!(call["connection_id"], world.connection.to_string());
        assert!(call["memory"].as_i64().unwrap() >= 65_536, "{call}");
        let (took, busy) = (call["duration_us"].as_i64().unwrap(), call["busy_us"].as_i64().unwrap());
        assert!(0 < busy && busy <= took, "{call}");
        assert!(call["job_id"].is_i64(), "{call}");
    }
    assert_eq!(parse["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(parse["requests"], Value::Null);
    assert_eq!(send["call_id"], reply.to_string());
    let request = serde_json::json!({"method": "POST", "host": "graph.facebook.com", "status": 200});
    assert_eq!(send["requests"], Value::Array(vec![request]));
}

#[tokio::test]
async fn a_failure_says_its_kind_and_repeats_nobodys_words() {
    let world = greeted().await;
    let answer = AnswerFault::RateLimited { retry_after: None };
    world.sandbox.inject(Fault { number: None, times: Some(1), answer, callbacks: CallbackFault::Normal });
    world.write("Good evening to +4915155512345").await;
    world.run_jobs().await;

    let calls = calls(&world).await;
    let send = calls.last().unwrap();
    assert_eq!((&send["function"], &send["outcome"]), (&"send".into(), &"error".into()), "{send}");
    assert_eq!(send["error_kind"], "rate_limited");
    let told = Value::Array(calls).to_string();
    for said in [TOKEN, "Good evening", "Hello", "49151", "Ada"] {
        assert!(!told.contains(said), "{said} stands in {told}");
    }
}
