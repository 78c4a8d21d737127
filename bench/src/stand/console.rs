//! The REST API, for what is set up there and not on the command line.

use anyhow::{Context as _, bail};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// The REST API as somebody who is signed in.
pub struct Console {
    client: Client,
    base: String,
    token: String,
}

impl Console {
    /// Signs in.
    pub async fn log_in(address: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let (client, base) = (Client::new(), format!("http://{address}/api/v1"));
        let body = json!({ "email": email, "password": password, "refresh_token_delivery": "body" });
        let answer = answer(client.post(format!("{base}/auth/login")).json(&body)).await?;
        let token = answer["access_token"].as_str().context("no access token")?.to_owned();
        Ok(Self { client, base, token })
    }

    /// What a path of the API answers.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        answer(self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token)).await
    }

    /// The same of a question that changes something.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        answer(self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(body)).await
    }

    /// Enables a rule that answers whoever asks for an order.
    pub async fn answer_orders(&self) -> anyhow::Result<()> {
        let rule = json!({
            "name": "Orders",
            "enabled": true,
            "definition": {
                "trigger": { "type": "keyword", "keywords": ["order"] },
                "actions": [{ "type": "send_message", "text": "Hello {{contact.name|there}}! We are looking it up." }],
            },
        });
        self.post("/rules", &rule).await.map(drop)
    }
}

async fn answer(request: RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().to_string());
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{url} answered {status}: {text}");
    }
    if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
}
