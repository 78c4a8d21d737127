//! `POST /apps/{id}/events` and `/batch_events`

use super::{Info, Signed, bad, has_members};
use crate::problem::{Code, Problem};
use ::realtime::{ChannelName, SocketId, frame, limits};
use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// An event for some channels.
#[derive(Deserialize)]
struct Publish {
    name: String,
    data: String,
    #[serde(default)]
    channels: Vec<String>,
    channel: Option<String>,
    /// The connection that is not told, because it knows already.
    socket_id: Option<String>,
    info: Option<String>,
}

#[derive(Deserialize)]
struct Batch {
    batch: Vec<Publish>,
}

/// Publishes an event.
pub async fn publish(signed: Signed) -> Result<Json<Value>, Problem> {
    let event: Publish = signed.json()?;
    let info = Info::of(event.info.as_deref())?;
    let channels = check(&event)?;
    tell(&signed, &event, &channels)?;
    if !info.user_count {
        return Ok(Json(json!({})));
    }
    let mut told = Map::new();
    for channel in channels {
        told.insert(channel.to_string(), about(&signed, &channel).await?);
    }
    Ok(Json(json!({ "channels": told })))
}

/// Publishes several.
pub async fn publish_batch(signed: Signed) -> Result<Json<Value>, Problem> {
    let Batch { batch } = signed.json()?;
    if batch.len() > limits::BATCH {
        return Err(bad(format!("A batch has {} events at most.", limits::BATCH)));
    }
    // All or none.
    let checked = batch.iter().map(|event| Ok((event, check(event)?, Info::of(event.info.as_deref())?)));
    let checked = checked.collect::<Result<Vec<_>, Problem>>()?;
    let mut answers = Vec::new();
    for (event, channels, info) in &checked {
        tell(&signed, event, channels)?;
        answers.push(match channels.first().filter(|_| info.user_count) {
            Some(channel) => about(&signed, channel).await?,
            None => json!({}),
        });
    }
    let asked = checked.iter().any(|(_, _, info)| info.user_count);
    Ok(Json(if asked { json!({ "batch": answers }) } else { json!({}) }))
}

/// The channels of an event that may be published.
fn check(event: &Publish) -> Result<Vec<ChannelName>, Problem> {
    if event.name.is_empty() || event.name.chars().count() > limits::EVENT_NAME || event.name.starts_with("pusher") {
        return Err(bad("name: 1 to 200 characters that do not begin with `pusher`."));
    }
    if event.data.len() > limits::EVENT_DATA {
        return Err(Problem::new(Code::of_status(http::StatusCode::PAYLOAD_TOO_LARGE)));
    }
    let names: Vec<&String> = event.channels.iter().chain(&event.channel).collect();
    if names.is_empty() || names.len() > limits::PUBLISHED_CHANNELS {
        return Err(bad("channels: 1 to 100 of them."));
    }
    let channels: Result<Vec<_>, _> = names.into_iter().map(|name| ChannelName::parse(name)).collect();
    let channels = channels.map_err(|error| bad(format!("channels: {error}.")))?;
    if channels.iter().any(ChannelName::is_reserved) {
        return Err(Problem::new(Code::Forbidden).detail("Signalbox alone speaks in this channel."));
    }
    Ok(channels)
}

fn tell(signed: &Signed, event: &Publish, channels: &[ChannelName]) -> Result<(), Problem> {
    let except: Option<SocketId> = match &event.socket_id {
        Some(id) => Some(id.parse().map_err(|error: ::realtime::socket_id::NotASocketId| bad(error.to_string()))?),
        None => None,
    };
    for channel in channels {
        let frame = frame::event(channel, &event.name, &event.data);
        signed.realtime.tell_everywhere(signed.tenant, channel, &frame, except);
    }
    Ok(())
}

async fn about(signed: &Signed, channel: &ChannelName) -> Result<Value, Problem> {
    if !has_members(channel) {
        return Ok(json!({}));
    }
    let mut tx = signed.realtime.database.begin(signed.tenant).await?;
    let count = store::realtime::members(&mut tx, channel.as_str()).await?.len();
    Ok(json!({ "user_count": count }))
}
