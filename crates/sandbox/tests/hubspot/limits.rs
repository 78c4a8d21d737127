//! How much may be asked.

use crate::world::World;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_request_too_many_is_refused_by_the_name_of_its_policy() {
    let world = World::with(|account, _| account.requests_per_ten_seconds = 3).await;
    for left in ["2", "1", "0"] {
        let answer = world.get("/crm/v3/objects/contacts").await;
        assert_eq!((answer.status, &answer.headers["x-hubspot-ratelimit-remaining"]), (200, &left.parse().unwrap()));
        assert_eq!(answer.headers["x-hubspot-ratelimit-max"], "3");
    }
    let refused = world.get("/crm/v3/objects/contacts").await;
    assert_eq!(refused.error(), (429, "RATE_LIMITS"));
    assert_eq!(
        (&refused.json["policyName"], &refused.json["errorType"]),
        (&json!("TEN_SECONDLY_ROLLING"), &json!("RATE_LIMIT"))
    );
    assert_eq!(refused.message(), "You have reached your ten_secondly_rolling limit.");
    world.advance(TimeDelta::seconds(10));
    assert_eq!(world.get("/crm/v3/objects/contacts").await.status, 200);
}

#[tokio::test]
async fn searches_are_counted_by_the_second() {
    let world = World::start().await;
    let search = async || world.post("/crm/v3/objects/contacts/search", json!({})).await;
    for _ in 0..5 {
        assert_eq!(search().await.status, 200);
    }
    assert_eq!(search().await.json["policyName"], "SECONDLY");
    assert_eq!(world.get("/crm/v3/objects/contacts").await.status, 200, "other requests go on");
    world.advance(TimeDelta::seconds(1));
    assert_eq!(search().await.status, 200);
}

#[tokio::test]
async fn refusals_can_be_ordered() {
    let world = World::start().await;
    let order = json!({ "policy": "DAILY", "requests": 2 });
    assert_eq!(world.control(Method::POST, "/throttle", order).await.status, 204);
    for _ in 0..2 {
        assert_eq!(world.get("/crm/v3/objects/contacts").await.json["policyName"], "DAILY");
    }
    assert_eq!(world.get("/crm/v3/objects/contacts").await.status, 200);
    let unknown = world.control(Method::POST, "/throttle", json!({ "policy": "HOURLY", "requests": 1 })).await;
    assert_eq!(unknown.status, 422);
}
