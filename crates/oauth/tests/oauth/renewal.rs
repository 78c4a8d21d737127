//! Tokens are renewed: ahead of their end, by one, and never at the cost of the authorization.

use crate::world::{World, needs_person, unavailable};
use chrono::TimeDelta;
use futures::future::join_all;
use signalbox_oauth::{Access, Error};
use sqlx::postgres::PgPoolOptions;
use std::{collections::BTreeSet, time::Duration};
use store::oauth::tokens::{self, Claim};
use test_support::authorization_server::Fault;

async fn authorized() -> World {
    let world = World::new().await;
    world.authorize().await;
    world
}

#[tokio::test]
async fn a_good_token_is_used_and_one_near_its_end_is_renewed() {
    let world = authorized().await;
    let first = world.access().await.unwrap();
    world.advance(TimeDelta::minutes(58));
    assert_eq!(world.access().await.unwrap().token(), first.token());
    assert_eq!(world.asked_by("refresh_token"), 0);
    world.advance(TimeDelta::minutes(1));
    let second = world.access().await.unwrap();
    assert_ne!(second.token(), first.token());
    // With the rotated refresh token, again and again: the first would be a theft.
    for _ in 0..3 {
        world.advance(TimeDelta::hours(1));
        assert!(world.server.accepts(world.access().await.unwrap().token()));
    }
    assert_eq!(world.asked_by("refresh_token"), 4);
}

#[tokio::test]
async fn without_rotation_the_refresh_token_stays() {
    let world = authorized().await;
    world.server.behave(|server| server.rotates = false);
    for _ in 0..3 {
        world.advance(TimeDelta::hours(2));
        assert!(world.server.accepts(world.access().await.unwrap().token()));
    }
}

