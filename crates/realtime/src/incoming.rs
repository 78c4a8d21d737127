//! What clients say.

use crate::{ChannelName, Resume, channel::InvalidName, limits};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// One message of a client.
#[derive(Debug)]
pub enum Incoming {
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
    /// Let me hear a channel.
    Subscribe(Subscribe),
    /// Let me hear it no longer.
    Unsubscribe(ChannelName),
    /// I am this person.
    SignIn(SignIn),
    /// Tell the others in the channel.
    Client(ClientEvent),
    /// Something of a later version, which is passed over.
    Unknown,
}

/// A wish to hear a channel.
#[derive(Debug)]
pub struct Subscribe {
    /// Which.
    pub channel: ChannelName,
    /// What the authorisation endpoint answered.
    pub auth: Option<String>,
    /// What it said about the person, and signed.
    pub channel_data: Option<String>,
    /// Where the client was in the channel's stream.
    pub resume: Option<Resume>,
}

/// Who the client says it is.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    /// What the authentication endpoint answered.
    pub auth: String,
    /// What it said about the person, and signed.
    pub user_data: String,
}

/// Something for the others in a channel.
#[derive(Debug)]
pub struct ClientEvent {
    /// Its name, which begins with `client-`.
    pub event: String,
    /// Where.
    pub channel: ChannelName,
    /// What is told, as it was written.
    pub data: Box<RawValue>,
}

/// It cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum Misunderstood {
    /// It is no message of the protocol.
    #[error("not a message of the protocol: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It names a channel that cannot be.
    #[error(transparent)]
    Channel(#[from] InvalidName),
    /// It is about no channel.
    #[error("this event needs a channel")]
    NoChannel,
    /// Its name is too long.
    #[error("the name of an event has 200 characters at most")]
    LongName,
    /// Its data is too large.
    #[error("the data of an event has 10240 bytes at most")]
    LargeData,
}

#[derive(Deserialize)]
struct Envelope {
    event: String,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct SubscribeData {
    channel: String,
    auth: Option<String>,
    channel_data: Option<String>,
    resume: Option<Resume>,
}

#[derive(Deserialize)]
struct ChannelData {
    channel: String,
}

impl Incoming {
    /// Reads one message.
    pub fn parse(text: &str) -> Result<Self, Misunderstood> {
        let Envelope { event, channel, data } = serde_json::from_str(text)?;
        match event.as_str() {
            "pusher:ping" => Ok(Self::Ping),
            "pusher:pong" => Ok(Self::Pong),
            "pusher:subscribe" => {
                let SubscribeData { channel, auth, channel_data, resume } = read(data.as_deref())?;
                Ok(Self::Subscribe(Subscribe { channel: ChannelName::parse(&channel)?, auth, channel_data, resume }))
            }
            "pusher:unsubscribe" => {
                let ChannelData { channel } = read(data.as_deref())?;
                Ok(Self::Unsubscribe(ChannelName::parse(&channel)?))
            }
            "pusher:signin" => Ok(Self::SignIn(read(data.as_deref())?)),
            name if name.starts_with("client-") => client_event(event, channel, data).map(Self::Client),
            _ => Ok(Self::Unknown),
        }
    }
}

fn client_event(
    event: String,
    channel: Option<String>,
    data: Option<Box<RawValue>>,
) -> Result<ClientEvent, Misunderstood> {
    let channel = ChannelName::parse(&channel.ok_or(Misunderstood::NoChannel)?)?;
    let data = data.unwrap_or_else(|| RawValue::from_string("{}".to_owned()).expect("it is an object"));
    if event.chars().count() > limits::EVENT_NAME {
        return Err(Misunderstood::LongName);
    }
    if data.get().len() > limits::EVENT_DATA {
        return Err(Misunderstood::LargeData);
    }
    Ok(ClientEvent { event, channel, data })
}

/// Some clients write the data as an object, others as the text of one.
fn read<T: for<'a> Deserialize<'a>>(data: Option<&RawValue>) -> Result<T, serde_json::Error> {
    let value: Value = serde_json::from_str(data.map_or("{}", RawValue::get))?;
    match value {
        Value::String(text) => serde_json::from_str(&text),
        value => serde_json::from_value(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn data_may_be_an_object_or_the_text_of_one() {
        for text in [
            r#"{"event":"pusher:subscribe","data":{"channel":"private-a","auth":"k:s","resume":{"epoch":"e","seq":7}}}"#,
            r#"{"event":"pusher:subscribe","data":"{\"channel\":\"private-a\",\"auth\":\"k:s\",\"resume\":{\"epoch\":\"e\",\"seq\":7}}"}"#,
        ] {
            let Incoming::Subscribe(subscribe) = Incoming::parse(text).unwrap() else { panic!("{text}") };
            assert_eq!((subscribe.channel.as_str(), subscribe.auth.as_deref()), ("private-a", Some("k:s")));
            assert_eq!(subscribe.resume, Some(Resume { epoch: "e".to_owned(), seq: 7 }));
        }
    }

    #[test]
    fn client_events_keep_their_data_as_it_was_written() {
        let text = r#"{"event":"client-typing","channel":"presence-a","data":{"b":1,"a":2.50}}"#;
        let Incoming::Client(event) = Incoming::parse(text).unwrap() else { panic!() };
        assert_eq!((event.event.as_str(), event.data.get()), ("client-typing", r#"{"b":1,"a":2.50}"#));
    }

    #[test]
    fn limits_are_kept() {
        let long = format!(r#"{{"event":"client-{}","channel":"private-a","data":{{}}}}"#, "x".repeat(200));
        assert!(matches!(Incoming::parse(&long), Err(Misunderstood::LongName)));
        let large =
            |size: usize| format!(r#"{{"event":"client-a","channel":"private-a","data":"{}"}}"#, "x".repeat(size - 2));
        assert!(Incoming::parse(&large(10_240)).is_ok());
        assert!(matches!(Incoming::parse(&large(10_241)), Err(Misunderstood::LargeData)));
        assert!(matches!(Incoming::parse(r#"{"event":"client-a"}"#), Err(Misunderstood::NoChannel)));
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_what_is_wrong_is_refused() {
        assert!(matches!(Incoming::parse(r#"{"event":"pusher:later","data":1}"#), Ok(Incoming::Unknown)));
        for wrong in [
            "",
            "{",
            "[]",
            r#"{"data":1}"#,
            r#"{"event":"pusher:subscribe"}"#,
            r#"{"event":"pusher:subscribe","data":{"channel":"a b"}}"#,
        ] {
            assert!(Incoming::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_comes_makes_it_panic(text in ".{0,200}") {
            let _ = Incoming::parse(&text);
        }
    }
}
