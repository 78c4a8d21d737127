//! A simulator with a shop, a receiver, a clock that can be moved and a client.

use crate::receiver::Receiver;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_sandbox::shopify::Shop;
use signalbox_sandbox::{Callbacks, Config, Retries, Sandbox};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const SHOP: &str = "lamps.myshopify.com";
pub const CLIENT_ID: &str = "the-client-id";
pub const SECRET: &str = "the-client-secret";
pub const TOKEN: &str = "shpat_the-token";
/// An order that was paid and not sent, by a customer with a phone number.
pub const ORDER: &str = "gid://shopify/Order/9070000000001000002";

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
    /// The code of the only error.
    pub fn code(&self) -> &str {
        assert_eq!(self.json["errors"].as_array().map(Vec::len), Some(1), "{}", self.json);
        self.json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    pub fn cost(&self, name: &str) -> u64 {
        self.json["extensions"]["cost"][name].as_u64().unwrap_or_else(|| panic!("{}", self.json))
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Shop)) -> Self {
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
        let mut shop = Shop::new(SHOP, CLIENT_ID, SECRET);
        shop.access_token = Some(TOKEN.into());
        shop.redirect_urls = vec!["https://app.example.com/callback".parse().unwrap()];
        change(&mut shop);
        sandbox.shopify().put(shop);
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, receiver, client, clock }
    }

    pub fn advance(&self, step: TimeDelta) {
        *self.clock.lock().unwrap() += step;
    }

    /// A request to the shop, by its name.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.sandbox.url())).header("host", SHOP)
    }

    pub async fn ask_version(&self, version: &str, token: &str, query: &str, variables: Value) -> Answer {
        let path = format!("/admin/api/{version}/graphql.json");
        let body = json!({ "query": query, "variables": variables });
        answer(self.request(Method::POST, &path).header("x-shopify-access-token", token).json(&body)).await
    }

    pub async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.ask_version("2026-10", TOKEN, query, variables).await
    }

    /// The data of a query that must work.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.ask(query, variables).await;
        assert_eq!(answer.status, 200);
        assert!(answer.json.get("errors").is_none(), "{}", answer.json);
        answer.json["data"].clone()
    }

    pub async fn token_endpoint(&self, body: Value) -> Answer {
        answer(self.request(Method::POST, "/admin/oauth/access_token").json(&body)).await
    }

    /// What a merchant's browser gets who installs the app.
    pub async fn authorize(&self, query: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        answer(self.request(Method::GET, &format!("/admin/oauth/authorize?{query}"))).await
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}/_sandbox/shopify{path}", self.sandbox.url());
        answer(self.client.request(method, url).json(&body)).await
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    Answer { status, headers, json }
}
