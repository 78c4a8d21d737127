//! Who is typing: in memory, and only for as long as they say so again and again. Whoever falls silent, or goes, is said to
//! have stopped.

use super::Realtime;
use ::realtime::{ChannelName, SocketId, frame, incoming::ClientEvent, limits};
use domain::TenantId;
use serde_json::{Value, value::RawValue};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// The event of whoever is typing, and of whoever has stopped: `{"typing": false}`.
const TYPING: &str = "client-typing";

/// Whoever types in a channel, from which connection.
type Writer = (TenantId, ChannelName, SocketId);

#[derive(Default)]
pub struct Typing(Mutex<HashMap<Writer, Sign>>);

/// A sign of it.
struct Sign {
    member: String,
    until: Instant,
}

impl Typing {
    fn lock(&self) -> MutexGuard<'_, HashMap<Writer, Sign>> {
        // The map is valid after every step of a panicking holder.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a member of a channel says, if it is about typing.
    pub fn note(&self, tenant: TenantId, socket: SocketId, member: &str, event: &ClientEvent) {
        if event.event != TYPING {
            return;
        }
        let writer = (tenant, event.channel.clone(), socket);
        let data: Value = serde_json::from_str(event.data.get()).unwrap_or_default();
        if data["typing"] == false {
            self.lock().remove(&writer);
        } else {
            let sign = Sign { member: member.to_owned(), until: Instant::now() + limits::TYPING };
            self.lock().insert(writer, sign);
        }
    }

    fn lapsed(&self) -> Vec<(Writer, String)> {
        let now = Instant::now();
        self.lock().extract_if(|_, sign| sign.until <= now).map(|(writer, sign)| (writer, sign.member)).collect()
    }
}

impl Realtime {
    /// Says that those have stopped of whom there was no sign for too long.
    pub(super) fn stop_typing(&self) {
        for ((tenant, channel, socket), member) in self.typing.lapsed() {
            let data = RawValue::from_string(r#"{"typing":false}"#.to_owned()).expect("it is an object");
            let frame = frame::client_event(&channel, TYPING, &data, Some(&member));
            self.tell_everywhere(tenant, &channel, &frame, Some(socket));
        }
    }
}