/// Twenty calls in two processes find the token at its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_callers_on_two_pools_one_asks() {
    let world = authorized().await;
    world.server.behave(|server| server.latency = Duration::from_millis(150));
    let pools = [0, 1].map(|_| PgPoolOptions::new().max_connections(4).connect_lazy_with(world.test.app_options()));
    let keepers = pools.each_ref().map(|pool| world.another_keeper(pool));
    for round in 1..=3 {
        world.advance(TimeDelta::hours(1));
        let callers = (0..20).map(|caller| world.access_by(&keepers[caller % 2]));
        let tokens: BTreeSet<String> =
            join_all(callers).await.into_iter().map(|access| access.unwrap().token().to_string()).collect();
        assert_eq!(tokens.len(), 1, "everybody has the same");
        assert!(world.server.accepts(tokens.first().unwrap()));
        assert_eq!(world.asked_by("refresh_token"), round);
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_everybody() {
    let world = authorized().await;
    let refused = world.access().await.unwrap();
    let renewed = world.access_after(&refused).await.unwrap();
    assert_ne!(renewed.token(), refused.token());
    // Another call that was refused for the same token finds it renewed.
    assert_eq!(world.access_after(&refused).await.unwrap().token(), renewed.token());
    assert_eq!(world.asked_by("refresh_token"), 1);
}

#[tokio::test]
async fn a_revoked_authorization_parks_the_connection_until_it_is_authorized_anew() {
    let world = authorized().await;
    world.server.revoke_all();
    world.advance(TimeDelta::hours(1));
    let (why, is_parked) = needs_person(world.access().await);
    assert_eq!(why, "the authorization is invalid, expired or revoked (invalid_grant)");
    assert!(is_parked && world.is_parked().await);
    assert_eq!(world.status().await, ("needs_reauth".to_owned(), Some(why)));
    world.authorize().await;
    assert_eq!(world.status().await.0, "active");
    assert!(!world.is_parked().await);
    assert!(world.server.accepts(world.access().await.unwrap().token()));
}

#[tokio::test]
async fn trouble_passes_and_costs_nothing() {
    let world = authorized().await;
    let first = world.access().await.unwrap();
    // Near its end, but good: it is used while the server is away.
    world.advance(TimeDelta::minutes(59) + TimeDelta::seconds(30));
    world.server.inject(Fault::Status(503, None));
    assert_eq!(world.access().await.unwrap().token(), first.token());
    assert_eq!(world.access().await.unwrap().token(), first.token(), "and is not asked again yet");
    assert_eq!(world.asked_by("refresh_token"), 1);

    world.advance(TimeDelta::seconds(30));
    world.server.inject(Fault::Status(429, Some(30)));
    let (why, after) = unavailable(world.access().await);
    assert_eq!((why.as_str(), after), ("the authorization server answered 429 Too Many Requests", Some(30)));
    world.advance(TimeDelta::seconds(10));
    assert_eq!(unavailable(world.access().await).1, Some(20), "for the whole fleet");
    assert_eq!(world.asked_by("refresh_token"), 2);
    assert_eq!(world.status().await.0, "active");

    world.advance(TimeDelta::seconds(20));
    assert!(world.server.accepts(world.access().await.unwrap().token()), "with the refresh token that there was");
}

#[tokio::test]
async fn a_provider_that_stays_away_is_asked_less_and_less_often() {
    let world = authorized().await;
    world.advance(TimeDelta::hours(1));
    let mut waits = Vec::new();
    for _ in 0..5 {
        world.server.inject(Fault::Status(500, None));
        let (_, after) = unavailable(world.access().await);
        waits.push(after.unwrap());
        world.advance(TimeDelta::seconds(after.unwrap().try_into().unwrap()));
    }
    assert_eq!(waits, [2, 4, 8, 16, 32]);
    world.access().await.unwrap();
}

#[tokio::test]
async fn without_a_refresh_token_a_person_is_asked_at_the_end() {
    let world = World::new().await;
    world.server.behave(|server| server.refreshes = false);
    world.authorize().await;
    assert!(world.texts("SELECT 'job' FROM queue.jobs").await.is_empty(), "there is nothing to renew it with");
    world.advance(TimeDelta::minutes(59) + TimeDelta::seconds(59));
    let last = world.access().await.unwrap();
    world.advance(TimeDelta::seconds(1));
    assert_eq!(
        needs_person(world.access().await),
        ("its access has ended and cannot be renewed: authorize it anew".to_owned(), true)
    );
    needs_person(world.access_after(&last).await);
    assert_eq!(world.asked_by("refresh_token"), 0);
}

#[tokio::test]
async fn a_token_without_an_end_is_used_until_it_is_refused() {
    let world = World::new().await;
    world.server.behave(|server| server.lifetime = None);
    world.authorize().await;
    world.advance(TimeDelta::days(400));
    let access = world.access().await.unwrap();
    assert_eq!(world.server.requests(), ["authorization_code"]);
    world.access_after(&access).await.unwrap();
}

/// The settings of a connection choose its host: what was granted at one is not for another.
#[tokio::test]
async fn tokens_stay_where_they_were_granted() {
    let world = authorized().await;
    let elsewhere = sqlx::query("UPDATE connections SET settings = '{\"shop\": \"other\"}'");
    elsewhere.execute(&world.test.owner).await.unwrap();
    let (why, is_parked) = needs_person(world.access().await);
    assert!(why.contains("elsewhere") && is_parked, "{why}");
    let back = sqlx::query("UPDATE connections SET settings = '{\"shop\": \"kettle\"}'");
    back.execute(&world.test.owner).await.unwrap();
    world.access().await.unwrap();
}

/// The refusal of an old refresh token says nothing about an authorization that came meanwhile.
#[tokio::test]
async fn a_late_refusal_does_not_undo_a_new_authorization() {
    let world = authorized().await;
    world.server.revoke_all();
    world.advance(TimeDelta::hours(1));
    world.server.behave(|server| server.latency = Duration::from_millis(200));
    let renewing = async { world.access().await.unwrap() };
    let authorizing = async {
        while world.texts("SELECT 'busy' FROM oauth_tokens WHERE renewal IS NOT NULL").await.is_empty() {
            tokio::task::yield_now().await;
        }
        let url = world.begin().await;
        let back = world.consent(&url).await;
        world.server.behave(|server| server.latency = Duration::ZERO);
        let state = crate::world::parameter(&back, "state");
        world.come_back(&state, &crate::world::parameter(&back, "code")).await.unwrap();
    };
    let (access, ()): (Access, ()) = futures::join!(renewing, authorizing);
    assert!(world.server.accepts(access.token()));
    assert_eq!(world.status().await.0, "active");
}

/// The job that is stored with the tokens.
#[tokio::test]
async fn a_planned_renewal_renews_its_own_tokens_and_no_others() {
    let world = authorized().await;
    let connection = world.row().await;
    world.keeper.renew(&world.subject(&connection), 1).await.unwrap();
    assert_eq!(world.asked_by("refresh_token"), 1);
    world.keeper.renew(&world.subject(&connection), 1).await.unwrap();
    assert_eq!(world.asked_by("refresh_token"), 1, "they are others by now");
    let planned = world.texts("SELECT args->>'rotation' FROM queue.jobs ORDER BY id").await;
    assert_eq!(planned, ["1", "2"]);
}

/// Workers do not wait for the disk. A refresh token that was used up must not be forgotten with their last commits.
#[tokio::test]
async fn renewed_tokens_wait_for_the_disk() {
    let world = authorized().await;
    let mut tx = world.db.for_workers(1).begin(world.tenant).await.unwrap();
    let setting = "SELECT current_setting('synchronous_commit')";
    assert_eq!(sqlx::query_scalar::<_, String>(setting).fetch_one(&mut *tx).await.unwrap(), "off");
    let new = tokens::NewTokens {
        token_url: "https://kettle.shops.example/oauth/token",
        access_token: b"sealed",
        refresh_token: None,
        scopes: &[],
        issued_at: world.now(),
        expires_at: None,
    };
    assert_eq!(tokens::rotate(&mut tx, world.connection, 1, &new).await.unwrap(), Some(2));
    assert_eq!(sqlx::query_scalar::<_, String>(setting).fetch_one(&mut *tx).await.unwrap(), "on");
}

#[tokio::test]
async fn a_turn_is_one_at_a_time_and_only_for_the_current_tokens() {
    let world = authorized().await;
    let claim = async |rotation| {
        let mut tx = world.db.begin(world.tenant).await.unwrap();
        let lease = TimeDelta::seconds(60);
        let claim = tokens::claim(&mut tx, world.connection, rotation, uuid::Uuid::new_v4(), lease).await.unwrap();
        tx.commit().await.unwrap();
        claim
    };
    assert!(matches!(claim(7).await, Claim::Moved));
    assert!(matches!(claim(1).await, Claim::Mine { answer_lost: false }));
    assert!(matches!(claim(1).await, Claim::Busy));
    // By database time, whatever the product's clock says.
    world.advance(TimeDelta::days(1));
    assert!(matches!(claim(1).await, Claim::Busy));
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_without_its_value() {
    let world = authorized().await;
    sqlx::query("UPDATE oauth_tokens SET access_token = refresh_token").execute(&world.test.owner).await.unwrap();
    let error = world.access().await.unwrap_err();
    assert!(matches!(error, Error::Sealed { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the secret `oauth:access_token` cannot be opened");
}
