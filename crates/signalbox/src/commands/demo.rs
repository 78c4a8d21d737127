//! `signalbox demo`: what customers do at simulated providers, through a running `signalbox up --sandbox`, told as it
//! happens.
//!
//! The simulators report through the product's own webhook endpoints, signed, about fresh customers and dated now. What
//! became of it is read back from the REST API. A step that does not show in time is missing, and the command fails.
//! What there is no plugin for is not played.

mod client;
mod hubspot;
mod shopify;
mod story;
mod whatsapp;

use super::up::Agreement;
use anyhow::bail;
use client::Client;
use config::Config;
use story::Story;

/// Plays all stories, and follows everything to its end.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let (agreement, token) = agreed(config)?;
    let client = Client::new(config, token)?;
    client.ready().await?;

    let mut story = Story::default();
    let customers = whatsapp::play(&client, &mut story, &agreement).await?;
    let connections = client.items("/api/v1/connections?limit=200").await?;
    let has = |plugin: &str| connections.iter().any(|connection| connection["plugin_id"] == plugin);
    if has("shopify") {
        shopify::play(&client, &mut story, &customers).await?;
    }
    if has("hubspot") {
        hubspot::play(&client, &mut story).await?;
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
