//! What happens when the process that renews dies, or loses the provider's answer, or the database.

use crate::world::{HOST, World, needs_person, unavailable};
use chrono::TimeDelta;
use egress::{Policy, Request, Rule};
use http::{HeaderValue, Method, header};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgPoolOptions};
use std::time::Duration;
use store::oauth::{
    REFRESH_TOKEN,
    tokens::{self, Claim},
};
use test_support::authorization_server::{CLIENT_ID, CLIENT_SECRET, Fault};
use vault::{Place, Sealed};

/// A world whose token is at its end.
async fn at_the_end() -> World {
    let world = World::new().await;
    world.authorize().await;
    world.advance(TimeDelta::hours(1));
    world
}

/// A process takes its turn, and dies.
async fn claim_and_die(world: &World) {
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    let claim = tokens::claim(&mut tx, world.connection, 1, uuid::Uuid::new_v4(), TimeDelta::seconds(60)).await;
    assert!(matches!(claim.unwrap(), Claim::Mine { .. }));
    tx.commit().await.unwrap();
}

/// The dead process's lease runs out.
async fn let_the_lease_end(world: &World) {
    let later =
        sqlx::query("UPDATE oauth_tokens SET renewal_until = clock_timestamp() WHERE renewal_until IS NOT NULL");
    assert_eq!(later.execute(&world.test.owner).await.unwrap().rows_affected(), 1);
}

/// What a process does between its turn and its commit: the provider answers, and nobody keeps the answer.
async fn use_up_the_refresh_token(world: &World) {
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT refresh_token FROM oauth_tokens").fetch_one(&world.test.owner).await.unwrap();
    let owner = store::secrets::connection_owner(world.connection);
    let place = Place { tenant: Some(world.tenant.0), owner: &owner, name: REFRESH_TOKEN };
    let token = world.keyring.open(&place, &Sealed::try_from(stored).unwrap()).unwrap();
    world.server.behave(|server| server.basic = false);
    let mut request = Request::new(Method::POST, format!("https://{HOST}/oauth/token"));
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers.insert(header::CONTENT_TYPE, form);
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "refresh_token")
        .append_pair("refresh_token", token.expose_str().unwrap())
        .append_pair("client_id", CLIENT_ID)
        .append_pair("client_secret", CLIENT_SECRET);
    request.body = body.finish().into();
    let policy = Policy::new([Rule::new(HOST, [Method::POST]).unwrap()]);
    assert_eq!(world.egress.send(request, &policy).await.unwrap().status, 200);
    world.server.behave(|server| server.basic = true);
}

#[tokio::test]
async fn who_dies_before_asking_costs_a_lease() {
    let world = at_the_end().await;
    claim_and_die(&world).await;
    let_the_lease_end(&world).await;
    assert!(world.server.accepts(world.access().await.unwrap().token()));
    assert_eq!(world.status().await.0, "active");
}

/// A server that rotates cannot tell the second use of a refresh token from a theft. Nothing that we do can save the
/// authorization then; a person is told what has probably happened.
#[tokio::test]
async fn who_dies_after_the_answer_may_cost_the_authorization_and_it_is_said() {
    let world = at_the_end().await;
    claim_and_die(&world).await;
    use_up_the_refresh_token(&world).await;
    let_the_lease_end(&world).await;
    let (why, is_parked) = needs_person(world.access().await);
    assert!(why.contains("(invalid_grant)") && why.contains("was lost"), "{why}");
    assert!(is_parked);
    assert_eq!(world.status().await, ("needs_reauth".to_owned(), Some(why)));
}

#[tokio::test]
async fn where_refresh_tokens_stay_good_nothing_is_lost() {
    let world = at_the_end().await;
    world.server.behave(|server| server.rotates = false);
    claim_and_die(&world).await;
    use_up_the_refresh_token(&world).await;
    let_the_lease_end(&world).await;
    assert!(world.server.accepts(world.access().await.unwrap().token()));
}

/// The same as a crash, for the provider: it has answered, and the connection broke.
#[tokio::test]
async fn a_lost_answer_is_remembered() {
    let world = at_the_end().await;
    world.server.inject(Fault::DropAfter);
    let (_, after) = unavailable(world.access().await);
    assert_eq!(world.status().await.0, "active", "nobody knows yet");
    world.advance(TimeDelta::seconds(after.unwrap().try_into().unwrap()));
    let (why, _) = needs_person(world.access().await);
    assert!(why.contains("was lost"), "{why}");
}

#[tokio::test]
async fn an_answer_that_holds_no_token_is_lost_too() {
    let world = at_the_end().await;
    world.server.inject(Fault::Garbage);
    let (why, after) = unavailable(world.access().await);
    assert_eq!(why, "the authorization server's answer holds no token");
    world.advance(TimeDelta::seconds(after.unwrap().try_into().unwrap()));
    assert!(needs_person(world.access().await).0.contains("was lost"));
}

/// Whoever waits for a renewal may go away: the answer is kept nevertheless.
#[tokio::test]
async fn a_caller_that_goes_away_costs_nothing() {
    let world = at_the_end().await;
    world.server.behave(|server| server.latency = Duration::from_millis(100));
    tokio::select! {
        _ = world.access() => panic!("the server takes its time"),
        () = async {
            while world.texts("SELECT 'busy' FROM oauth_tokens WHERE renewal IS NOT NULL").await.is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    assert!(world.server.accepts(world.access().await.unwrap().token()));
    assert_eq!(world.asked_by("refresh_token"), 1);
}

/// The database goes away between the provider's answer and the commit, and comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewed_tokens_outlive_an_outage_of_the_database() {
    let world = at_the_end().await;
    world.server.behave(|server| server.latency = Duration::from_millis(300));
    let pool = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy_with(world.test.app_options());
    let keeper = world.another_keeper(&pool);
    let renewing = world.access_by(&keeper);
    let outage = async {
        while world.texts("SELECT 'busy' FROM oauth_tokens WHERE renewal IS NOT NULL").await.is_empty() {
            tokio::task::yield_now().await;
        }
        allow_connections(&world, false).await;
        while world.asked_by("refresh_token") == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        allow_connections(&world, true).await;
    };
    let (access, ()) = futures::join!(renewing, outage);
    let access = access.unwrap();
    assert!(world.server.accepts(access.token()));
    assert_eq!(world.access().await.unwrap().token(), access.token());
}

/// Lets nobody connect any more, and throws out the product; or lets it in again.
async fn allow_connections(world: &World, allowed: bool) {
    let name = world.test.name();
    // A database cannot do this to itself.
    let outside = world.test.owner_options().database("postgres");
    let mut outside = PgConnection::connect_with(&outside).await.unwrap();
    let sql = format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {allowed};
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND usename = 'signalbox_app'"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut outside).await.unwrap();
}
