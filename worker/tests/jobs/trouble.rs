//! When the plugin itself is the trouble.

use crate::world::World;
use chrono::TimeDelta;
use futures::future::try_join_all;
use queue::Outcome;
use sandbox::traffic::{Customer, Inbound};

#[tokio::test]
async fn a_plugin_that_cannot_run_costs_no_delivery() {
    let world = World::with_plugin(b"\0asm\x01\0\0\0").await;
    let body =
        Inbound::text(Customer::with_phone("4915155512345", "Ada"), "Hello").webhook(&World::line(), world.now());
    world.deliver(&body).await;
    assert!(matches!(&world.run_jobs().await[..], [(_, Outcome::Retry { .. })]));
    assert_eq!(world.texts("SELECT outcome FROM deliveries").await, ["received"]);
    // Tried again for about an hour, then kept for a replay.
    for _ in 0..20 {
        world.advance(TimeDelta::minutes(15));
        world.run_jobs().await;
    }
    assert_eq!(world.texts("SELECT outcome FROM deliveries").await, ["parked"]);
    assert!(world.texts("SELECT reason FROM deliveries").await[0].contains("whatsapp"));
    assert_eq!(world.env.queue.unfinished(10).await.unwrap().len(), 0);
}

/// Sends ask for their plugin in the middle of a transaction. If all of them waited for another connection of the same
/// pool, none would get one.
#[tokio::test]
async fn a_plugin_is_found_while_handlers_hold_every_connection() {
    let world = World::new().await;
    let pool = world.env.db.pool();
    let most = pool.options().get_max_connections();
    let _held = try_join_all((0..most).map(|_| pool.acquire())).await.unwrap();
    world.env.plugins.get("whatsapp", "1.0.0").await.unwrap();
}
