//! `GET /api/v1/realtime`

use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    state::Api,
};
use ::realtime::{Ours, limits};
use axum::extract::State;
use domain::UserId;
use serde::Serialize;

/// What a client needs to connect.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Connecting {
    /// The app key, which names the tenant.
    key: String,
    /// Where the WebSocket is, on the host of this API.
    path: String,
    /// What stands before `/app/{key}` in it: `wsPath` of pusher-js.
    path_prefix: String,
    /// Where to ask before subscribing.
    auth_endpoint: &'static str,
    /// Where to ask before signing in.
    user_auth_endpoint: &'static str,
    /// The same as server-sent events, for clients without WebSockets.
    events_endpoint: &'static str,
    /// The same for clients that ask again and again.
    poll_endpoint: &'static str,
    /// After how many seconds of silence a client asks whether we are there.
    activity_timeout: u64,
    /// After how many seconds a sign of typing lapses.
    typing_timeout: u64,
    /// Channels that are yours.
    channels: Channels,
}

/// Channels of whoever asks.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Channels {
    /// What concerns you.
    user: String,
    /// What changes lists, and who has them open.
    inbox: String,
}

/// How to connect for live updates
#[utoipa::path(get, path = "/api/v1/realtime", tag = "realtime",
    responses((status = 200, description = "What a client needs", body = Connecting)))]
pub async fn get(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Connecting>, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let (app, _) = api.realtime.apps.of_tenant(&mut tx, caller.tenant, api.now()).await?;
    tx.commit().await?;
    let path_prefix = prefix(&api.base_url);
    Ok(axum::Json(Connecting {
        path: format!("{path_prefix}/app/{}", app.key),
        path_prefix,
        key: app.key,
        auth_endpoint: "/api/v1/realtime/auth",
        user_auth_endpoint: "/api/v1/realtime/user-auth",
        events_endpoint: "/api/v1/realtime/events",
        poll_endpoint: "/api/v1/realtime/poll",
        activity_timeout: limits::ACTIVITY.as_secs(),
        typing_timeout: limits::TYPING.as_secs(),
        channels: channels(caller.user),
    }))
}

fn channels(user: UserId) -> Channels {
    Channels { user: Ours::User(user).name().to_string(), inbox: Ours::Inbox.name().to_string() }
}

/// The path of the public address, if there is one.
fn prefix(base_url: &str) -> String {
    let path = url::Url::parse(base_url).map(|url| url.path().trim_end_matches('/').to_owned());
    path.unwrap_or_default()
}
