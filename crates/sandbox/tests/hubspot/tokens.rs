//! Where tokens come from and when they end.

use crate::world::{CLIENT_ID, REDIRECT, TOKEN, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const SCOPE: &str = "oauth crm.objects.contacts.read";

/// The code that a person's agreement leads to.
async fn code(world: &World, more: &[(&str, &str)]) -> String {
    let mut query = vec![("client_id", CLIENT_ID), ("redirect_uri", REDIRECT), ("scope", SCOPE), ("state", "s&t")];
    query.extend(more);
    let agreed = world.authorize(&query).await;
    assert_eq!(agreed.status, 302);
    let location: url::Url = agreed.headers["location"].to_str().unwrap().parse().unwrap();
    let value = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert!(location.as_str().starts_with(REDIRECT) && value("state") == "s&t", "{location}");
    value("code")
}

async fn contacts(world: &World, token: &Value) -> crate::world::Answer {
    world.ask_as(token.as_str().unwrap(), Method::GET, "/crm/v3/objects/contacts", Value::Null).await
}

fn exchange(code: &str) -> [(&str, &str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]
}

#[tokio::test]
async fn a_token_lives_for_half_an_hour_and_its_refresh_token_is_used_once() {
    let world = World::start().await;
    for version in ["v1", "v3", "2026-03"] {
        let code = code(&world, &[]).await;
        let first = world.token_endpoint(version, &exchange(&code)).await.json;
        assert_eq!(
            (&first["expires_in"], &first["token_type"]),
            (&json!(1800), &json!("bearer")),
            "{version}: {first}"
        );
        assert_eq!(world.token_endpoint(version, &exchange(&code)).await.json["error"], "invalid_grant");
        assert_eq!(contacts(&world, &first["access_token"]).await.status, 200);
        world.advance(TimeDelta::minutes(31));
        let expired = contacts(&world, &first["access_token"]).await;
        assert_eq!(expired.error(), (401, "EXPIRED_AUTHENTICATION"));
        assert!(expired.message().ends_with("expired 1 minute(s) ago."), "{}", expired.message());
        assert!(expired.json["context"]["expire time"][0].is_string());

        let refresh = [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"].as_str().unwrap())];
        let second = world.token_endpoint(version, &refresh).await.json;
        assert_eq!(contacts(&world, &second["access_token"]).await.status, 200);
        assert_ne!(second["refresh_token"], first["refresh_token"]);
        let again = world.token_endpoint(version, &refresh).await;
        assert_eq!(
            (again.status, &again.json["error"], &again.json["status"]),
            (400, &json!("invalid_grant"), &json!("BAD_REFRESH_TOKEN"))
        );
    }
}

#[tokio::test]
async fn a_code_with_a_challenge_needs_its_verifier() {
    let world = World::start().await;
    let verifier = "a-verifier-of-at-least-forty-three-characters-x";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    for (sent, status) in [(Some(verifier), 200), (Some("another"), 400), (None, 400)] {
        let code = code(&world, &pkce).await;
        let mut form = exchange(&code).to_vec();
        form.extend(sent.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(world.token_endpoint("2026-03", &form).await.status, status, "{sent:?}");
    }
}

#[tokio::test]
async fn wrong_clients_codes_and_grants_are_refused() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    for (form, error) in [
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "other")], "invalid_grant"),
        (
            vec![
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", "https://evil.example.com/"),
            ],
            "invalid_grant",
        ),
    ] {
        let refused = world.token_endpoint("2026-03", &form).await;
        assert_eq!((refused.status, refused.json["error"].as_str()), (400, Some(error)), "{form:?}");
    }
    assert_eq!(world.token_endpoint("2020-01", &[]).await.status, 404);
    let late = crate::tokens::code(&world, &[]).await;
    world.advance(TimeDelta::minutes(1));
    assert_eq!(world.token_endpoint("v1", &exchange(&late)).await.status, 400);

    let fine = [("client_id", CLIENT_ID), ("redirect_uri", REDIRECT), ("scope", SCOPE)];
    for (name, value) in [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.example.com/"),
        ("scope", ""),
        ("scope", "crm.objects.lamps.read"),
        ("code_challenge", "without a method"),
    ] {
        let mut query: Vec<_> = fine.into_iter().filter(|(key, _)| *key != name).collect();
        query.push((name, value));
        assert_eq!(world.authorize(&query).await.status, 400, "{name}={value}");
    }
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_ends_on_demand() {
    let world = World::start().await;
    let info = world.get(&format!("/oauth/v1/access-tokens/{TOKEN}")).await.json;
    assert_eq!(info["hub_id"], 62_515);
    assert_eq!(world.get("/account-info/v3/details").await.json["portalId"], 62_515);
    assert_eq!(world.get("/account-info/2026-03/details").await.status, 200);
    let unknown = world.ask_as("other", Method::GET, "/crm/v3/objects/contacts", Value::Null).await;
    assert_eq!(unknown.error(), (401, "INVALID_AUTHENTICATION"));

    let code = code(&world, &[]).await;
    let granted = world.token_endpoint("v1", &exchange(&code)).await.json;
    assert_eq!(world.control(Method::POST, "/expire", json!({ "refresh_tokens": true })).await.status, 204);
    for token in [&json!(TOKEN), &granted["access_token"]] {
        assert_eq!(contacts(&world, token).await.error(), (401, "EXPIRED_AUTHENTICATION"));
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", granted["refresh_token"].as_str().unwrap())];
    assert_eq!(world.token_endpoint("v1", &refresh).await.status, 400);
}
