//! `GET /app/{key}`: a WebSocket that speaks the Pusher protocol.

use super::{
    Realtime,
    subscribe::{Denied, subscribe},
};
use crate::state::Api;
use ::realtime::{
    Close, SocketId,
    channel::Guard,
    frame::{self, Frame},
    incoming::{ClientEvent, Incoming, SignIn},
    limits,
    outbox::{Waiting, outbox},
    signature::App,
    silence::{Due, Silence},
};
use axum::{
    extract::{
        Path, Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
    },
    response::Response,
};
use domain::TenantId;
use futures::SinkExt;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until, timeout};

/// The version of the protocol.
const PROTOCOL: &str = "7";
/// Bytes that a connection keeps for reading: what people say is short.
const READ_BUFFER: usize = 4 * 1024;
/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// What a client says about itself.
#[derive(Deserialize)]
pub struct Dialect {
    protocol: Option<String>,
}

/// Takes a connection. Whatever is wrong is said in it, with a code: a browser tells its page nothing else.
pub async fn connect(
    State(api): State<Api>,
    Path(key): Path<String>,
    Query(Dialect { protocol }): Query<Dialect>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let realtime = Arc::clone(&api.realtime);
    small(upgrade).on_upgrade(async move |socket| {
        let admitted = match protocol.as_deref() {
            None => Err(Close::NoVersion),
            Some(PROTOCOL) => realtime.apps.find(&key).await.map_err(|_| Close::OverCapacity),
            Some(_) => Err(Close::UnsupportedVersion),
        };
        match admitted.and_then(|app| app.ok_or(Close::UnknownApp)) {
            Ok((tenant, app)) => converse(realtime, socket, tenant, &app).await,
            Err(close) => refuse(socket, close).await,
        }
    })
}

/// Many connections wait most of the time, so each keeps little.
pub fn small(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .max_message_size(limits::INCOMING)
        .max_frame_size(limits::INCOMING)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
}

/// Says why not, and ends the connection.
pub async fn refuse(mut socket: WebSocket, close: Close) {
    let _ = timeout(GOODBYE, async {
        let _ = socket.send(Message::Text(text(frame::error(close, close.reason())))).await;
        let _ = socket.send(goodbye(close)).await;
        // The other side answers with a close frame of its own; without waiting for it, the reason may get lost.
        while let Some(Ok(_)) = socket.recv().await {}
    })
    .await;
}

async fn converse(realtime: Arc<Realtime>, mut socket: WebSocket, tenant: TenantId, app: &App) {
    realtime.start();
    let id = Realtime::new_socket_id();
    let (outbox, mut waiting) = outbox();
    if let Err(close) = realtime.hub.connect(id, tenant, outbox.clone(), realtime.most) {
        return refuse(socket, close).await;
    }
    outbox.tell(frame::connected(id), None);
    let mut client = Client { realtime: &realtime, id, tenant, app, spoken: Spoken::default() };
    let end = client.talk(&mut socket, &mut waiting, |frame| outbox.tell(frame, None)).await;
    realtime.left(tenant, realtime.hub.disconnect(id));
    if let Some(close) = end {
        refuse(socket, close).await;
    }
}

/// One connection.
struct Client<'a> {
    realtime: &'a Arc<Realtime>,
    id: SocketId,
    tenant: TenantId,
    app: &'a App,
    spoken: Spoken,
}

