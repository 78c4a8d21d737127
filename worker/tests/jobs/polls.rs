//! News that a provider is asked for: the real HubSpot plugin, at the simulated HubSpot.

use crate::world::World;
use chrono::TimeDelta;
use domain::{ConnectionId, connection::ConnectionStatus, event::Actor};
use inbox::Cause;
use queue::Outcome;
use sandbox::hubspot::{Account, Change, Policy};
use serde_json::json;
use signalbox_worker::maintenance;
use store::connections::polls;

const HUB: u64 = 62_515;
const TOKEN: &str = "the-token";
/// As in the plugin's manifest.
const EVERY: TimeDelta = TimeDelta::seconds(120);
/// A contact of the simulated account.
const MAREN: u64 = 138_017_612_137;

struct Crm {
    world: World,
    connection: ConnectionId,
}

impl Crm {
    /// A connected account whose contacts are polled from now on.
    async fn polled() -> Self {
        let world = World::new().await;
        let mut account = Account::new(HUB, "client", "client-secret");
        account.access_token = Some(TOKEN.into());
        world.sandbox.hubspot().put(account);
        let settings = json!({ "portal_id": HUB.to_string() });
        let connection = world.connect_account("hubspot", &settings, ("access_token", TOKEN)).await;
        let crm = Self { world, connection };
        maintenance::catch_up(&crm.world.env).await.unwrap();
        crm.world.settle().await;
        assert_eq!(crm.cursors().await.len(), 1, "it has begun");
        crm
    }

    async fn rename(&self, last_name: &str) {
        let change = json!({ "object_type": "contacts", "id": MAREN, "properties": { "lastname": last_name } });
        let change: Change = serde_json::from_value(change).unwrap();
        self.world.sandbox.hubspot().change(HUB, &change).await.unwrap();
    }

    async fn set_status(&self, status: ConnectionStatus) {
        let cause = Cause::of(Actor::System, None);
        let mut tx = self.world.env.inbox.begin(self.world.tenant, cause).await.unwrap();
        tx.set_connection_status(self.connection, status, None).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn cursors(&self) -> Vec<String> {
        self.world.texts("SELECT cursor FROM plugin_polls WHERE cursor IS NOT NULL").await
    }

    async fn waiting(&self) -> Vec<String> {
        self.world.texts("SELECT due_at::text FROM plugin_polls WHERE due_at IS NOT NULL").await
    }

    async fn names(&self) -> Vec<String> {
        self.world.texts("SELECT name FROM contacts").await
    }

    async fn polls(&self) -> usize {
        let handlers = signalbox_worker::jobs::handlers(std::sync::Arc::new(self.world.env.clone()));
        let ran = self.world.env.queue.run_until_idle(&handlers).await.unwrap();
        ran.iter().filter(|ran| ran.kind == "poll-trigger").count()
    }
}

#[tokio::test]
async fn a_change_is_brought_by_the_next_poll_and_by_no_later_one() {
    let crm = Crm::polled().await;
    crm.world.advance(TimeDelta::seconds(30));
    crm.rename("Klein").await;
    crm.world.settle().await;
    assert_eq!(crm.names().await, Vec::<String>::new(), "not before its time");
    crm.world.advance(EVERY);
    crm.world.settle().await;
    assert_eq!(crm.names().await, ["Maren Klein"]);
    let changes = "SELECT id::text FROM events WHERE kind = 'contact.updated'";
    let before = crm.world.texts(changes).await;
    crm.world.advance(EVERY);
    crm.world.settle().await;
    assert_eq!(crm.world.texts(changes).await, before);
}

#[tokio::test]
async fn a_poll_that_is_made_again_after_a_crash_changes_nothing() {
    let crm = Crm::polled().await;
    let begun = crm.cursors().await;
    crm.world.advance(EVERY);
    crm.rename("Klein").await;
    crm.world.settle().await;
    let events = crm.world.texts("SELECT id::text FROM events").await.len();
    // Its events were applied, and then its worker died: the cursor has not moved.
    let mut tx = crm.world.env.db.begin(crm.world.tenant).await.unwrap();
    sqlx::query("UPDATE plugin_polls SET cursor = $1").bind(&begun[0]).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    crm.world.advance(EVERY);
    assert_eq!(crm.polls().await, 1);
    assert_eq!(crm.world.texts("SELECT id::text FROM events").await.len(), events);
    assert_ne!(crm.cursors().await, begun);
}

#[tokio::test]
async fn one_job_polls_however_often_the_fleet_asks_for_it() {
    let crm = Crm::polled().await;
    for _ in 0..3 {
        maintenance::catch_up(&crm.world.env).await.unwrap();
    }
    crm.world.advance(EVERY);
    assert_eq!(crm.polls().await, 1);
    // A job that got lost is replaced, and ends if it turns up again.
    crm.world.advance(TimeDelta::minutes(40));
    maintenance::catch_up(&crm.world.env).await.unwrap();
    assert_eq!(crm.polls().await, 2, "the one that was late, in a round that is over, and the new one");
    crm.world.advance(EVERY);
    assert_eq!(crm.polls().await, 1);
}

#[tokio::test]
async fn a_connection_that_is_switched_off_is_not_polled_until_it_is_on_again() {
    let crm = Crm::polled().await;
    crm.set_status(ConnectionStatus::Disabled).await;
    crm.world.advance(EVERY);
    crm.rename("Klein").await;
    crm.world.settle().await;
    assert_eq!(crm.waiting().await, Vec::<String>::new());
    crm.world.advance(TimeDelta::hours(2));
    maintenance::catch_up(&crm.world.env).await.unwrap();
    assert_eq!(crm.polls().await, 0);
    assert_eq!(crm.names().await, Vec::<String>::new());
    crm.set_status(ConnectionStatus::Active).await;
    crm.world.settle().await;
    assert_eq!(crm.names().await, ["Maren Klein"], "it goes on where it had stopped");
}

#[tokio::test]
async fn a_provider_that_wants_to_be_left_alone_is_and_its_news_come_later() {
    let crm = Crm::polled().await;
    crm.world.advance(EVERY);
    crm.rename("Klein").await;
    crm.world.sandbox.hubspot().throttle(HUB, Policy::TenSecondlyRolling, 1).unwrap();
    let ran = crm.world.run_jobs().await;
    assert!(matches!(&ran[..], [(kind, Outcome::Retry { .. })] if kind == "poll-trigger"), "{ran:?}");
    let mut tx = crm.world.env.db.begin(crm.world.tenant).await.unwrap();
    assert!(polls::oldest_trouble(&mut tx, crm.connection).await.unwrap().is_some());
    drop(tx);
    crm.world.advance(TimeDelta::minutes(2));
    crm.world.settle().await;
    assert_eq!(crm.names().await, ["Maren Klein"]);
    let mut tx = crm.world.env.db.begin(crm.world.tenant).await.unwrap();
    assert_eq!(polls::oldest_trouble(&mut tx, crm.connection).await.unwrap(), None);
}
