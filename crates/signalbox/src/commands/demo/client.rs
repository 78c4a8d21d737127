//! What the demo asks: the product's REST API, and the simulators' control API.

use super::story::{self, Story};
use anyhow::{Context as _, bail};
use config::Config;
use reqwest::{Method, Response};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long a step may take before it is missing.
const PATIENCE: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(50);

/// A client of both.
pub struct Client {
    http: reqwest::Client,
    product: String,
    sandbox: String,
    token: String,
}

impl Client {
    /// A client of the process that the configuration describes.
    pub fn new(config: &Config, token: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        Ok(Self {
            http,
            product: format!("http://{}", config.http.bind),
            sandbox: format!("http://{}", config.sandbox.bind),
            token,
        })
    }

    /// Whether the main job can run.
    pub async fn ready(&self) -> anyhow::Result<()> {
        let url = format!("{}/readyz", self.product);
        match self.http.get(&url).send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(_) => bail!("it is not ready yet: {url} says why"),
            Err(_) => bail!("nothing listens on {}: type `make up` in another terminal first", self.product),
        }
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.product);
        let response = self.http.request(Method::GET, url).bearer_auth(&self.token).send().await?;
        json_of(response, path).await
    }

    /// Does something.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.product);
        let response = self.http.request(Method::POST, url).bearer_auth(&self.token).json(body).send().await?;
        json_of(response, path).await
    }

    /// The entries of a list.
    pub async fn items(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut page = self.get(path).await?;
        match page["items"].take() {
            Value::Array(items) => Ok(items),
            _ => bail!("{path} is no list"),
        }
    }

    /// The contact that is found by this address or name: of several the one that was there first.
    pub async fn contact(&self, search: &str) -> anyhow::Result<Option<Value>> {
        let search: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        Ok(self.items(&format!("/api/v1/contacts?search={search}")).await?.pop())
    }

    /// The conversation of the contact that has this address.
    pub async fn conversation_of(&self, address: &str) -> anyhow::Result<Option<Value>> {
        let Some(contact) = self.contact(address).await? else { return Ok(None) };
        let id = contact["id"].as_str().unwrap_or_default();
        Ok(self.items(&format!("/api/v1/conversations?contact_id={id}")).await?.into_iter().next())
    }

    /// The latest webhooks of a plugin's connection.
    pub async fn deliveries(&self, plugin: &str) -> anyhow::Result<Vec<Value>> {
        let connections = self.items("/api/v1/connections?limit=200").await?;
        let connection = connections.iter().find(|connection| connection["plugin_id"] == plugin);
        let id = connection.and_then(|connection| connection["id"].as_str()).unwrap_or_default();
        self.items(&format!("/api/v1/deliveries?limit=50&connection_id={id}")).await
    }

    /// Tells that a webhook which was not known before is stored and processed.
    pub async fn stored(&self, story: &mut Story, plugin: &str, known: &[Value]) -> anyhow::Result<()> {
        let stored = self.until(async || {
            let deliveries = self.deliveries(plugin).await?;
            let fresh = deliveries.into_iter().find(|delivery| {
                delivery["outcome"] == "processed" && !known.iter().any(|other| other["id"] == delivery["id"])
            });
            Ok(fresh)
        });
        match stored.await? {
            Some(delivery) => {
                story.step(true, "stored", &format!("delivery {}, processed", story::short(&delivery["id"])));
            }
            None => story.step(false, "stored", "no processed delivery showed up"),
        }
        Ok(())
    }

    /// Has a customer write.
    pub async fn play(&self, inbound: &Value) -> anyhow::Result<Value> {
        self.simulate("inbound", inbound).await
    }

    /// Has something happen at a simulated provider.
    pub async fn simulate(&self, path: &str, what: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/_sandbox/{path}", self.sandbox);
        let response = self.http.post(url).json(what).send().await.context("the simulated providers")?;
        json_of(response, "the simulator").await
    }

    /// How often the provider accepted a message of ours.
    pub async fn accepted(&self, message: &str) -> anyhow::Result<u64> {
        let url = format!("{}/_sandbox/accepted/{message}", self.sandbox);
        let answer = json_of(self.http.get(url).send().await?, "the simulator").await?;
        Ok(answer["accepted"].as_u64().unwrap_or_default())
    }

    /// Asks again and again until there is something; `None` when the patience ends.
    pub async fn until<T>(&self, mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<Option<T>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = ask().await? {
                return Ok(Some(answer));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

async fn json_of(response: Response, what: &str) -> anyhow::Result<Value> {
    let status = response.status();
    if status == reqwest::StatusCode::UNAUTHORIZED {
        bail!("the demo's token is not valid any more: start `make up` again");
    }
    let body: Value = response.json().await.unwrap_or_default();
    if !status.is_success() {
        bail!("{what} answered {status}: {}", body["detail"].as_str().or(body["error"].as_str()).unwrap_or_default());
    }
    Ok(body)
}
