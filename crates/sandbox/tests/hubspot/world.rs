//! A simulator with an account, a receiver, a clock that can be moved and a client.

use crate::receiver::Receiver;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::Value;
use signalbox_sandbox::hubspot::Account;
use signalbox_sandbox::{Callbacks, Config, Retries, Sandbox};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::form_urlencoded;

pub const HUB: u64 = 62_515;
pub const CLIENT_ID: &str = "the-client-id";
pub const SECRET: &str = "the-client-secret";
pub const TOKEN: &str = "pat-na1-the-token";
pub const REDIRECT: &str = "https://app.example.com/callback";
/// Contacts of the seed; the last id lies beyond 2^53.
pub const MAREN: &str = "138017612137";
pub const JOSE: &str = "138017612140";
pub const ZOE: &str = "9050000000001000003";

pub struct World {
    pub sandbox: Sandbox,
    pub receiver: Receiver,
    client: reqwest::Client,
    clock: Arc<Mutex<DateTime<Utc>>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    /// Status and category of an error, which has all the fields that HubSpot promises.
    pub fn error(&self) -> (u16, &str) {
        let text = |name: &str| self.json[name].as_str().unwrap_or_default();
        assert!(text("status") == "error" && !text("message").is_empty(), "{}", self.json);
        assert_eq!(text("correlationId").len(), 36, "{}", self.json);
        (self.status, text("category"))
    }

    pub fn message(&self) -> &str {
        self.json["message"].as_str().unwrap_or_default()
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_, _| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Account, &Receiver)) -> Self {
        let receiver = Receiver::start().await;
        let clock = Arc::new(Mutex::new(DateTime::from_timestamp(1_795_000_000, 0).unwrap()));
        let hand = clock.clone();
        let retries =
            Retries { attempts: 3, first_pause: Duration::from_millis(5), longest_pause: Duration::from_millis(20) };
        let config = Config {
            callbacks: Callbacks { retries, ..Callbacks::default() },
            clock: Arc::new(move || *hand.lock().unwrap()),
            ..Config::new(Vec::new())
        };
        let sandbox = Sandbox::bind("127.0.0.1:0".parse().unwrap(), config).await.unwrap();
        let mut account = Account::new(HUB, CLIENT_ID, SECRET);
        account.access_token = Some(TOKEN.into());
        account.redirect_urls = vec![REDIRECT.parse().unwrap()];
        change(&mut account, &receiver);
        sandbox.hubspot().put(account);
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, receiver, client, clock }
    }

    pub fn advance(&self, step: TimeDelta) {
        *self.clock.lock().unwrap() += step;
    }

    pub async fn ask_as(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = self.client.request(method, format!("{}{path}", self.sandbox.url())).bearer_auth(token);
        answer(if body.is_null() { request } else { request.json(&body) }).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask_as(TOKEN, Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask_as(TOKEN, Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask_as(TOKEN, Method::PATCH, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask_as(TOKEN, Method::PUT, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask_as(TOKEN, Method::DELETE, path, Value::Null).await
    }

    /// What a person's browser gets who installs the app.
    pub async fn authorize(&self, query: &[(&str, &str)]) -> Answer {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        answer(self.client.get(format!("{}/oauth/authorize?{query}", self.sandbox.url()))).await
    }

    pub async fn token_endpoint(&self, version: &str, form: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs([("client_id", CLIENT_ID), ("client_secret", SECRET)]).extend_pairs(form);
        let request = self.client.post(format!("{}/oauth/{version}/token", self.sandbox.url()));
        answer(request.header("content-type", "application/x-www-form-urlencoded").body(body.finish())).await
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}/_sandbox/hubspot/accounts/{HUB}{path}", self.sandbox.url());
        answer(self.client.request(method, url).json(&body)).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    Answer { status, headers, json }
}
