//! What clients are told: the text of each message, made once and shared by everybody who gets it.

use crate::{ChannelName, Close, Position, SocketId, limits, position::ResetReason};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json, value::RawValue};

/// A message, ready to be sent: text in UTF-8.
pub type Frame = Bytes;

#[derive(Serialize)]
struct Envelope<'a, D> {
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    data: D,
}

fn frame<D: Serialize>(envelope: &Envelope<'_, D>) -> Frame {
    serde_json::to_vec(envelope).expect("strings and JSON can be written as JSON").into()
}

/// An event in a channel. Its data is the text of JSON, as everything but client events.
pub fn event(channel: &ChannelName, event: &str, data: &str) -> Frame {
    frame(&Envelope { event, channel: Some(channel.as_str()), user_id: None, data })
}

/// An event of another client, with who it was where everybody in the channel knows.
pub fn client_event(channel: &ChannelName, event: &str, data: &RawValue, user_id: Option<&str>) -> Frame {
    frame(&Envelope { event, channel: Some(channel.as_str()), user_id, data })
}

/// The connection is there.
pub fn connected(socket: SocketId) -> Frame {
    let data = json!({ "socket_id": socket.to_string(), "activity_timeout": limits::ACTIVITY.as_secs() });
    told("pusher:connection_established", &data)
}

/// Are you there?
pub fn ping() -> Frame {
    frame(&Envelope { event: "pusher:ping", channel: None, user_id: None, data: Map::new() })
}

/// I am here.
pub fn pong() -> Frame {
    frame(&Envelope { event: "pusher:pong", channel: None, user_id: None, data: Map::new() })
}

/// Something was wrong. The data of errors is an object.
pub fn error(close: Close, message: &str) -> Frame {
    let data = json!({ "code": close.code(), "message": message });
    frame(&Envelope { event: "pusher:error", channel: None, user_id: None, data })
}

/// The client hears a channel now. `position` is where its stream is, if it has one, and `members` who is in it.
pub fn subscribed(channel: &ChannelName, position: Option<&Position>, members: Option<&Members>) -> Frame {
    let mut data = position.and_then(|position| json!(position).as_object().cloned()).unwrap_or_default();
    if let Some(members) = members {
        let ids: Vec<&str> = members.keys().map(String::as_str).collect();
        let presence = json!({ "ids": ids, "hash": members, "count": members.len() });
        data.insert("presence".to_owned(), presence);
    }
    event(channel, "pusher_internal:subscription_succeeded", &Value::Object(data).to_string())
}

/// A channel was not to be heard. The client may try again with another authorisation.
pub fn refused(channel: &ChannelName, refusal: Refusal) -> Frame {
    let data = json!({ "type": refusal.kind(), "error": refusal.to_string(), "status": refusal.status() });
    frame(&Envelope { event: "pusher:subscription_error", channel: Some(channel.as_str()), user_id: None, data })
}

/// Who is in a presence channel: ids and what is shown of them.
pub type Members = std::collections::BTreeMap<String, Value>;

/// Somebody came.
pub fn member_added(channel: &ChannelName, id: &str, info: &Value) -> Frame {
    let data = json!({ "user_id": id, "user_info": info });
    event(channel, "pusher_internal:member_added", &data.to_string())
}

/// Somebody went.
pub fn member_removed(channel: &ChannelName, id: &str) -> Frame {
    event(channel, "pusher_internal:member_removed", &json!({ "user_id": id }).to_string())
}

/// The client is who it says.
pub fn signed_in(user_data: &str) -> Frame {
    told("pusher:signin_success", &json!({ "user_data": user_data }))
}

/// What was missed is not told: everything is to be read anew.
pub fn reset(channel: &ChannelName, position: &Position, reason: ResetReason) -> Frame {
    let mut data = json!(position);
    data["reason"] = json!(reason);
    event(channel, "signalbox:reset", &data.to_string())
}

/// The client hears a channel no longer.
pub fn unsubscribed(channel: &ChannelName) -> Frame {
    event(channel, "signalbox:unsubscribed", r#"{"reason":"out_of_sight"}"#)
}

fn told(event: &str, data: &Value) -> Frame {
    frame(&Envelope { event, channel: None, user_id: None, data: data.to_string() })
}

/// Why a channel was not to be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The signature is missing or wrong.
    #[error("The authorisation is missing, or not for this connection and channel")]
    Signature,
    /// It is not for this person.
    #[error("This channel is not for you")]
    Forbidden,
    /// The connection belongs to somebody else.
    #[error("The connection is signed in as somebody else")]
    OtherPerson,
    /// One connection hears so many channels.
    #[error("One connection hears 200 channels at most")]
    TooManyChannels,
    /// So many people are in a presence channel.
    #[error("A presence channel has 1000 members at most")]
    TooManyMembers,
    /// The database does not answer.
    #[error("Try again in a moment")]
    Unavailable,
}

impl Refusal {
    const fn kind(self) -> &'static str {
        match self {
            Self::Signature | Self::Forbidden | Self::OtherPerson => "AuthError",
            Self::TooManyChannels | Self::TooManyMembers => "LimitReached",
            Self::Unavailable => "Unavailable",
        }
    }

    /// The status that an authorisation endpoint would answer with.
    pub const fn status(self) -> u16 {
        match self {
            Self::Signature => 401,
            Self::Forbidden | Self::OtherPerson => 403,
            Self::TooManyChannels | Self::TooManyMembers => 409,
            Self::Unavailable => 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(frame: &Frame) -> &str {
        std::str::from_utf8(frame).unwrap()
    }

    #[test]
    fn messages_have_the_form_of_the_protocol() {
        let channel = ChannelName::parse("presence-a").unwrap();
        let socket: SocketId = "1.2".parse().unwrap();
        let established: Value = serde_json::from_slice(&connected(socket)).unwrap();
        let data: Value = serde_json::from_str(established["data"].as_str().unwrap()).unwrap();
        assert_eq!(established["event"], "pusher:connection_established");
        assert_eq!(data, json!({ "socket_id": "1.2", "activity_timeout": 30 }));
        assert_eq!(
            text(&error(Close::UnknownApp, "no")),
            r#"{"event":"pusher:error","data":{"code":4001,"message":"no"}}"#
        );
        assert_eq!(
            text(&member_removed(&channel, "7")),
            r#"{"event":"pusher_internal:member_removed","channel":"presence-a","data":"{\"user_id\":\"7\"}"}"#
        );
        let data = RawValue::from_string(r#"{"b": 1}"#.to_owned()).unwrap();
        assert_eq!(
            text(&client_event(&channel, "client-typing", &data, Some("7"))),
            r#"{"event":"client-typing","channel":"presence-a","user_id":"7","data":{"b": 1}}"#
        );
    }

    #[test]
    fn whoever_subscribes_learns_where_the_stream_is_and_who_is_there() {
        let channel = ChannelName::parse("presence-inbox").unwrap();
        let position = Position { stream: "inbox".to_owned(), epoch: "e".to_owned(), seq: 7 };
        let members = Members::from([("u".to_owned(), json!({ "name": "Ada" }))]);
        let frame: Value = serde_json::from_slice(&subscribed(&channel, Some(&position), Some(&members))).unwrap();
        let data: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
        assert_eq!(
            data,
            json!({ "stream": "inbox", "epoch": "e", "seq": 7,
                    "presence": { "ids": ["u"], "hash": { "u": { "name": "Ada" } }, "count": 1 } })
        );
    }
}
