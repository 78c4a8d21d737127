//! Webhooks are registered with the provider, and taken back: the real Shopify plugin at the simulated Shopify.

use crate::world::{World, endpoint_key};
use chrono::TimeDelta;
use domain::{ConnectionId, connection::ConnectionStatus, event::Actor, jobs::RemoveConnection};
use inbox::Cause;
use sandbox::shopify::Shop;
use serde_json::{Value, json};
use signalbox_worker::maintenance;
use store::connections::{deletion, webhooks};

const SHOP: &str = "lamps.myshopify.com";
const ACCESS: &str = "shpat_the-token";

struct Lamps {
    world: World,
    connection: ConnectionId,
}

impl Lamps {
    /// A connected shop that nobody has told anything yet.
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Shop)) -> Self {
        let world = World::new().await;
        let mut shop = Shop::new(SHOP, "client", "client-secret");
        shop.access_token = Some(ACCESS.into());
        change(&mut shop);
        world.sandbox.shopify().put(shop);
        let connection = world.connect_account("shopify", &settings("lamps"), ("access_token", ACCESS)).await;
        Self { world, connection }
    }

    /// A connected shop whose webhooks are registered.
    async fn registered() -> Self {
        let lamps = Self::new().await;
        lamps.set_up().await;
        lamps.world.settle().await;
        assert_eq!(lamps.addresses(SHOP), [address("https://us.example")]);
        lamps
    }

    async fn set_up(&self) {
        let mut tx = self.begin().await;
        tx.follow_connection(self.connection).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn set_status(&self, status: ConnectionStatus) {
        let mut tx = self.begin().await;
        assert!(tx.set_connection_status(self.connection, status, None).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// What the API does with a connection that has registered something.
    async fn delete(&self) {
        let mut tx = self.begin().await;
        let now = tx.now();
        tx.set_connection_status(self.connection, ConnectionStatus::Disabled, None).await.unwrap();
        deletion::hide(tx.conn(), self.connection, now).await.unwrap();
        let job = RemoveConnection { tenant_id: self.world.tenant, connection_id: self.connection };
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn set_version(&self, version: &str) {
        let mut tx = self.world.env.db.begin(self.world.tenant).await.unwrap();
        let before = store::connections::load(&mut tx, self.connection).await.unwrap().unwrap();
        let mut after = before.clone();
        after.settings["api_version"] = json!(version);
        store::connections::update(&mut tx, &after, self.world.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }

    async fn begin(&self) -> inbox::Transaction {
        self.world.env.inbox.begin(self.world.tenant, Cause::of(Actor::System, None)).await.unwrap()
    }

    /// Where a shop sends webhooks.
    fn addresses(&self, shop: &str) -> Vec<String> {
        let look = self.world.sandbox.shopify().look(shop).unwrap();
        let all = look["subscriptions"].as_array().unwrap().iter();
        let mut addresses: Vec<String> = all.map(|one| one["uri"].as_str().unwrap().to_owned()).collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }

    async fn problem(&self) -> Option<webhooks::Problem> {
        let mut tx = self.world.env.db.begin(self.world.tenant).await.unwrap();
        webhooks::problem(&mut tx, self.connection).await.unwrap()
    }

    async fn rows(&self, query: &'static str) -> Vec<String> {
        self.world.texts(query).await
    }
}

fn settings(shop: &str) -> Value {
    json!({ "shop": shop, "shop_domain": format!("{shop}.myshopify.com"), "api_version": "2026-07" })
}

fn address(base: &str) -> String {
    format!("{base}/hooks/{}", endpoint_key("shopify"))
}

#[tokio::test]
async fn a_disabled_connection_takes_its_webhooks_back_and_an_enabled_one_has_them_again() {
    let lamps = Lamps::registered().await;
    lamps.set_status(ConnectionStatus::Disabled).await;
    lamps.world.settle().await;
    assert_eq!(lamps.addresses(SHOP), Vec::<String>::new());
    assert_eq!(lamps.rows("SELECT url FROM webhook_registrations").await, Vec::<String>::new());
    lamps.set_status(ConnectionStatus::Active).await;
    lamps.world.settle().await;
    assert_eq!(lamps.addresses(SHOP), [address("https://us.example")]);
}

#[tokio::test]
async fn registering_again_leaves_one_registration() {
    let lamps = Lamps::registered().await;
    lamps.set_up().await;
    lamps.world.settle().await;
    let look = lamps.world.sandbox.shopify().look(SHOP).unwrap();
    assert_eq!(look["subscriptions"].as_array().unwrap().len(), 13, "one for each topic");
    assert_eq!(lamps.rows("SELECT url FROM webhook_registrations").await.len(), 1);
}

#[tokio::test]
async fn a_deleted_connection_is_gone_when_the_provider_has_forgotten_it() {
    let lamps = Lamps::registered().await;
    lamps.delete().await;
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    assert!(store::connections::load(&mut tx, lamps.connection).await.unwrap().is_none(), "nobody sees it any more");
    drop(tx);
    lamps.world.settle().await;
    assert_eq!(lamps.addresses(SHOP), Vec::<String>::new());
    assert_eq!(lamps.rows("SELECT name FROM connections WHERE plugin_id = 'shopify'").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_is_taken_back_too() {
    let lamps = Lamps::registered().await;
    // The worker died after the provider had taken it: only what was written before the call is there.
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    let busy_until = lamps.world.now() + TimeDelta::minutes(2);
    sqlx::query("UPDATE webhook_registrations SET registration = NULL, registered_at = NULL, busy_until = $1")
        .bind(busy_until)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    lamps.delete().await;
    let waiting = lamps.world.run_jobs().await;
    assert!(
        waiting.iter().any(|(kind, _)| kind == "remove-connection"),
        "the call may still be under way: {waiting:?}"
    );
    assert_eq!(lamps.rows("SELECT name FROM connections WHERE plugin_id = 'shopify'").await, ["shopify"]);
    lamps.world.advance(TimeDelta::minutes(3));
    lamps.world.settle().await;
    assert_eq!(lamps.addresses(SHOP), Vec::<String>::new());
    assert_eq!(lamps.rows("SELECT name FROM connections WHERE plugin_id = 'shopify'").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_the_provider_refuses_is_told_and_tried_again_after_an_hour() {
    let lamps = Lamps::new().await;
    // A version that the plugin does not speak.
    lamps.set_version("2025-01").await;
    lamps.set_up().await;
    lamps.world.settle().await;
    let problem = lamps.problem().await.unwrap();
    assert_eq!(problem.code, "webhooks_not_registered");
    assert!(problem.message.contains("api_version"), "{}", problem.message);
    assert_eq!(lamps.addresses(SHOP), Vec::<String>::new());

    lamps.set_version("2026-07").await;
    maintenance::catch_up(&lamps.world.env).await.unwrap();
    lamps.world.settle().await;
    assert!(lamps.problem().await.is_some(), "not before its time");
    lamps.world.advance(TimeDelta::minutes(61));
    maintenance::catch_up(&lamps.world.env).await.unwrap();
    lamps.world.settle().await;
    assert_eq!(lamps.problem().await, None);
    assert_eq!(lamps.addresses(SHOP), [address("https://us.example")]);
}

#[tokio::test]
async fn credentials_that_are_refused_need_a_person() {
    let lamps = Lamps::with(|shop| shop.access_token = Some("another".into())).await;
    lamps.set_up().await;
    lamps.world.run_jobs().await;
    assert_eq!(lamps.rows("SELECT status FROM connections WHERE plugin_id = 'shopify'").await, ["needs_reauth"]);
}

#[tokio::test]
async fn another_public_url_replaces_the_registration() {
    let mut lamps = Lamps::registered().await;
    lamps.world.env.public_url = Some("https://moved.example".to_owned());
    maintenance::catch_up(&lamps.world.env).await.unwrap();
    lamps.world.settle().await;
    assert_eq!(lamps.addresses(SHOP), [address("https://moved.example")]);
    maintenance::catch_up(&lamps.world.env).await.unwrap();
    assert_eq!(lamps.world.run_jobs().await, []);
    assert_eq!(lamps.rows("SELECT url FROM webhook_registrations").await, [address("https://moved.example")]);
}

#[tokio::test]
async fn without_a_public_url_health_says_so() {
    let mut lamps = Lamps::new().await;
    lamps.world.env.public_url = None;
    lamps.set_up().await;
    lamps.world.settle().await;
    assert_eq!(lamps.problem().await.unwrap().code, "no_public_url");
    assert_eq!(lamps.addresses(SHOP), Vec::<String>::new());
}

#[tokio::test]
async fn another_shop_gets_no_secret_of_this_one() {
    let lamps = Lamps::registered().await;
    let mut vases = Shop::new("vases.myshopify.com", "client", "client-secret");
    vases.access_token = Some("of-vases".into());
    lamps.world.sandbox.shopify().put(vases);
    lamps.world.advance(TimeDelta::seconds(1));
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    let before = store::connections::load(&mut tx, lamps.connection).await.unwrap().unwrap();
    let after = store::connections::Connection { settings: settings("vases"), ..before };
    store::connections::update(&mut tx, &after, lamps.world.now()).await.unwrap().unwrap();
    let owner = store::secrets::connection_owner(lamps.connection);
    let place = vault::Place { tenant: Some(lamps.world.tenant.0), owner: &owner, name: "access_token" };
    let sealed = lamps.world.env.keyring.seal(&place, b"of-vases");
    store::secrets::put_for_connection(&mut tx, lamps.connection, "access_token", sealed.as_bytes(), lamps.world.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    lamps.set_up().await;
    lamps.world.settle().await;
    assert_eq!(lamps.addresses("vases.myshopify.com"), [address("https://us.example")]);
    assert_eq!(lamps.addresses(SHOP), [address("https://us.example")], "the new token is none of its business");
    assert_eq!(lamps.rows("SELECT settings->>'shop' FROM webhook_registrations").await, ["vases"]);
    assert_eq!(lamps.rows("SELECT status FROM connections WHERE plugin_id = 'shopify'").await, ["active"]);
}