impl Client<'_> {
    /// Until somebody ends it: the client (`None`), or we.
    async fn talk(&mut self, socket: &mut WebSocket, waiting: &mut Waiting, tell: impl Fn(Frame)) -> Option<Close> {
        let mut silence = Silence::since(Instant::now());
        loop {
            tokio::select! {
                biased;
                next = waiting.next() => match next {
                    Ok(out) => {
                        let end = waiting.ended();
                        tokio::select! {
                            close = end => return Some(close),
                            sent = send(socket, out.frame, waiting) => sent.ok()?,
                        }
                    }
                    Err(close) => return Some(close),
                },
                heard = socket.recv() => {
                    silence = Silence::since(Instant::now());
                    match heard?.ok()? {
                        Message::Text(text) => {
                            for frame in self.hear(&text).await {
                                tell(frame);
                            }
                        }
                        Message::Binary(_) => return Some(Close::Malformed),
                        Message::Close(_) => return None,
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                    self.realtime.hub.heard(self.id);
                }
                () = sleep_until(silence.due()) => match silence.now_due(Instant::now()) {
                    Due::Ask => tell(frame::ping()),
                    Due::End => return Some(Close::Silent),
                },
            }
        }
    }

    /// What is answered to a message of the client.
    async fn hear(&mut self, text: &str) -> Vec<Frame> {
        match Incoming::parse(text) {
            Ok(Incoming::Ping) => vec![frame::pong()],
            Ok(Incoming::Pong | Incoming::Unknown) => Vec::new(),
            Ok(Incoming::Subscribe(wish)) => {
                let done = subscribe(self.realtime, self.id, self.tenant, self.app, &wish).await;
                done.err().map(|Denied(refusal)| frame::refused(&wish.channel, refusal)).into_iter().collect()
            }
            Ok(Incoming::Unsubscribe(channel)) => {
                let part = self.realtime.hub.leave(self.id, &channel);
                self.realtime.left(self.tenant, part.into_iter().collect());
                Vec::new()
            }
            Ok(Incoming::SignIn(sign_in)) => vec![self.sign_in(&sign_in)],
            Ok(Incoming::Client(event)) => self.pass_on(&event).into_iter().collect(),
            Err(error) => vec![frame::error(Close::Malformed, &error.to_string())],
        }
    }

    fn sign_in(&self, SignIn { auth, user_data }: &SignIn) -> Frame {
        #[derive(Deserialize)]
        struct UserData {
            id: String,
        }
        let user = serde_json::from_str::<UserData>(user_data).ok().filter(|user| !user.id.is_empty());
        match user.filter(|_| self.app.knows(self.id, user_data, auth)) {
            Some(user) => {
                self.realtime.hub.sign_in(self.id, &user.id);
                frame::signed_in(user_data)
            }
            None => frame::error(Close::Unauthorised, "The sign-in is not signed for this connection"),
        }
    }

    /// Passes an event on to the others in its channel, or answers why not.
    fn pass_on(&mut self, event: &ClientEvent) -> Option<Frame> {
        if !matches!(event.channel.guard(), Guard::Private | Guard::Presence) {
            return Some(frame::error(Close::Unauthorised, "Clients speak in private and presence channels alone"));
        }
        let Some(speaker) = self.realtime.hub.speaker(self.id, &event.channel) else {
            return Some(frame::error(Close::Unauthorised, "Nobody speaks in a channel that they do not hear"));
        };
        if !self.spoken.may(Instant::now()) {
            return Some(frame::error(Close::TooManyClientEvents, Close::TooManyClientEvents.reason()));
        }
        if let Some(member) = &speaker.member {
            self.realtime.typing.note(self.tenant, self.id, member, event);
        }
        let frame = frame::client_event(&event.channel, &event.event, &event.data, speaker.member.as_deref());
        self.realtime.tell_everywhere(self.tenant, &event.channel, &frame, Some(self.id));
        None
    }
}

/// How often a client has spoken within a second.
#[derive(Default)]
struct Spoken {
    second: Option<Instant>,
    count: u32,
}

impl Spoken {
    fn may(&mut self, now: Instant) -> bool {
        if self.second.is_none_or(|began| now - began >= Duration::from_secs(1)) {
            *self = Self { second: Some(now), count: 0 };
        }
        self.count += 1;
        self.count <= limits::CLIENT_EVENTS
    }
}

/// Sends a message, and whatever else waits, in as few packets as possible.
async fn send(socket: &mut WebSocket, first: Frame, waiting: &mut Waiting) -> Result<(), axum::Error> {
    socket.feed(Message::Text(text(first))).await?;
    while let Some(out) = waiting.next_now() {
        socket.feed(Message::Text(text(out.frame))).await?;
    }
    socket.flush().await
}

fn text(frame: Frame) -> Utf8Bytes {
    Utf8Bytes::try_from(frame).unwrap_or_default()
}

fn goodbye(close: Close) -> Message {
    Message::Close(Some(CloseFrame { code: close.code(), reason: close.reason().into() }))
}
