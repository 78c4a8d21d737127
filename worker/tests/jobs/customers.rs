//! Customers that several plugins know: what a shop and a CRM report reaches the contact and its conversation. The real
//! plugins of Shopify and HubSpot, at the simulators.

use crate::world::World;
use chrono::TimeDelta;
use domain::{ConnectionId, UserId, event::Actor, sight::Sight};
use inbox::Cause;
use sandbox::{
    hubspot::Account,
    shopify::Shop,
    traffic::{Customer, Inbound},
};
use serde_json::{Value, json};
use store::contacts::suggestions;

const SHOP: &str = "lamps.myshopify.com";
const HUB: u64 = 62_515;
const TOKEN: &str = "the-token";
/// Whom the shop and the CRM know, too.
const MAREN: &str = "15555550101";
/// Her id in the CRM.
const CONTACT: u64 = 138_017_612_137;

async fn connect_shop(world: &World) -> ConnectionId {
    let mut shop = Shop::new(SHOP, "client", "client-secret");
    shop.access_token = Some(TOKEN.into());
    world.sandbox.shopify().put(shop);
    let settings = json!({ "shop": "lamps", "shop_domain": SHOP, "api_version": "2026-07" });
    world.connect_account("shopify", &settings, ("access_token", TOKEN)).await
}

async fn connect_crm(world: &World) -> ConnectionId {
    let mut account = Account::new(HUB, "client", "client-secret");
    account.access_token = Some(TOKEN.into());
    world.sandbox.hubspot().put(account);
    world.connect_account("hubspot", &json!({ "portal_id": HUB.to_string() }), ("access_token", TOKEN)).await
}

/// Maren writes.
async fn write(world: &World) {
    let text = Inbound::text(Customer::with_phone(MAREN, "maren on her phone"), "Where is my lamp?");
    world.deliver(&text.webhook(&World::line(), world.now())).await;
    world.settle().await;
}

/// The shop reports her order.
async fn order(world: &World, shop: ConnectionId, topic: &str) {
    let look = world.sandbox.shopify().look(SHOP).unwrap();
    let order = look["orders"].as_array().unwrap().iter().find(|order| order["name"] == "#1001").unwrap().clone();
    let headers = [("x-shopify-topic", topic), ("x-shopify-shop-domain", SHOP), ("x-shopify-webhook-id", topic)];
    world.deliver_with(shop, &headers, order.to_string().into_bytes()).await;
    world.settle().await;
}

/// The CRM reports that a property of hers has a value now.
async fn report(world: &World, crm: ConnectionId, property: &str, value: &str, at_ms: i64) {
    report_of(world, crm, CONTACT, property, value, at_ms).await;
}

async fn report_of(world: &World, crm: ConnectionId, contact: u64, property: &str, value: &str, at_ms: i64) {
    let event = json!({
        "eventId": at_ms, "portalId": HUB, "subscriptionType": "contact.propertyChange", "objectId": contact,
        "occurredAt": at_ms, "propertyName": property, "propertyValue": value, "attemptNumber": 0,
    });
    world.deliver_to(crm, json!([event]).to_string().into_bytes()).await;
    world.settle().await;
}

async fn facts(world: &World) -> Vec<String> {
    world.texts("SELECT name || ': ' || title FROM contact_facts ORDER BY connection_id, place").await
}

