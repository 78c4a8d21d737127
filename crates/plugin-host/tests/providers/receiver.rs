//! A webhook URL, whose requests go the way they go in the product: the manifest's recipe first, then the plugin.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::{DateTime, Utc};
use manifest::{Manifest, Request};
use plugin_sdk::InboundRequest;
use plugin_sdk::http::Header;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// The secret that signs the webhooks of both providers.
pub const SECRET: &str = "the-client-secret";

type Post = (HeaderMap, Bytes);

/// A server that keeps what is posted to it.
pub struct Receiver {
    pub url: String,
    posts: UnboundedReceiver<Post>,
}

impl Receiver {
    pub async fn start() -> Self {
        let (sender, posts) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/key", listener.local_addr().unwrap());
        let router = Router::new().route("/hooks/key", post(keep)).with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, posts }
    }

    /// The next webhook, which the recipe has found to be signed with the secret, and not with another; with the
    /// accounts that it is for.
    pub async fn next(&mut self, manifest: &Manifest, now: DateTime<Utc>) -> (InboundRequest, Vec<String>) {
        let next = tokio::time::timeout(Duration::from_secs(10), self.posts.recv()).await;
        let (headers, body) = next.expect("a webhook comes within ten seconds").unwrap();
        let recipe = manifest.webhook.as_ref().unwrap();
        let request = Request::new("POST", &self.url, &headers, &body);
        let secrets = |value: &str| BTreeMap::from([("client_secret".to_owned(), value.to_owned())]);
        recipe.verify(&request, &secrets(SECRET), now).unwrap();
        recipe.verify(&request, &secrets("a stranger's"), now).unwrap_err();
        let parts = recipe.route(&request).unwrap().parts;
        let accounts = parts.into_iter().filter_map(|part| part.account).collect();
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| Header {
            name: name.as_str().to_owned(),
            value: value.as_bytes().to_vec(),
        };
        let inbound = InboundRequest {
            method: "POST".to_owned(),
            path: "/hooks/key".to_owned(),
            query: String::new(),
            headers: headers.iter().map(header).collect(),
            body: body.to_vec(),
        };
        (inbound, accounts)
    }
}

async fn keep(State(sender): State<UnboundedSender<Post>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    sender.send((headers, body)).unwrap();
    StatusCode::OK
}
