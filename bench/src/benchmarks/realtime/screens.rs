//! Browsers, as far as they hear: a WebSocket each, that notes when what was said arrives.

use super::people::People;
use anyhow::{Context as _, bail};
use futures::{SinkExt, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// Connections that are opened at a time.
const OPENING: usize = 32;

/// The beginning of all times.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time, as it stands in a message.
pub fn stamp() -> String {
    format!("<{}>", BEGIN.elapsed().as_micros())
}

/// When a message with a stamp was said; messages without one are told apart by nothing.
fn said(text: &str) -> Option<u64> {
    let from = memchr::memmem::find(text.as_bytes(), br#""preview\":\"<"#)? + br#""preview\":\"<"#.len();
    let until = memchr::memchr(b'>', &text.as_bytes()[from..])?;
    text[from..from + until].parse().ok()
}

/// What all screens heard.
#[derive(Default)]
pub struct Heard {
    pub conversations: Vec<Duration>,
    pub lists: Vec<Duration>,
    pub doubled: usize,
}

#[derive(Default)]
struct Notes {
    count: AtomicUsize,
    heard: Mutex<Heard>,
}

/// Open screens.
pub struct Screens {
    notes: Arc<Notes>,
    conversations: usize,
    open: usize,
    tasks: Vec<JoinHandle<()>>,
}

impl Screens {
    /// Opens so many, each agent's first with the list of conversations.
    pub async fn open(people: &People, address: &str, screens: usize) -> anyhow::Result<Self> {
        LazyLock::force(&BEGIN);
        let notes = Arc::new(Notes::default());
        let tasks = stream::iter(0..screens)
            .map(async |number| {
                let socket = open(people, address, number).await?;
                let notes = Arc::clone(&notes);
                anyhow::Ok(tokio::spawn(async move { listen(socket, &notes).await }))
            })
            .buffer_unordered(OPENING)
            .try_collect()
            .await?;
        Ok(Self { notes, conversations: people.conversations.len(), open: screens, tasks })
    }

    /// How many show a conversation.
    pub fn of_conversation(&self, place: usize) -> usize {
        (self.open + self.conversations - 1 - place) / self.conversations
    }

    /// How much was heard since it was last forgotten.
    pub fn heard(&self) -> usize {
        self.notes.count.load(Ordering::Relaxed)
    }

    pub fn forget(&self) {
        let _ = self.take();
    }

    pub fn take(&self) -> Heard {
        self.notes.count.store(0, Ordering::Relaxed);
        std::mem::take(&mut *self.notes.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn close(self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(people: &People, address: &str, number: usize) -> anyhow::Result<Socket> {
    let agent = &people.agents[number % people.agents.len()];
    let url = format!("ws://{address}/app/{}?protocol=7&client=bench&version=1", people.key);
    let config = WebSocketConfig::default().read_buffer_size(8 * 1024).write_buffer_size(0);
    let (mut socket, _) = connect_async_with_config(url, Some(config), true).await?;
    let begun = next(&mut socket).await?;
    let id = data(&begun)?["socket_id"].as_str().context("no socket id")?.to_owned();
    let conversation = &people.conversations[number % people.conversations.len()];
    let mut channels = vec![format!("private-conversation-{conversation}")];
    if number < people.agents.len() {
        channels.push("presence-inbox".to_owned());
    }
    for channel in channels {
        let wish = json!({ "socket_id": id, "channel_name": channel });
        let mut data = agent.post("/realtime/auth", &wish).await?;
        data["channel"] = json!(channel);
        let subscribe = json!({ "event": "pusher:subscribe", "data": data });
        socket.send(Message::text(subscribe.to_string())).await?;
        loop {
            let answer = next(&mut socket).await?;
            if answer["event"] == "pusher_internal:subscription_succeeded" {
                break;
            }
            // Others come and go meanwhile.
            if answer["event"] == "pusher:subscription_error" || answer["event"] == "pusher:error" {
                bail!("{channel} was refused: {answer}");
            }
        }
    }
    Ok(socket)
}

async fn next(socket: &mut Socket) -> anyhow::Result<Value> {
    loop {
        match socket.next().await.context("the connection ended")?? {
            Message::Text(text) => return Ok(serde_json::from_str(&text)?),
            Message::Close(frame) => bail!("the connection was closed: {frame:?}"),
            _ => {}
        }
    }
}

fn data(message: &Value) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(message["data"].as_str().context("no data")?)?)
}

async fn listen(mut socket: Socket, notes: &Notes) {
    let mut seen: HashSet<(bool, u64)> = HashSet::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        if text.starts_with(r#"{"event":"pusher:ping""#) {
            if socket.send(Message::text(r#"{"event":"pusher:pong","data":{}}"#)).await.is_err() {
                return;
            }
            continue;
        }
        let Some(said) = said(&text) else { continue };
        let took = BEGIN.elapsed().saturating_sub(Duration::from_micros(said));
        let is_list = text.starts_with(r#"{"event":"message.created","channel":"presence-inbox""#);
        let mut heard = notes.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.insert((is_list, said)) {
            heard.doubled += 1;
        } else if is_list {
            heard.lists.push(took);
        } else {
            heard.conversations.push(took);
        }
        drop(heard);
        notes.count.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_in_what_is_told() {
        let text = r#"{"event":"message.created","data":"{\"data\":{\"message\":{\"preview\":\"<1234>Hello\"}}}"}"#;
        assert_eq!(said(text), Some(1234));
        assert_eq!(said("{}"), None);
    }
}
