//! `GET /api/v1/realtime/events`: the same as server-sent events.

use super::hearing::{Cursor, Hearing, channels};
use crate::{auth::Caller, problem::Problem, request::Query, state::Api};
use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, stream};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use std::{convert::Infallible, time::Duration};

/// How often something is said so that proxies keep the connection, and how soon a client is to come back.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(1);

/// Which channels.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Names of channels of ours, 20 at most, with commas between them.
    channels: String,
}

/// Hear channels as server-sent events
///
/// Each event has the text of the WebSocket's message as its data, and an id that leads on: a client that comes back with
/// `Last-Event-ID` and the same channels gets what it missed. An event `close` says why the stream ends.
#[utoipa::path(get, path = "/api/v1/realtime/events", tag = "realtime",
    params(Wanted, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was received")),
    responses((status = 200, description = "Events, as they happen", content_type = "text/event-stream", body = String),
              (status = 403, description = "`forbidden`: one of the channels is not for you"),
              (status = 404, description = "`not_found`: we have no channel of this name")))]
pub async fn hear(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let from = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse::<Cursor>().ok());
    let hearing = Hearing::begin(&api, &caller, channels(&wanted.channels)?, from).await?;
    Ok(Sse::new(events(hearing)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn events(hearing: Hearing) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(Some(hearing), async |hearing| {
        let mut hearing = hearing?;
        let event = match hearing.next().await {
            Ok(frame) => {
                let text = String::from_utf8_lossy(&frame).into_owned();
                let event = Event::default().id(hearing.at().to_string()).retry(RETRY).data(text);
                return Some((Ok(event), Some(hearing)));
            }
            Err(close) => json!({ "code": close.code(), "message": close.reason() }),
        };
        Some((Ok(Event::default().event("close").retry(RETRY).data(event.to_string())), None))
    })
}
