//! Recorded WhatsApp traffic: customers write, rules answer, the answers are read.

use super::{
    client::Client,
    story::{self, Story},
};
use crate::commands::up::Agreement;
use sandbox::{
    recording::{Recording, Step},
    traffic::Customer,
};
use serde_json::json;
use std::collections::BTreeMap;

/// Plays the recording and follows every message to its end. Says who wrote.
pub async fn play(client: &Client, story: &mut Story, agreement: &Agreement) -> anyhow::Result<Vec<Customer>> {
    let recording = Recording::first_day();
    story.begin(&recording.title, &recording.description);
    let start = chrono::Utc::now();
    let mut people = BTreeMap::new();
    for step in recording.replay(start) {
        let wait = (start + step.after - chrono::Utc::now()).to_std().unwrap_or_default();
        tokio::time::sleep(wait).await;
        people.insert(step.key.clone(), step.inbound.customer.clone());
        write(client, story, agreement, &step).await?;
    }
    for (key, customer) in &people {
        let name = customer.name.clone().unwrap_or_else(|| key.clone());
        follow(client, story, &name, &story::address(customer)).await?;
    }
    Ok(people.into_values().collect())
}

/// One customer writes: received, stored, in its conversation.
async fn write(client: &Client, story: &mut Story, agreement: &Agreement, step: &Step) -> anyhow::Result<()> {
    let customer = &step.inbound.customer;
    let name = customer.name.as_deref().unwrap_or(&step.key);
    let message = serde_json::to_value(&step.inbound.message)?;
    story::says(name, &story::gist(&message));

    let mut inbound = serde_json::to_value(&step.inbound)?;
    inbound["number"] = json!(agreement.phone_number_id);
    let known = client.deliveries("whatsapp").await?;
    let played = client.play(&inbound).await?;
    let wamid = played["wamid"].as_str().unwrap_or_default().to_owned();
    story.received(&played["status"]);
    client.stored(story, "whatsapp", &known).await?;

    let address = story::address(customer);
    let reaction = message["type"] == "reaction";
    let shown = client.until(async || {
        let Some(conversation) = client.conversation_of(&address).await? else { return Ok(None) };
        let path = format!("/api/v1/conversations/{}/messages", story::text(&conversation["id"]));
        let messages = client.items(&path).await?;
        let shown = messages.iter().any(|message| {
            if reaction {
                message["reactions"].as_array().is_some_and(|reactions| !reactions.is_empty())
            } else {
                message["external_id"] == wamid.as_str()
            }
        });
        Ok(shown.then_some(conversation))
    });
    match shown.await? {
        Some(conversation) => {
            let what = format!("{}, {}", story::short(&conversation["id"]), story::text(&conversation["status"]));
            story.step(true, "conversation", &what);
        }
        None => story.step(false, "conversation", "the message did not show up"),
    }
    Ok(())
}

/// What the rules did for a customer, and how the replies got there.
async fn follow(client: &Client, story: &mut Story, name: &str, address: &str) -> anyhow::Result<()> {
    story::about(name);
    let Some(conversation) = client.conversation_of(address).await? else {
        story.step(false, "conversation", "it is gone");
        return Ok(());
    };
    let id = story::text(&conversation["id"]);
    let runs = client.until(async || {
        let runs = client.items(&format!("/api/v1/rule-runs?conversation_id={id}")).await?;
        Ok((!runs.is_empty()).then_some(runs))
    });
    let Some(runs) = runs.await? else {
        story.step(false, "rule matched", "no rule has run");
        return Ok(());
    };
    for run in runs.iter().rev() {
        story.rule(run);
    }

    let messages = format!("/api/v1/conversations/{id}/messages");
    let replies = async || {
        let messages = client.items(&messages).await?;
        anyhow::Ok(messages.into_iter().filter(|message| message["sender"]["kind"] == "automation").collect::<Vec<_>>())
    };
    let settled = client.until(async || {
        let replies = replies().await?;
        let read = !replies.is_empty() && replies.iter().all(|reply| reply["status"] == "read");
        Ok(read.then_some(replies))
    });
    let replies = match settled.await? {
        Some(replies) => replies,
        None => replies().await?,
    };
    if replies.is_empty() {
        story.step(false, "reply", "nothing was sent");
    }
    for reply in &replies {
        story.reply(reply, client.accepted(&story::text(&reply["id"])).await?);
    }
    Ok(())
}
