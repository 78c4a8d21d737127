//! What the demo asks: the product's REST API, and the simulator's control API.

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

    /// The entries of a list.
    pub async fn items(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let url = format!("{}{path}", self.product);
        let response = self.http.request(Method::GET, url).bearer_auth(&self.token).send().await?;
        let mut page = json_of(response, path).await?;
        match page["items"].take() {
            Value::Array(items) => Ok(items),
            _ => bail!("{path} is no list"),
        }
    }

    /// The conversation of the contact that has this address.
    pub async fn conversation_of(&self, address: &str) -> anyhow::Result<Option<Value>> {
        let search: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        let contacts = self.items(&format!("/api/v1/contacts?search={search}")).await?;
        let Some(contact) = contacts.first() else { return Ok(None) };
        let id = contact["id"].as_str().unwrap_or_default();
        Ok(self.items(&format!("/api/v1/conversations?contact_id={id}")).await?.into_iter().next())
    }

    /// Has a customer write.
    pub async fn play(&self, inbound: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/_sandbox/inbound", self.sandbox);
        let response = self.http.post(url).json(inbound).send().await.context("the simulated WhatsApp")?;
        json_of(response, "the simulated WhatsApp").await
    }

    /// How often the provider accepted a message of ours.
    pub async fn accepted(&self, message: &str) -> anyhow::Result<u64> {
        let url = format!("{}/_sandbox/accepted/{message}", self.sandbox);
        let answer = json_of(self.http.get(url).send().await?, "the simulated WhatsApp").await?;
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
