//! `signalbox demo`: recorded traffic through a running `signalbox up --sandbox`, told as it happens.
//!
//! The simulator sends the recorded messages through the product's own webhook endpoint, signed, by fresh customers
//! and dated now. What became of them is read back from the REST API. A step that does not show in time is missing,
//! and the command fails.

mod client;
mod story;

use super::up::Agreement;
use anyhow::bail;
use client::Client;
use config::Config;
use sandbox::recording::{Recording, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use story::Story;

/// Plays the recording and follows every message to its end.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let (agreement, token) = agreed(config)?;
    let client = Client::new(config, token)?;
    client.ready().await?;

    let recording = Recording::first_day();
    let mut story = Story::begin(&recording.title, &recording.description);
    let start = chrono::Utc::now();
    let mut people = BTreeMap::new();
    for step in recording.replay(start) {
        let wait = (start + step.after - chrono::Utc::now()).to_std().unwrap_or_default();
        tokio::time::sleep(wait).await;
        people.insert(step.key.clone(), step.inbound.customer.clone());
        play(&client, &mut story, &agreement, &step).await?;
    }
    for (key, customer) in &people {
        let name = customer.name.clone().unwrap_or_else(|| key.clone());
        follow(&client, &mut story, &name, &story::address(customer)).await?;
    }
    story.end()
}

fn agreed(config: &Config) -> anyhow::Result<(Agreement, String)> {
    let agreement = Agreement::read(config)?;
    let token = agreement.as_ref().and_then(|agreement| agreement.demo_token.clone());
    match (agreement, token) {
        (Some(agreement), Some(token)) => Ok((agreement, token)),
        _ => bail!(
            "nothing runs with the data directory {}: type `make up` in another terminal first",
            config.data_dir.display()
        ),
    }
}

/// One customer writes: received, stored, in its conversation.
async fn play(client: &Client, story: &mut Story, agreement: &Agreement, step: &Step) -> anyhow::Result<()> {
    let customer = &step.inbound.customer;
    let name = customer.name.as_deref().unwrap_or(&step.key);
    let message = serde_json::to_value(&step.inbound.message)?;
    story::says(name, &story::gist(&message));

    let mut inbound = serde_json::to_value(&step.inbound)?;
    inbound["number"] = json!(agreement.phone_number_id);
    let known: Vec<Value> = client.items("/api/v1/deliveries?limit=50").await?;
    let played = client.play(&inbound).await?;
    let wamid = played["wamid"].as_str().unwrap_or_default().to_owned();
    story.step(played["status"] == 200, "received", &format!("signature verified, answered {}", played["status"]));

    let stored = client.until(async || {
        let deliveries = client.items("/api/v1/deliveries?limit=50").await?;
        let fresh = deliveries.into_iter().find(|delivery| {
            delivery["outcome"] == "processed" && !known.iter().any(|other| other["id"] == delivery["id"])
        });
        Ok(fresh)
    });
    match stored.await? {
        Some(delivery) => story.step(true, "stored", &format!("delivery {}, processed", story::short(&delivery["id"]))),
        None => story.step(false, "stored", "no processed delivery showed up"),
    }

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
