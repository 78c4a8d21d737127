//! A simulator with two numbers, a receiver, a clock that can be moved and a client.

use crate::receiver::Receiver;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use signalbox_sandbox::traffic::{Customer, Inbound};
use signalbox_sandbox::{App, Callbacks, Config, Fault, Limits, Number, Retries, Sandbox};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const SECRET: &str = "an app secret";
pub const NUMBER: &str = "106540352242922";
pub const OTHER_NUMBER: &str = "106540352242923";
pub const WABA: &str = "419561257915477";
pub const TOKEN: &str = "the-token";
pub const OTHER_TOKEN: &str = "the-other-token";
pub const PHONE: &str = "16505551234";

pub struct World {
    pub sandbox: Sandbox,
    pub receiver: Receiver,
    pub client: reqwest::Client,
    clock: Arc<Mutex<DateTime<Utc>>>,
}

/// An answer of the Graph API.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    pub fn code(&self) -> u64 {
        self.json["error"]["code"].as_u64().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }

    pub fn details(&self) -> &str {
        self.json["error"]["error_data"]["details"].as_str().unwrap_or_default()
    }

    pub fn wamid(&self) -> &str {
        self.json["messages"][0]["id"].as_str().unwrap_or_default()
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Without rate limits, with fast callbacks; `change` may change that.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let receiver = Receiver::start().await;
        let clock = Arc::new(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap()));
        let hand = clock.clone();
        let mut config = Config {
            limits: Limits::OFF,
            callbacks: Callbacks {
                sent: Duration::from_millis(5),
                delivered: Duration::from_millis(10),
                read: Some(Duration::from_millis(15)),
                failed: Duration::from_millis(5),
                retries: Retries {
                    attempts: 3,
                    first_pause: Duration::from_millis(5),
                    longest_pause: Duration::from_millis(20),
                },
                ..Callbacks::default()
            },
            clock: Arc::new(move || *hand.lock().unwrap()),
            ..Config::new(vec![App {
                id: "app".into(),
                app_secret: SECRET.into(),
                callback_url: Some(receiver.url.clone()),
                numbers: vec![number(NUMBER, "15550783881", TOKEN), number(OTHER_NUMBER, "15550783882", OTHER_TOKEN)],
            }])
        };
        change(&mut config);
        let sandbox = Sandbox::bind("127.0.0.1:0".parse().unwrap(), config).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { sandbox, receiver, client, clock }
    }

    pub fn advance(&self, step: TimeDelta) {
        *self.clock.lock().unwrap() += step;
    }

    /// The customer writes, so that the window is open, and the webhook is taken off the receiver.
    pub async fn customer_writes(&mut self, customer: &Customer) -> String {
        let played = self.sandbox.play(NUMBER, Inbound::text(customer.clone(), "Hi")).await.unwrap();
        assert_eq!(played.status, Some(200));
        self.receiver.next().await;
        played.wamid
    }

    pub fn inject(&self, fault: Value) {
        self.sandbox.inject(serde_json::from_value::<Fault>(fault).unwrap());
    }

    pub fn messages_url(&self) -> String {
        format!("{}/v26.0/{NUMBER}/messages", self.sandbox.url())
    }

    pub async fn send(&self, body: Value) -> Answer {
        self.try_send(&body).await.unwrap()
    }

    pub async fn try_send(&self, body: &Value) -> reqwest::Result<Answer> {
        let request = self.client.post(self.messages_url()).bearer_auth(TOKEN).json(body);
        answer(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let url = format!("{}{path}", self.sandbox.url());
        answer(self.client.get(url).bearer_auth(TOKEN)).await.unwrap()
    }

    pub async fn control(&self, method: reqwest::Method, path: &str, body: Value) -> Answer {
        let url = format!("{}/_sandbox{path}", self.sandbox.url());
        answer(self.client.request(method, url).json(&body)).await.unwrap()
    }
}

fn number(id: &str, phone: &str, token: &str) -> Number {
    Number {
        phone_number_id: id.into(),
        waba_id: WABA.into(),
        display_phone_number: phone.into(),
        verified_name: "Lamp Shop".into(),
        access_token: token.into(),
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let json = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
    Ok(Answer { status, headers, json })
}

pub fn text(body: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": { "body": body } })
}

/// A message of this type with this object.
pub fn message(kind: &str, object: Value) -> Value {
    let mut body = json!({ "messaging_product": "whatsapp", "to": PHONE, "type": kind });
    body[kind] = object;
    body
}

pub fn ada() -> Customer {
    Customer::with_phone(PHONE, "Ada")
}
