//! Stock libraries of Channels against two processes behind a balancer, and the end of a process that clients hang on.

use crate::harness::{Deployment, Plan, Rest, eventually};
use futures::{
    SinkExt, StreamExt,
    future::{join, join_all},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tokio::{net::TcpStream, process::Command};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// pusher-js, Laravel Echo and the server library `pusher`, unchanged. Skipped where the packages are not installed:
/// `npm ci` in the directory does it, and `scripts/test` before this runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_libraries_work_unchanged() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/realtime-tests");
    if !tests.join("node_modules").is_dir() {
        eprintln!("skipped: there are no packages in {}", tests.display());
        return;
    }
    let deployment = Deployment::planned(Plan::default()).await;
    let tenant = deployment.tenant("stock").await;
    let mut npm = Command::new("npm");
    let out = deployment.printed_by(npm.args(["test", "--silent"]).current_dir(tests), &tenant).await;
    // None was left out.
    assert!(out.contains("# pass 9\n"), "{out}");
}

/// Whoever is connected to a process that ends is told so at once, and the process does not wait for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ends_sends_its_clients_elsewhere() {
    let mut deployment = Deployment::planned(Plan::default()).await;
    let tenant = deployment.tenant("leaving").await;
    let key = tenant.admin.get("/api/v1/realtime").await.ok()["key"].as_str().unwrap().to_owned();
    let url = format!("{}/app/{key}?protocol=7", deployment.url().replacen("http", "ws", 1));
    // The balancer takes one process after the other.
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(connect_async(&url).await.unwrap().0);
    }
    assert!(deployment.apis[0].stop(Duration::from_secs(20)), "it ended well");
    let mut told = 0;
    for client in &mut clients {
        if ended_with_reconnect(client).await {
            told += 1;
        }
    }
    assert_eq!(told, 2);
    let logs = deployment.logs();
    assert!(!logs.contains(&key), "addresses are in no log");
}

/// A process is killed while somebody writes: whoever listened at it goes on at the other, and hears everything once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_listened_to_a_process_that_is_killed_misses_nothing() {
    let mut deployment = Deployment::planned(Plan::default()).await;
    let admin = deployment.tenant("killed").await.admin;
    let new = json!({ "type": "team_channel", "title": "general", "slug": "general" });
    let room = admin.post("/api/v1/conversations", &new).await.ok()["id"].as_str().unwrap().to_owned();
    let key = admin.get("/api/v1/realtime").await.ok()["key"].as_str().unwrap().to_owned();
    let url = format!("{}/app/{key}?protocol=7", deployment.url().replacen("http", "ws", 1));
    // At once, before anything else is asked for: the balancer gives each to another process.
    let sockets = [connect_async(&url).await.unwrap().0, connect_async(&url).await.unwrap().0];
    let starting = sockets.map(|socket| Listener::start(socket, &url, &admin, &room));
    let listeners = join_all(starting).await;
    let talking = async {
        let mut said = Vec::new();
        for number in 0..NOTES {
            let note = json!({ "text": number.to_string() });
            said.push(admin.post(&format!("/api/v1/conversations/{room}/notes"), &note).await.ok()["id"].clone());
            if number == NOTES / 2 {
                deployment.apis[0].kill();
            }
        }
        said
    };
    let listening = join_all(listeners.into_iter().map(|listener| listener.hear(NOTES)));
    let (said, heard) = join(talking, listening).await;
    assert_eq!(heard.iter().map(|(_, breaks)| breaks).sum::<usize>(), 1, "one of the two was connected to the process");
    for (heard, _) in heard {
        assert_eq!(heard, said);
    }
}

const NOTES: usize = 40;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Somebody who hears a conversation, and connects again where they were whenever the connection breaks.
struct Listener {
    socket: Socket,
    url: String,
    person: Rest,
    channel: String,
    /// What was heard last: `epoch` and `seq`.
    at: Value,
}

impl Listener {
    async fn start(socket: Socket, url: &str, person: &Rest, conversation: &str) -> Self {
        let channel = format!("private-conversation-{conversation}");
        let mut listener = Self { socket, url: url.to_owned(), person: person.clone(), channel, at: Value::Null };
        listener.subscribe().await.unwrap();
        listener
    }

    /// The ids of so many messages, and how often the connection broke meanwhile.
    async fn hear(mut self, wanted: usize) -> (Vec<Value>, usize) {
        let (mut heard, mut breaks) = (Vec::new(), 0);
        while heard.len() < wanted {
            match next(&mut self.socket).await {
                Some(told) if told["event"] == "message.created" => {
                    self.at = json!({ "epoch": told["data"]["epoch"], "seq": told["data"]["seq"] });
                    heard.push(told["data"]["data"]["message_id"].clone());
                }
                Some(_) => {}
                None => {
                    breaks += 1;
                    self.connect_again().await;
                }
            }
        }
        (heard, breaks)
    }

    async fn connect_again(&mut self) {
        eventually("another process takes the listener", async || match connect_async(&self.url).await {
            Ok((socket, _)) => {
                self.socket = socket;
                self.subscribe().await.ok_or_else(|| "it broke again".to_owned())
            }
            Err(error) => Err(error.to_string()),
        })
        .await;
    }

    /// From where it was, or from now.
    async fn subscribe(&mut self) -> Option<()> {
        let established = next(&mut self.socket).await?;
        let wish = json!({ "socket_id": established["data"]["socket_id"], "channel_name": self.channel });
        let mut data = self.person.post("/api/v1/realtime/auth", &wish).await.ok();
        data["channel"] = json!(self.channel);
        if !self.at.is_null() {
            data["resume"] = self.at.clone();
        }
        let subscribe = json!({ "event": "pusher:subscribe", "data": data }).to_string();
        self.socket.send(Message::text(subscribe)).await.ok()?;
        let succeeded = next(&mut self.socket).await?;
        assert_eq!(succeeded["event"], "pusher_internal:subscription_succeeded", "{succeeded}");
        if self.at.is_null() {
            self.at = json!({ "epoch": succeeded["data"]["epoch"], "seq": succeeded["data"]["seq"] });
        }
        Some(())
    }
}

/// The next message, with its data read; nothing when the connection is broken.
async fn next(socket: &mut Socket) -> Option<Value> {
    loop {
        match tokio::time::timeout(Duration::from_secs(20), socket.next()).await.expect("nothing was said") {
            Some(Ok(Message::Text(text))) => {
                let mut message: Value = serde_json::from_str(&text).unwrap();
                if let Some(data) = message["data"].as_str().and_then(|data| serde_json::from_str(data).ok()) {
                    message["data"] = data;
                }
                return Some(message);
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}

async fn ended_with_reconnect(socket: &mut Socket) -> bool {
    loop {
        match tokio::time::timeout(Duration::from_secs(2), socket.next()).await {
            Ok(Some(Ok(Message::Close(Some(frame))))) => return u16::from(frame.code) == 4200,
            Ok(Some(Ok(Message::Text(text)))) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                assert!(message["event"].as_str().unwrap().starts_with("pusher:"), "{message}");
            }
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) | Err(_) => return false,
        }
    }
}
