//! What rules have plugins do: the real Shopify plugin, at the simulated Shopify.

use crate::world::World;
use domain::{ConnectionId, RuleId, event::Actor, jobs::RunActionNow};
use inbox::Cause;
use sandbox::shopify::Shop;
use serde_json::{Value, json};
use store::action_runs::{self, NewRun, Outcome};
use uuid::Uuid;

const SHOP: &str = "lamps.myshopify.com";
const TOKEN: &str = "the-token";

struct Lamps {
    world: World,
    connection: ConnectionId,
}

impl Lamps {
    async fn new() -> Self {
        let world = World::new().await;
        let mut shop = Shop::new(SHOP, "client", "client-secret");
        shop.access_token = Some(TOKEN.into());
        world.sandbox.shopify().put(shop);
        let settings = json!({ "shop": "lamps", "shop_domain": SHOP, "api_version": "2026-07" });
        let connection = world.connect_account("shopify", &settings, ("access_token", TOKEN)).await;
        Self { world, connection }
    }

    /// A rule that does this when an order is paid.
    async fn when_paid(&self, action: Value) -> RuleId {
        let definition =
            json!({ "trigger": { "type": "plugin_event", "name": "shopify.order_paid" }, "actions": [action] });
        let rule = rules::Rule::parse(&definition).unwrap();
        let mut tx = self.world.env.db.begin(self.world.tenant).await.unwrap();
        let id = RuleId::new();
        let new = store::rules::NewRule {
            id,
            name: "paid",
            description: "",
            enabled: true,
            event_kind: rule.event().as_str(),
            event_data: &rule.event_data(),
            definition: &definition,
        };
        store::rules::create(&mut tx, &new, self.world.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The order of somebody who never wrote.
    async fn order_paid(&self) {
        let look = self.world.sandbox.shopify().look(SHOP).unwrap();
        let order = look["orders"].as_array().unwrap().iter().find(|order| order["name"] == "#1001").unwrap().clone();
        let headers = [("x-shopify-topic", "orders/paid")];
        self.world.deliver_with(self.connection, &headers, order.to_string().into_bytes()).await;
    }

    fn tags(&self) -> Vec<String> {
        let look = self.world.sandbox.shopify().look(SHOP).unwrap();
        let maren = look["customers"].as_array().unwrap().iter().find(|one| one["first_name"] == "Maren").unwrap();
        maren["tags"].as_str().unwrap().split(", ").map(str::to_owned).collect()
    }

    /// What the log of the rule's run says of its action.
    async fn logged(&self) -> Value {
        let logged = self.world.texts("SELECT actions::text FROM rule_runs").await;
        serde_json::from_str::<Value>(&logged[0]).unwrap()[0].clone()
    }

    /// What a person asks for, through the API.
    async fn ask(&self, action: &str, input: Value) -> Outcome {
        let (id, asked_by) = (Uuid::now_v7(), Actor::User { id: domain::UserId::new() });
        let mut tx = self.world.env.inbox.begin(self.world.tenant, Cause::of(asked_by, None)).await.unwrap();
        let now = tx.now();
        let run = NewRun {
            id,
            connection_id: self.connection,
            action,
            input: &input,
            origin_key: &id.to_string(),
            rule: None,
            conversation_id: None,
            asked_by,
        };
        assert!(action_runs::ask(tx.conn(), &run, now).await.unwrap());
        let job = RunActionNow { tenant_id: self.world.tenant, connection_id: self.connection, run_id: id };
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
        self.world.run_jobs().await;
        let mut tx = self.world.env.db.begin(self.world.tenant).await.unwrap();
        action_runs::load(&mut tx, id).await.unwrap().unwrap().outcome
    }
}

#[tokio::test]
async fn a_rule_has_a_plugin_act_and_the_log_says_what_became_of_it() {
    let lamps = Lamps::new().await;
    lamps
        .when_paid(json!({
            "type": "plugin_action", "plugin": "shopify", "action": "tag_customer",
            "input": { "customer_id": "{{event.data.customer.id}}", "add": ["paid {{event.data.name}}"] }
        }))
        .await;
    lamps.order_paid().await;
    lamps.world.settle().await;
    assert!(lamps.tags().contains(&"paid #1001".to_owned()), "{:?}", lamps.tags());
    let logged = lamps.logged().await;
    assert_eq!((&logged["type"], &logged["outcome"]["ok"]), (&json!("plugin_action"), &json!(true)), "{logged}");
    let run: Uuid = logged["outcome"]["result"]["action_run_id"].as_str().unwrap().parse().unwrap();
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    let run = action_runs::load(&mut tx, run).await.unwrap().unwrap();
    let Outcome::Done { output } = run.outcome else { panic!("{run:?}") };
    assert!(output["tags"].as_array().unwrap().contains(&json!("paid #1001")), "{output}");
    drop(tx);
    let done = "SELECT (data->>'ok') || ' ' || (data->>'action') FROM events WHERE kind = 'plugin.action_done'";
    assert_eq!(lamps.world.texts(done).await, ["true tag_customer"]);
    // A second look at the same event acts no second time.
    let events = lamps.world.texts("SELECT id::text FROM events WHERE data->>'name' = 'shopify.order_paid'").await;
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    let job = domain::jobs::EvaluateRules {
        tenant_id: lamps.world.tenant,
        event_id: events[0].parse().unwrap(),
        conversation_id: None,
    };
    queue::enqueue(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    lamps.world.settle().await;
    assert_eq!(lamps.world.texts("SELECT id::text FROM action_runs").await.len(), 1);
}

#[tokio::test]
async fn an_action_that_cannot_be_is_refused_in_the_log() {
    for (action, code) in [
        (json!({ "type": "plugin_action", "plugin": "shopify", "action": "invent", "input": {} }), "unsupported"),
        (
            json!({ "type": "plugin_action", "plugin": "shopify", "action": "tag_customer", "input": { "colour": 1 } }),
            "invalid_input",
        ),
        (
            json!({ "type": "plugin_action", "plugin": "shopify", "action": "commit_refund", "input": { "token": "x" } }),
            "needs_person",
        ),
        (json!({ "type": "plugin_action", "plugin": "hubspot", "action": "find_contact" }), "no_connection"),
        (json!({ "type": "add_tag", "tag": "paid" }), "no_conversation"),
    ] {
        let lamps = Lamps::new().await;
        lamps.when_paid(action).await;
        lamps.order_paid().await;
        lamps.world.settle().await;
        let logged = lamps.logged().await;
        assert_eq!((&logged["outcome"]["ok"], &logged["outcome"]["code"]), (&json!(false), &json!(code)), "{logged}");
        assert_eq!(lamps.world.texts("SELECT id::text FROM action_runs").await.len(), 0);
    }
}

#[tokio::test]
async fn a_failure_at_the_provider_is_the_outcome() {
    let lamps = Lamps::new().await;
    let outcome = lamps.ask("tag_customer", json!({ "customer_id": "1", "add": ["x"] })).await;
    assert!(matches!(&outcome, Outcome::Failed { code, .. } if code == "invalid_input"), "{outcome:?}");
    lamps.world.sandbox.shopify().expire_tokens(SHOP, true).unwrap();
    let outcome = lamps.ask("find_orders", json!({ "email": "maren@example.com" })).await;
    assert!(matches!(&outcome, Outcome::Failed { code, .. } if code == "auth_required"), "{outcome:?}");
    let status = "SELECT status FROM connections WHERE plugin_id = 'shopify'";
    assert_eq!(lamps.world.texts(status).await, ["needs_reauth"]);
}

#[tokio::test]
async fn a_draft_is_carried_out_once() {
    let lamps = Lamps::new().await;
    let look = lamps.world.sandbox.shopify().look(SHOP).unwrap();
    let order = look["orders"].as_array().unwrap().iter().find(|order| order["name"] == "#1001").unwrap().clone();
    let order_id = order["id"].to_string();
    let drafted = lamps.ask("draft_refund", json!({ "order_id": order_id, "restock": false })).await;
    let Outcome::Done { output: draft } = drafted else { panic!("{drafted:?}") };
    let token = draft["token"].as_str().unwrap();
    let mut tx = lamps.world.env.db.begin(lamps.world.tenant).await.unwrap();
    assert!(action_runs::has_draft(&mut tx, lamps.connection, "draft_refund", token).await.unwrap());
    assert!(!action_runs::has_draft(&mut tx, lamps.connection, "draft_cancel", token).await.unwrap());
    drop(tx);
    for _ in 0..2 {
        let refunded = lamps.ask("commit_refund", json!({ "token": token })).await;
        assert!(matches!(refunded, Outcome::Done { .. }), "{refunded:?}");
    }
    let look = lamps.world.sandbox.shopify().look(SHOP).unwrap();
    let order = look["orders"].as_array().unwrap().iter().find(|order| order["name"] == "#1001").unwrap().clone();
    assert_eq!(order["refunds"].as_array().unwrap().len(), 1);
}
