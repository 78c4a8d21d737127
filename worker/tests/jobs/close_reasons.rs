//! Rules that close conversations, where a tenant's settings ask for a reason.

use crate::world::World;
use domain::{RuleId, close_reason::CloseReasons};
use sandbox::traffic::{Customer, Inbound};
use serde_json::{Value, json};
use store::tenant_settings::{self, TenantSettings};

const ADA: &str = "4915155512345";

async fn rule(world: &World, keyword: &str, action: Value) {
    let definition = json!({ "trigger": { "type": "keyword", "keywords": [keyword] }, "actions": [action] });
    let rule = rules::Rule::parse(&definition).unwrap();
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let new = store::rules::NewRule {
        id: RuleId::new(),
        name: keyword,
        description: "",
        enabled: true,
        event_kind: rule.event().as_str(),
        event_data: &rule.event_data(),
        definition: &definition,
    };
    store::rules::create(&mut tx, &new, world.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the log says of the only action of each run that a text has caused.
async fn outcomes(world: &World, text: &str) -> Vec<Value> {
    world.advance(chrono::TimeDelta::seconds(1));
    let message = Inbound::text(Customer::with_phone(ADA, "Ada"), text);
    world.deliver(&message.webhook(&World::line(), world.now())).await;
    world.settle().await;
    let logged = world.texts("SELECT actions::text FROM rule_runs WHERE outcome = 'matched' ORDER BY id").await;
    logged.iter().map(|actions| serde_json::from_str::<Value>(actions).unwrap()[0]["outcome"].clone()).collect()
}

#[tokio::test]
async fn a_rule_closes_for_a_reason_that_there_is_and_otherwise_not_at_all() {
    let world = World::new().await;
    let mut tx = world.env.db.begin(world.tenant).await.unwrap();
    let close_reasons = CloseReasons { choices: vec!["Spam".to_owned()], required: true };
    let settings = TenantSettings { close_reasons, ..TenantSettings::default() };
    tenant_settings::put(&mut tx, settings, world.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    rule(&world, "bye", json!({ "type": "set_status", "status": "closed" })).await;
    rule(&world, "lottery", json!({ "type": "set_status", "status": "closed", "reason": "Spam" })).await;

    let refused = outcomes(&world, "bye").await;
    assert_eq!((refused.len(), &refused[0]["ok"], &refused[0]["code"]), (1, &json!(false), &json!("reason")));
    assert_eq!(world.texts("SELECT status FROM conversations").await, ["new"]);
    let done = outcomes(&world, "lottery").await;
    assert_eq!((done.len(), &done[1]["ok"]), (2, &json!(true)));
    assert_eq!(world.texts("SELECT status || ' ' || close_reason FROM conversations").await, ["closed Spam"]);
}
