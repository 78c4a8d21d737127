//! A person authorizes a connection.

use crate::world::{REDIRECT, World, needs_person, parameter};
use chrono::TimeDelta;
use domain::{ConnectionId, EndpointId, TenantId, connection::ConnectionStatus};
use serde_json::json;
use signalbox_oauth::{Error, Unredeemed};
use std::collections::HashMap;
use test_support::authorization_server::CLIENT_ID;

#[tokio::test]
async fn a_person_goes_there_and_comes_back_with_access() {
    let world = World::new().await;
    assert_eq!(needs_person(world.access().await), ("nobody has authorized it yet".to_owned(), true));
    assert!(world.is_parked().await);

    let url = world.begin().await;
    assert_eq!((url.host_str(), url.path()), (Some("kettle.shops.example"), "/oauth/authorize"));
    let sent: HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["client_id"], CLIENT_ID);
    assert_eq!(sent["redirect_uri"], REDIRECT);
    assert_eq!(sent["code_challenge_method"], "S256");
    assert_eq!(sent["scope"], "messages.read messages.write");

    let back = world.consent(&url).await;
    world.come_back(&parameter(&back, "state"), &parameter(&back, "code")).await.unwrap();
    assert_eq!(world.status().await.0, "active");
    assert!(!world.is_parked().await);
    let access = world.access().await.unwrap();
    assert!(world.server.accepts(access.token()));
    assert_eq!(world.server.requests(), ["authorization_code"]);
    let who = world.texts("SELECT actor::text FROM events WHERE kind = 'connection.status_changed' ORDER BY id").await;
    assert!(who.last().unwrap().contains(&world.user.to_string()), "{who:?}");
}

#[tokio::test]
async fn the_renewal_is_planned_with_the_tokens() {
    let world = World::new().await;
    world.authorize().await;
    let jobs = world.texts("SELECT kind || ' ' || (run_at < now() + interval '100 years')::text FROM queue.jobs").await;
    assert_eq!(jobs, ["renew-token true"]);
    let early: bool = sqlx::query_scalar("SELECT run_at BETWEEN $1 AND $2 FROM queue.jobs")
        .bind(world.now() + TimeDelta::minutes(47))
        .bind(world.now() + TimeDelta::minutes(50))
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    assert!(early, "ten minutes before the end of the hour, give or take this connection's share");
}

#[tokio::test]
async fn a_state_is_good_once_and_for_ten_minutes() {
    let world = World::new().await;
    let redeem = async |state: &str| world.redeem(state).await.unwrap().err();
    let state = parameter(&world.begin().await, "state");
    assert_eq!(redeem(&state).await, None);
    assert_eq!(redeem(&state).await, Some(Unredeemed::Used));

    let late = parameter(&world.begin().await, "state");
    let in_time = parameter(&world.begin().await, "state");
    world.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    assert_eq!(redeem(&in_time).await, None);
    world.advance(TimeDelta::seconds(1));
    assert_eq!(redeem(&late).await, Some(Unredeemed::Expired));

    for wrong in ["", "nothing", &"A".repeat(64), &late[1..]] {
        assert_eq!(redeem(wrong).await, Some(Unredeemed::Unknown), "{wrong}");
    }
    // After a day nobody needs to be told any more why it is too late.
    world.advance(TimeDelta::days(2));
    world.begin().await;
    assert_eq!(world.texts("SELECT 'row' FROM oauth_authorizations").await.len(), 1);
}

#[tokio::test]
async fn only_the_browser_that_began_may_come_back() {
    let world = World::new().await;
    let begin = async || parameter(&world.begin().await, "state");
    let redeem = async |state: &str, cookie: Option<&str>| {
        world.keeper.redeem(state, |_| cookie.map(str::to_owned)).await.unwrap().err()
    };
    // A browser without the cookie, as of somebody who was sent a link.
    let state = begin().await;
    assert_eq!(redeem(&state, None).await, Some(Unredeemed::OtherBrowser));
    assert_eq!(world.redeem(&state).await.unwrap().err(), Some(Unredeemed::Used), "it cannot be tried again");
    // A browser that has begun another authorization.
    let another = world.browser.lock().unwrap().values().next().cloned();
    let state = begin().await;
    assert_eq!(redeem(&state, another.as_deref()).await, Some(Unredeemed::OtherBrowser));
    assert_eq!(redeem(&begin().await, Some("")).await, Some(Unredeemed::OtherBrowser));
    // Several of one browser do not get into each other's way.
    let (first, second) = (begin().await, begin().await);
    assert_eq!(world.redeem(&second).await.unwrap().err(), None);
    assert_eq!(world.redeem(&first).await.unwrap().err(), None);
}

