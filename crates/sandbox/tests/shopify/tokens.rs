//! Where tokens come from and when they end.

use crate::world::{CLIENT_ID, SECRET, SHOP, TOKEN, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A request to the token endpoint.
fn request(more: Value) -> Value {
    let mut body = json!({ "client_id": CLIENT_ID, "client_secret": SECRET });
    let Value::Object(more) = more else { panic!("{more} is not an object") };
    body.as_object_mut().unwrap().extend(more);
    body
}

async fn works(world: &World, token: &Value) -> bool {
    let token = token.as_str().unwrap();
    world.ask_version("2026-10", token, "{ shop { name } }", Value::Null).await.status == 200
}

#[tokio::test]
async fn client_credentials_give_a_token_for_a_day() {
    let world = World::start().await;
    let granted = world.token_endpoint(request(json!({ "grant_type": "client_credentials" }))).await.json;
    assert_eq!((&granted["expires_in"], granted.get("refresh_token")), (&json!(86_399), None));
    assert!(works(&world, &granted["access_token"]).await);
    world.advance(TimeDelta::seconds(86_399));
    assert!(!works(&world, &granted["access_token"]).await);
}

#[tokio::test]
async fn a_code_becomes_an_expiring_token_whose_refresh_token_works_once() {
    let world = World::start().await;
    let redirect_uri = "https://app.example.com/callback";
    let query = [("client_id", CLIENT_ID), ("redirect_uri", redirect_uri), ("state", "a b&c")];
    let agreed = world.authorize(&query).await;
    assert_eq!(agreed.status, 302);
    let location: url::Url = agreed.headers["location"].to_str().unwrap().parse().unwrap();
    let value = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!((value("state").as_str(), value("shop").as_str()), ("a b&c", SHOP));

    let code = request(json!({ "code": value("code"), "expiring": "1" }));
    let first = world.token_endpoint(code.clone()).await.json;
    assert_eq!(first["expires_in"], 3600);
    assert_eq!(world.token_endpoint(code).await.status, 400, "a code is used once");
    world.advance(TimeDelta::seconds(3600));
    assert!(!works(&world, &first["access_token"]).await);

    let refresh = request(json!({ "grant_type": "refresh_token", "refresh_token": first["refresh_token"] }));
    let second = world.token_endpoint(refresh.clone()).await.json;
    assert!(works(&world, &second["access_token"]).await);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let again = world.token_endpoint(refresh).await;
    assert_eq!((again.status, &again.json["error"]), (400, &json!("invalid_grant")));
    let late = request(json!({ "grant_type": "refresh_token", "refresh_token": second["refresh_token"] }));
    world.advance(TimeDelta::days(90));
    assert_eq!(world.token_endpoint(late).await.status, 400);
}

#[tokio::test]
async fn a_token_that_never_ends_is_exchanged_for_one_that_does() {
    let world = World::start().await;
    let exchange = request(json!({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": TOKEN,
        "subject_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": "1",
    }));
    let granted = world.token_endpoint(exchange.clone()).await.json;
    assert!(works(&world, &granted["access_token"]).await && !works(&world, &json!(TOKEN)).await);
    assert_eq!(world.token_endpoint(exchange).await.json["error"], "invalid_subject_token");
}

#[tokio::test]
async fn wrong_clients_codes_and_grants_are_refused() {
    let world = World::start().await;
    for (change, error) in [
        (json!({ "client_id": "other", "grant_type": "client_credentials" }), "application_cannot_be_found"),
        (json!({ "client_secret": "other", "grant_type": "client_credentials" }), "invalid_client"),
        (json!({ "grant_type": "password" }), "unsupported_grant_type"),
        (json!({ "code": "other" }), "invalid_request"),
    ] {
        let refused = world.token_endpoint(request(change.clone())).await;
        assert_eq!((refused.status, refused.json["error"].as_str()), (400, Some(error)), "{change}");
    }
    let query = [("client_id", CLIENT_ID), ("redirect_uri", "https://evil.example.com/callback")];
    let refused = world.authorize(&query).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn tokens_end_on_demand() {
    let world = World::start().await;
    let path = "/shops/lamps.myshopify.com/expire";
    assert_eq!(world.control(reqwest::Method::POST, path, json!({})).await.status, 204);
    assert!(!works(&world, &json!(TOKEN)).await);
    let unknown = world.control(reqwest::Method::POST, "/shops/other.myshopify.com/expire", json!({})).await;
    assert_eq!(unknown.status, 404);
}
