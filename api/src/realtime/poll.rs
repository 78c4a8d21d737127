//! `GET /api/v1/realtime/poll`: the same for clients that ask again and again.

use super::hearing::{Cursor, Hearing, channels};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Query,
    state::Api,
};
use ::realtime::frame::Frame;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// The longest wait in seconds: less than any proxy's patience.
const LONGEST: u8 = 25;

/// Which channels, and from where on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Names of channels of ours, 20 at most, with commas between them.
    channels: String,
    /// Where the last answer ended. Without it, the answer comes at once and says where things are now.
    after: Option<String>,
    /// How many seconds to wait if there is nothing new, 0 to 25; 25 without it.
    #[param(maximum = 25)]
    wait: Option<u8>,
}

/// What happened since.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Polled {
    /// For the next question, with the same channels.
    after: String,
    /// What happened, in its order.
    events: Vec<PolledEvent>,
}

/// An event in a channel.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PolledEvent {
    /// What happened, as in the catalogue, or `signalbox:reset`: read everything anew.
    event: String,
    /// Where.
    channel: String,
    /// Its data.
    #[schema(value_type = Object)]
    data: Value,
}

/// Ask what happened in channels
///
/// The answer comes as soon as there is something, or when the wait is over.
#[utoipa::path(get, path = "/api/v1/realtime/poll", tag = "realtime", params(Wanted),
    responses((status = 200, description = "What happened since", body = Polled),
              (status = 403, description = "`forbidden`: one of the channels is not for you"),
              (status = 404, description = "`not_found`: we have no channel of this name")))]
pub async fn ask(
    State(api): State<Api>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Polled>, Problem> {
    let wrong = || Problem::new(Code::BadRequest).detail("after: not where an answer has ended.");
    let from = wanted.after.as_deref().map(|after| after.parse::<Cursor>().map_err(|()| wrong())).transpose()?;
    let patience = match (&from, wanted.wait.unwrap_or(LONGEST).min(LONGEST)) {
        (None, _) => Duration::ZERO,
        (Some(_), seconds) => Duration::from_secs(seconds.into()),
    };
    let mut hearing = Hearing::begin(&api, &caller, channels(&wanted.channels)?, from).await?;
    let events = gather(&mut hearing, patience).await;
    Ok(axum::Json(Polled { after: hearing.at().to_string(), events }))
}

/// What is there, or the first thing that comes.
async fn gather(hearing: &mut Hearing, patience: Duration) -> Vec<PolledEvent> {
    let mut events = Vec::new();
    let first = async |hearing: &mut Hearing, events: &mut Vec<PolledEvent>| {
        while events.is_empty() {
            match hearing.next().await {
                Ok(frame) => events.extend(shown(&frame)),
                Err(_) => return,
            }
        }
    };
    while let Some(frame) = hearing.next_now() {
        events.extend(shown(&frame));
    }
    let _ = timeout(patience, first(hearing, &mut events)).await;
    while let Some(frame) = hearing.next_now() {
        events.extend(shown(&frame));
    }
    events
}

/// An event, unless it is of the protocol.
fn shown(frame: &Frame) -> Option<PolledEvent> {
    #[derive(Deserialize)]
    struct Told {
        event: String,
        channel: String,
        data: String,
    }
    let told: Told = serde_json::from_slice(frame).ok()?;
    let data = serde_json::from_str(&told.data).ok()?;
    (!told.event.starts_with("pusher")).then_some(PolledEvent { event: told.event, channel: told.channel, data })
}