#[tokio::test]
async fn two_that_come_back_at_once_are_one() {
    let world = World::new().await;
    let state = parameter(&world.begin().await, "state");
    let both = futures::future::join_all((0..8).map(|_| world.redeem(&state))).await;
    let good = both.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok()).count();
    assert_eq!(good, 1);
}

#[tokio::test]
async fn a_code_is_good_only_with_the_proof_key_it_was_asked_with() {
    let world = World::new().await;
    let (mine, theirs) = (world.begin().await, world.begin().await);
    let code = parameter(&world.consent(&theirs).await, "code");
    let outcome = world.come_back(&parameter(&mine, "state"), &code).await;
    let Err(Error::NeedsPerson { why, is_parked: false }) = outcome else { panic!("{outcome:?}") };
    assert!(why.ends_with("(invalid_grant)"), "{why}");
    assert_eq!(world.status().await.0, "active", "what there was is as it was");
    assert!(world.texts("SELECT 'row' FROM oauth_tokens").await.is_empty());
}

#[tokio::test]
async fn a_new_authorization_replaces_the_old_one() {
    let world = World::new().await;
    world.authorize().await;
    let old = world.access().await.unwrap();
    world.set_status(ConnectionStatus::NeedsReauth).await;
    world.authorize().await;
    let new = world.access().await.unwrap();
    assert_ne!(old.token(), new.token());
    assert_eq!(world.status().await.0, "active");
    assert!(!world.is_parked().await);
}

#[tokio::test]
async fn what_a_person_has_switched_off_stays_off() {
    let world = World::new().await;
    world.set_status(ConnectionStatus::Disabled).await;
    let (_, is_parked) = needs_person(world.access().await);
    assert!(!is_parked, "nothing holds the jobs of a connection that is switched off");
    world.authorize().await;
    assert_eq!(world.status().await.0, "disabled");
    world.access().await.unwrap();
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let world = World::new().await;
    sqlx::query("UPDATE endpoints SET settings = '{}'").execute(&world.test.owner).await.unwrap();
    let connection = world.row().await;
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let outcome = world.keeper.begin(&mut tx, &world.subject(&connection), world.user, REDIRECT).await;
    let Err(Error::NeedsPerson { why, .. }) = outcome else { panic!("must fail") };
    assert_eq!(why, "the endpoint setting `client_id` is not set");
    drop(tx);

    sqlx::query("DELETE FROM endpoint_secrets").execute(&world.test.owner).await.unwrap();
    sqlx::query("UPDATE endpoints SET settings = '{\"client_id\": \"x\"}'").execute(&world.test.owner).await.unwrap();
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let outcome = world.keeper.begin(&mut tx, &world.subject(&connection), world.user, REDIRECT).await;
    let Err(Error::NeedsPerson { why, .. }) = outcome else { panic!("must fail") };
    assert_eq!(why, "the secret `client_secret` is not set");
}

/// One app of the operator serves connections of many tenants, none of which can read its rows.
#[tokio::test]
async fn the_client_may_be_the_operators() {
    let mut world = World::new().await;
    let endpoint = EndpointId::new();
    let sealed = world.seal_client_secret(None, endpoint);
    sqlx::query("SELECT create_shared_endpoint($1, 'shared-endpoint-key', 'probe', 's', $2, $3, $4, $5)")
        .bind(endpoint.0)
        .bind(json!({ "client_id": CLIENT_ID }))
        .bind(vec!["client_secret"])
        .bind(vec![sealed])
        .bind(world.now())
        .execute(&world.test.app)
        .await
        .unwrap();
    world.connection = ConnectionId::new();
    world.connect(world.connection, endpoint).await;
    world.authorize().await;
    assert!(world.server.accepts(world.access().await.unwrap().token()));

    // Another tenant gets nothing by naming the connection.
    let mut tx = world.db.begin(TenantId::new()).await.unwrap();
    assert!(store::oauth::client(&mut tx, world.connection).await.unwrap().is_none());
    assert!(store::oauth::tokens::load(&mut tx, world.connection).await.unwrap().is_none());
}