/// Somebody says that these two are one person.
async fn join(world: &World, source: &str, target: &str) {
    let cause = Cause::of(Actor::User { id: UserId::new() }, None);
    let mut tx = world.env.inbox.begin(world.tenant, cause).await.unwrap();
    tx.merge_contacts(source.parse().unwrap(), target.parse().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    world.settle().await;
}

/// The contact whom a channel knows.
async fn known_by(world: &World, channel: &str) -> String {
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let known = sqlx::query_scalar("SELECT DISTINCT contact_id::text FROM identities WHERE channel = $1").bind(channel);
    known.fetch_one(&mut *tx).await.unwrap()
}

const CONTACTS: &str = "SELECT id::text FROM contacts WHERE merged_into IS NULL ORDER BY id";

#[tokio::test]
async fn whose_number_a_checkout_names_is_suggested_and_not_joined() {
    let world = World::new().await;
    let shop = connect_shop(&world).await;
    write(&world).await;
    assert!(facts(&world).await.contains(&"shopify.order: Order #1001".to_owned()), "asked when she began to write");
    world.advance(TimeDelta::minutes(1));
    order(&world, shop, "orders/create").await;
    assert_eq!(world.texts(CONTACTS).await.len(), 2, "anybody can type her number");
    assert_eq!(
        world.texts("SELECT id::text FROM events WHERE kind = 'plugin.event' AND conversation_id IS NOT NULL").await,
        Vec::<String>::new()
    );
    let (maren, customer) = (known_by(&world, "whatsapp").await, known_by(&world, "shopify").await);
    let everything = Sight { user: UserId::new(), reach: domain::sight::Reach::Everything, teams: Vec::new() };
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let suggested = suggestions::of(&mut tx, maren.parse().unwrap(), &everything).await.unwrap();
    drop(tx);
    assert_eq!(suggested.len(), 1);
    assert_eq!(suggested[0].id.to_string(), customer);
    let shared: Vec<_> = suggested[0].shared.iter().map(|shared| (shared.kind.as_str(), shared.proven)).collect();
    assert_eq!(shared[0], ("phone", 1), "she has written from it; the shop's customer has not");

    // Once somebody says that it is her, her orders are events of her conversation.
    join(&world, &customer, &maren).await;
    world.advance(TimeDelta::minutes(1));
    order(&world, shop, "orders/paid").await;
    assert_eq!(world.texts(CONTACTS).await, [maren]);
    assert_eq!(
        world
            .texts("SELECT data->>'name' FROM events WHERE kind = 'plugin.event' AND conversation_id IS NOT NULL")
            .await,
        ["shopify.order_paid"]
    );
    assert_eq!(world.texts("SELECT email FROM contacts WHERE merged_into IS NULL").await, ["maren@example.com"]);
    let fetched = "SELECT extract(epoch FROM fetched_at)::bigint::text FROM contact_enrichments e
                     JOIN contacts c ON c.id = e.contact_id AND c.merged_into IS NULL";
    assert_eq!(world.texts(fetched).await, [world.now().timestamp().to_string()], "and asked again after the order");
    // The stream of the conversation has no gaps.
    let numbers = world.texts("SELECT seq::text FROM events WHERE seq IS NOT NULL ORDER BY seq").await;
    assert_eq!(numbers, (1..=numbers.len()).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_orders_first_and_writes_later_is_suggested() {
    let world = World::new().await;
    let shop = connect_shop(&world).await;
    order(&world, shop, "orders/create").await;
    assert_eq!(world.texts("SELECT name FROM contacts").await, ["Maren Groß"]);
    assert_eq!(
        world.texts("SELECT contact_id::text FROM events WHERE kind = 'plugin.event' AND seq IS NULL").await.len(),
        1,
        "there is no conversation yet"
    );
    write(&world).await;
    assert_eq!(world.texts(CONTACTS).await.len(), 2);
    let proven = "SELECT channel || ' ' || kind FROM identities WHERE verified_at IS NOT NULL";
    assert_eq!(world.texts(proven).await, ["whatsapp phone"]);
    let is_new = "SELECT data->>'contact_is_new' FROM events WHERE kind = 'message.created'";
    assert_eq!(world.texts(is_new).await, ["true"], "she writes for the first time");
    // Nothing is repeated by a second run on the same delivery.
    let events = world.texts("SELECT id::text FROM events").await.len();
    order(&world, shop, "orders/create").await;
    assert_eq!(world.texts("SELECT id::text FROM events").await.len(), events + 1, "another delivery is another event");
}

#[tokio::test]
async fn two_people_with_one_number_stay_two() {
    let world = World::new().await;
    let crm = connect_crm(&world).await;
    for id in [1, 2] {
        report_of(&world, crm, id, "phone", "+1 555 555 0199", world.now().timestamp_millis()).await;
        // The CRM lets itself be searched a few times in a second.
        world.advance(TimeDelta::seconds(2));
    }
    assert_eq!(world.texts("SELECT id::text FROM contacts").await.len(), 2);
    // Whose number it is nobody knows, so who writes from it is a third.
    let text = Inbound::text(Customer::with_phone("15555550199", "B"), "hi");
    world.deliver(&text.webhook(&World::line(), world.now())).await;
    world.settle().await;
    assert_eq!(world.texts("SELECT id::text FROM contacts").await.len(), 3);
}

#[tokio::test]
async fn a_change_in_the_crm_reaches_the_contact() {
    let world = World::new().await;
    let crm = connect_crm(&world).await;
    write(&world).await;
    assert_eq!(world.texts("SELECT name FROM contacts").await, ["Maren Groß"], "the CRM was asked, and knows her name");
    assert_eq!(world.texts("SELECT phone FROM contacts").await, [format!("+{MAREN}")]);
    let known = facts(&world).await;
    assert!(known.contains(&"hubspot.contact: HubSpot contact".to_owned()), "{known:?}");

    // The CRM's number proves nothing: that its contact is her, somebody has to say.
    report(&world, crm, "lastname", "Groß", world.now().timestamp_millis()).await;
    assert_eq!(world.texts(CONTACTS).await.len(), 2);
    join(&world, &known_by(&world, "hubspot").await, &known_by(&world, "whatsapp").await).await;
    world.advance(TimeDelta::minutes(5));
    let change = json!({ "object_type": "contacts", "id": CONTACT, "properties": { "lastname": "Klein" } });
    let change: sandbox::hubspot::Change = serde_json::from_value(change).unwrap();
    // The simulated CRM was not told where webhooks go: the report is made by hand.
    world.sandbox.hubspot().change(HUB, &change).await.unwrap();
    report(&world, crm, "lastname", "Klein", world.now().timestamp_millis()).await;
    assert_eq!(world.texts("SELECT name FROM contacts WHERE merged_into IS NULL").await, ["Maren Klein"]);
    let fields = "SELECT data->>'fields' FROM events WHERE kind = 'contact.updated' ORDER BY occurred_at, id";
    assert!(world.texts(fields).await.contains(&r#"["name"]"#.to_owned()));
    assert_eq!(
        world.texts("SELECT search_text FROM conversations").await,
        ["maren klein where is my lamp?"],
        "found under the new name"
    );
}

#[tokio::test]
async fn what_a_person_wrote_no_crm_overwrites() {
    let world = World::new().await;
    connect_crm(&world).await;
    write(&world).await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let id = world.texts("SELECT id::text FROM contacts").await[0].parse().unwrap();
    let before = store::contacts::list::one(&mut tx, id).await.unwrap().unwrap();
    let after = store::contacts::list::Contact { name: Some("Mrs Groß".to_owned()), ..before.clone() };
    assert!(store::contacts::record::update(&mut tx, &after, before.name.as_deref(), world.now()).await.unwrap());
    let crm: ConnectionId =
        world.texts("SELECT id::text FROM connections WHERE plugin_id = 'hubspot'").await[0].parse().unwrap();
    tx.commit().await.unwrap();
    report(&world, crm, "lastname", "Groß", world.now().timestamp_millis()).await;
    join(&world, &known_by(&world, "hubspot").await, &known_by(&world, "whatsapp").await).await;
    world.advance(TimeDelta::minutes(5));
    report(&world, crm, "lastname", "Klein", world.now().timestamp_millis()).await;
    assert_eq!(world.texts("SELECT name FROM contacts WHERE merged_into IS NULL").await, ["Mrs Groß"]);
}

#[tokio::test]
async fn facts_are_asked_for_once_however_much_happens() {
    let world = World::new().await;
    let shop = connect_shop(&world).await;
    write(&world).await;
    let look = world.sandbox.shopify().look(SHOP).unwrap();
    let order = look["orders"].as_array().unwrap().iter().find(|order| order["name"] == "#1001").unwrap().clone();
    for n in 0..5 {
        let topic = format!("orders/updated{n}");
        let headers = [("x-shopify-topic", topic.as_str())];
        world.deliver_with(shop, &headers, order.to_string().into_bytes()).await;
    }
    let ran = {
        let handlers = signalbox_worker::jobs::handlers(std::sync::Arc::new(world.env.clone()));
        world.env.queue.run_until_idle(&handlers).await.unwrap()
    };
    let refreshes = ran.iter().filter(|ran| ran.kind == "refresh-facts").count();
    assert!((1..=5).contains(&refreshes), "{refreshes}");
    assert_eq!(world.texts("SELECT asked_at::text FROM contact_enrichments WHERE asked_at IS NOT NULL").await.len(), 0);
}

#[tokio::test]
async fn a_rule_decides_by_an_order_and_by_what_the_shop_knows() {
    let world = World::new().await;
    let shop = connect_shop(&world).await;
    write(&world).await;
    let definition = json!({
        "trigger": { "type": "plugin_event", "name": "shopify.order_paid" },
        "conditions": { "all": [
            { "fact": "event.data.total_price", "op": "at_least", "value": 1 },
            { "fact": "event.data.line_items.0.title", "op": "exists" },
            { "fact": "contact.facts.shopify.customer.orders", "op": "at_least", "value": 1 }
        ]},
        "actions": [{ "type": "add_tag", "tag": "paid {{event.data.name}}" }]
    });
    let rule = rules::Rule::parse(&definition).unwrap();
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let new = store::rules::NewRule {
        id: domain::RuleId::new(),
        name: "paid",
        description: "",
        enabled: true,
        event_kind: rule.event().as_str(),
        event_data: &rule.event_data(),
        definition: &definition,
    };
    store::rules::create(&mut tx, &new, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    order(&world, shop, "orders/create").await;
    join(&world, &known_by(&world, "shopify").await, &known_by(&world, "whatsapp").await).await;
    assert_eq!(world.texts("SELECT tag FROM conversation_tags").await, Vec::<String>::new());
    order(&world, shop, "orders/paid").await;
    assert_eq!(world.texts("SELECT tag FROM conversation_tags").await, ["paid #1001"]);
    let seen: Vec<Value> = world
        .texts("SELECT trace::text FROM rule_runs")
        .await
        .iter()
        .map(|t| serde_json::from_str(t).unwrap())
        .collect();
    assert_eq!(seen.len(), 1, "{seen:?}");
}
