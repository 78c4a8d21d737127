//! A callback URL that keeps what it gets and answers what a test asks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use signalbox_sandbox::signing::SIGNATURE_HEADER;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use url::Url;

/// One webhook as it came.
pub struct Received {
    pub at: Instant,
    pub raw: Bytes,
    pub signature: String,
    pub payload: Value,
}

impl Received {
    /// The value of the only change.
    pub fn value(&self) -> &Value {
        &self.payload["entry"][0]["changes"][0]["value"]
    }

    pub fn status(&self) -> &Value {
        &self.value()["statuses"][0]
    }

    /// Checks the signature without the crate's own code.
    pub fn is_signed_with(&self, app_secret: &str) -> bool {
        let hex = self.signature.strip_prefix("sha256=").unwrap_or_default();
        let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).unwrap();
        mac.update(&self.raw);
        hex.len() == 64 && hex == hex.to_lowercase() && mac.verify_slice(&hex::decode(hex).unwrap()).is_ok()
    }
}

pub struct Receiver {
    pub url: Url,
    received: mpsc::UnboundedReceiver<Received>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

#[derive(Clone)]
struct Inbox {
    sender: mpsc::UnboundedSender<Received>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let answers = Arc::<Mutex<VecDeque<StatusCode>>>::default();
        let inbox = Inbox { sender, answers: answers.clone() };
        let router = Router::new().route("/hook", post(receive)).with_state(inbox);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received, answers }
    }

    /// The next answers, before it goes back to 200.
    pub fn answer(&self, statuses: &[u16]) {
        let statuses = statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap());
        self.answers.lock().unwrap().extend(statuses);
    }

    pub async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(10), self.received.recv())
            .await
            .expect("a webhook within ten seconds")
            .expect("the receiver runs")
    }

    /// The names of the next statuses.
    pub async fn statuses(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.next().await.status()["status"].as_str().unwrap().to_owned());
        }
        names
    }

    /// What has come and was not asked for.
    pub fn rest(&mut self) -> usize {
        std::iter::from_fn(|| self.received.try_recv().ok()).count()
    }
}

async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, raw: Bytes) -> StatusCode {
    let signature = headers[SIGNATURE_HEADER].to_str().unwrap().to_owned();
    let payload = serde_json::from_slice(&raw).unwrap();
    let at = Instant::now();
    inbox.sender.send(Received { at, raw, signature, payload }).unwrap();
    inbox.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK)
}
