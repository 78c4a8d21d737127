//! A customer who has written buys something in the simulated shop, where anybody could have typed their number: somebody
//! says that it is them.

use super::{
    client::Client,
    story::{self, Story, text},
};
use crate::commands::up::SHOP;
use sandbox::traffic::Customer;
use serde_json::{Value, json};

/// The vase of the shop's seed.
const VASE: u64 = 9_060_000_000_002_000_001;

/// Plays the purchase and follows it to the customer whom it is suggested to be of, and to the facts about them.
pub async fn play(client: &Client, story: &mut Story, customers: &[Customer]) -> anyhow::Result<()> {
    let buyer = customers.iter().find(|customer| customer.phone.is_some() && customer.user_id.is_none());
    let Some((buyer, phone)) = buyer.and_then(|buyer| Some((buyer, buyer.phone.as_ref()?))) else {
        story.step(false, "customer", "nobody has a telephone number");
        return Ok(());
    };
    let name = buyer.name.clone().unwrap_or_default();
    story.begin("An order", "A customer who has written orders in the shop, by the same telephone number.");
    story::says(&name, "buys a vase");

    let known = client.deliveries("shopify").await?;
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    let purchase = json!({
        "customer": { "first_name": first, "last_name": last, "phone": format!("+{phone}") },
        "lines": [{ "variant": VASE, "quantity": 1 }],
    });
    let bought = client.simulate(&format!("shopify/shops/{SHOP}/orders"), &purchase).await?;
    let order = text(&bought["name"]);
    story.received(&bought["sent"]["deliveries"][0]["status"]);
    client.stored(story, "shopify", &known).await?;

    let address = story::address(buyer);
    let suggestion = client.until(async || {
        let Some(contact) = client.contact(&address).await? else { return Ok(None) };
        let id = text(&contact["id"]);
        let suggested = client.get(&format!("/api/v1/contacts/{id}/suggestions")).await?;
        Ok(suggested.as_array().and_then(|all| all.first()).map(|first| (id, text(&first["contact"]["id"]))))
    });
    let Some((contact, shopper)) = suggestion.await? else {
        story.step(false, "suggested", "the shop's customer is not suggested as the same person");
        return Ok(());
    };
    let what = format!("{} and {} share a number", story::short(&json!(shopper)), story::short(&json!(contact)));
    story.step(true, "suggested", &what);
    client.post(&format!("/api/v1/contacts/{shopper}/merge"), &json!({ "into": contact })).await?;
    story.step(true, "joined", "somebody says that they are one");

    let event = client.until(async || {
        let events = client.items(&format!("/api/v1/contacts/{contact}/timeline")).await?;
        Ok(events.into_iter().find(|event| is_order(event, &order)))
    });
    match event.await? {
        Some(event) => story.step(true, "event", &format!("{} {order}, in the timeline", text(&event["data"]["name"]))),
        None => story.step(false, "event", "the order does not show in the customer's timeline"),
    }

    let facts = client.until(async || {
        let Some(contact) = client.contact(&address).await? else { return Ok(None) };
        let mut known = client.get(&format!("/api/v1/contacts/{}/facts", text(&contact["id"]))).await?;
        let Value::Array(facts) = known["facts"].take() else { return Ok(None) };
        Ok(facts.iter().any(|fact| is_fact_of(fact, &order)).then_some(facts))
    });
    match facts.await? {
        Some(facts) => {
            for fact in &facts {
                story.step(true, "fact", &format!("{}: {}", text(&fact["title"]), text(&fact["text"])));
            }
        }
        None => story.step(false, "fact", "the order is not among the facts about the customer"),
    }
    Ok(())
}

fn is_order(event: &Value, order: &str) -> bool {
    let data = &event["data"];
    event["kind"] == "plugin.event" && data["name"] == "shopify.order_created" && data["data"]["name"] == order
}

fn is_fact_of(fact: &Value, order: &str) -> bool {
    fact["name"] == "shopify.order" && fact["data"]["name"] == order
}
