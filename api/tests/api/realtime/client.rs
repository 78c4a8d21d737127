//! A client of the Pusher protocol that says exactly what a test wants said.

use super::key;
use crate::app::{Answer, Person};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough for what should not come.
const MOMENT: Duration = Duration::from_millis(300);

/// A connection.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub id: String,
    base: String,
}

/// What a connection was told.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// A message; its data is read if it was text.
    Told(Value),
    /// The end, with a code.
    Closed(u16),
}

impl Client {
    /// A connection to this address that nothing was said on.
    pub async fn open(base: &str, path: &str) -> Self {
        let url = format!("{}{path}", base.replacen("http", "ws", 1));
        let (socket, _) = connect_async(url).await.unwrap();
        Self { socket, id: String::new(), base: base.to_owned() }
    }

    /// A connection to the app of a person's tenant.
    pub async fn connect(person: &Person) -> Self {
        Self::connect_at(&person.base, person).await
    }

    /// The same to another process.
    pub async fn connect_at(base: &str, person: &Person) -> Self {
        let mut client =
            Self::open(base, &format!("/app/{}?protocol=7&client=test&version=1", key(person).await)).await;
        let established = client.event("pusher:connection_established").await;
        assert_eq!(established["data"]["activity_timeout"], 30);
        established["data"]["socket_id"].as_str().unwrap().clone_into(&mut client.id);
        client
    }

    /// The same from a machine that keeps next to nothing of what was not read yet.
    pub async fn connect_reading_little(person: &Person) -> Self {
        let address = person.base.trim_start_matches("http://").parse().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(address).await.unwrap());
        let url = format!("ws://{address}/app/{}?protocol=7", key(person).await);
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let mut client = Self { socket, id: String::new(), base: person.base.clone() };
        client.event("pusher:connection_established").await;
        client
    }

    /// Whether the first thing that is said is not a refusal.
    pub async fn is_taken_in(&mut self) -> bool {
        matches!(self.hear().await, Heard::Told(message) if message["event"] == "pusher:connection_established")
    }

    pub async fn send(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }

    /// What the server says next.
    pub async fn hear(&mut self) -> Heard {
        self.hear_within(PATIENCE).await.expect("nothing was said")
    }

    async fn hear_within(&mut self, patience: Duration) -> Option<Heard> {
        loop {
            let message = timeout(patience, self.socket.next()).await.ok()?;
            match message {
                Some(Ok(Message::Text(text))) => return Some(Heard::Told(read(&text))),
                Some(Ok(Message::Close(frame))) => {
                    return Some(Heard::Closed(frame.map_or(1005, |frame| frame.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some(Heard::Closed(1006)),
            }
        }
    }

    /// The next message, which is this event.
    #[track_caller]
    pub fn event<'a>(&'a mut self, name: &'a str) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            match self.hear().await {
                Heard::Told(message) if message["event"] == name => message,
                other => panic!("{other:?} instead of {name}, at {caller}"),
            }
        }
    }

    /// The next message, which is of this type in the plain form.
    pub async fn typed(&mut self, name: &str) -> Value {
        match self.hear().await {
            Heard::Told(message) if message["type"] == name => message,
            other => panic!("{other:?} instead of {name}"),
        }
    }

    /// The next message that is this event, whatever else is said before.
    pub async fn eventually(&mut self, name: &str) -> Value {
        loop {
            match self.hear().await {
                Heard::Told(message) if message["event"] == name => return message,
                Heard::Told(_) => {}
                closed @ Heard::Closed(_) => panic!("{closed:?} instead of {name}"),
            }
        }
    }

    /// The next of these events whose data is as wanted.
    pub async fn eventually_with(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.eventually(name).await;
            if wanted(&message["data"]) {
                return message;
            }
        }
    }

    /// That nothing of the event log is said for a moment.
    pub async fn eventually_nothing(&mut self) {
        while let Some(heard) = self.hear_within(MOMENT).await {
            match heard {
                Heard::Told(message) if message["data"]["seq"].is_null() => {}
                heard => panic!("{heard:?} instead of nothing"),
            }
        }
    }

    /// Why the connection ends, whatever is said before.
    pub async fn end(&mut self) -> u16 {
        loop {
            if let Heard::Closed(code) = self.hear().await {
                return code;
            }
        }
    }

    /// That nothing is said for a moment.
    #[track_caller]
    pub fn silence(&mut self) -> impl Future<Output = ()> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            if let Some(heard) = self.hear_within(MOMENT).await {
                panic!("{heard:?} instead of nothing, at {caller}");
            }
        }
    }

    /// Asks in a person's name to hear a channel.
    pub async fn authorize(&self, person: &Person, channel: &str) -> Answer {
        let wish = json!({ "socket_id": self.id, "channel_name": channel });
        let request = person.http.post(format!("{}/api/v1/realtime/auth", self.base)).bearer_auth(&person.token);
        Answer::of(request.json(&wish).send().await.unwrap()).await
    }

    /// Subscribes with an authorization.
    pub async fn ask(&mut self, channel: &str, authorization: &Value, resume: Option<&Value>) {
        let mut data = json!({ "channel": channel });
        for name in ["auth", "channel_data"] {
            if let Some(value) = authorization.get(name) {
                data[name] = value.clone();
            }
        }
        if let Some(resume) = resume {
            data["resume"] = json!({ "epoch": resume["epoch"], "seq": resume["seq"] });
        }
        self.send(json!({ "event": "pusher:subscribe", "data": data })).await;
    }

    /// Hears a channel in a person's name, from now or where somebody was. Answers what it was told.
    pub async fn subscribe_from(&mut self, person: &Person, channel: &str, resume: Option<&Value>) -> Value {
        let authorization = self.authorize(person, channel).await.ok();
        self.ask(channel, &authorization, resume).await;
        self.event("pusher_internal:subscription_succeeded").await["data"].take()
    }

    pub async fn subscribe(&mut self, person: &Person, channel: &str) -> Value {
        self.subscribe_from(person, channel, None).await
    }
}

fn read(text: &str) -> Value {
    let mut message: Value = serde_json::from_str(text).unwrap();
    if let Some(data) = message["data"].as_str().and_then(|data| serde_json::from_str(data).ok()) {
        message["data"] = data;
    }
    message
}
