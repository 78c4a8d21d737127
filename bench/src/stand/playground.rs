//! `signalbox up --sandbox` as a newcomer runs it, in a directory of its own.

use super::{Process, Product, free_address, product::official, server};
use anyhow::{Context as _, bail, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long the last reply may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A data directory, and the addresses that `up` uses with it.
pub struct Playground {
    product: Product,
    data: PathBuf,
    address: String,
    provider: String,
}

impl Playground {
    /// With a fresh data directory below this one.
    pub fn new(directory: &Path) -> anyhow::Result<Self> {
        let (address, provider) = (free_address()?, free_address()?);
        let product = Product::alone(directory)?
            .set("SIGNALBOX_HTTP_BIND", &address)
            .set("SIGNALBOX_SANDBOX_BIND", &provider)
            .set("SIGNALBOX_SANDBOX_SMTP_BIND", "127.0.0.1:0");
        Ok(Self { product, data: directory.join("data"), address, provider })
    }

    /// Starts everything, as `make up` does, and returns when it is ready.
    pub async fn up(&mut self) -> anyhow::Result<Process> {
        let mut arguments = vec!["up".to_owned(), "--sandbox".to_owned()];
        for plugin in ["whatsapp", "shopify", "hubspot"] {
            arguments.extend(["--plugin".to_owned(), official(plugin)?]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut process = self.product.spawn(&arguments)?;
        process.until_ready(&self.address).await?;
        Ok(process)
    }

    /// The version of its PostgreSQL, while it runs.
    pub fn postgres_version(&self) -> anyhow::Result<String> {
        server::version(server::pid_of(&self.data.join("postgres/pgdata"))?)
    }

    /// So many new customers write, a few at a time. Returns when the provider has a reply to each.
    pub async fn receive(&self, messages: usize) -> anyhow::Result<()> {
        let number = self.number()?;
        let client = Client::new();
        for place in 0..messages {
            let customer = json!({ "phone": (4_915_100_000_000_usize + place).to_string(), "name": "Ada Customer" });
            let inbound =
                json!({ "number": number, "customer": customer, "message": { "type": "text", "body": "Hello!" } });
            let url = format!("http://{}/_sandbox/inbound", self.provider);
            let answer: Value = client.post(url).json(&inbound).send().await?.error_for_status()?.json().await?;
            ensure!(answer["status"] == 200, "the webhook was answered {answer}");
            // Below the provider's 80 messages a second.
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        self.until_answered(&client, messages).await
    }

    async fn until_answered(&self, client: &Client, messages: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let url = format!("http://{}/_sandbox/requests?limit=100000", self.provider);
        while Instant::now() < deadline {
            let requests: Vec<Value> = client.get(&url).send().await?.error_for_status()?.json().await?;
            if requests.iter().filter(|request| request["accepted"] == true).count() >= messages {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("not every message was answered within {} s", PATIENCE.as_secs())
    }

    /// The number that the demo tenant has at the simulated provider.
    fn number(&self) -> anyhow::Result<String> {
        let file = self.data.join("sandbox.json");
        let agreed: Value = serde_json::from_slice(&fs::read(&file).with_context(|| file.display().to_string())?)?;
        Ok(agreed["phone_number_id"].as_str().context("no number was agreed on")?.to_owned())
    }
}
