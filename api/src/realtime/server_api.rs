//! `/apps/{id}/…`: what a tenant's own servers ask, with the libraries of Channels.
//!
//! They publish in channels of the tenant's own, and see who is in them. Ours are told by the event log alone.

mod channels;
mod events;

pub use channels::{channel, channels, users};
pub use events::{publish, publish_batch};

use super::Realtime;
use crate::{
    problem::{Code, Problem},
    state::Api,
};
use ::realtime::{ChannelName, channel::Guard};
use axum::{
    body::Bytes,
    extract::{FromRequest, Path, Request},
};
use domain::TenantId;
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::HashMap, sync::Arc};
use url::form_urlencoded;

/// A request that was signed with the secret of the tenant's app.
pub struct Signed {
    realtime: Arc<Realtime>,
    tenant: TenantId,
    /// What stands in the path behind the app.
    rest: HashMap<String, String>,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl FromRequest<Api> for Signed {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Path(rest) = <Path<HashMap<String, String>> as axum::extract::FromRequestParts<Api>>::from_request_parts(
            &mut parts, api,
        )
        .await
        .map_err(|_| Code::NotFound)?;
        let tenant = rest.get("app").and_then(|app| app.parse().ok()).ok_or(Code::NotFound)?;
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let body = Bytes::from_request(Request::from_parts(parts, body), api)
            .await
            .map_err(|rejection| Problem::new(Code::of_status(rejection.status())))?;
        let key = query.iter().find(|(name, _)| name == "auth_key").map(|(_, key)| key.as_str()).unwrap_or_default();
        let found = api.realtime.apps.find(key).await?.filter(|(of, _)| *of == tenant);
        // A key of nobody's and a wrong signature are refused alike.
        let (_, app) = found.ok_or_else(|| Problem::new(Code::Unauthenticated))?;
        let checked = app.check(method.as_str(), &path, &query, &body, api.now().timestamp());
        checked.map_err(|refused| Problem::new(Code::Unauthenticated).detail(refused.to_string()))?;
        Ok(Self { realtime: Arc::clone(&api.realtime), tenant, rest, query, body })
    }
}

impl Signed {
    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| bad(error.to_string()))
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The channel that the path names.
    fn channel(&self) -> Result<ChannelName, Problem> {
        let name = self.rest.get("channel").map(String::as_str).unwrap_or_default();
        ChannelName::parse(name).map_err(|error| bad(error.to_string()))
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(Code::BadRequest).detail(detail.into())
}

/// What is asked about channels.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Info {
    user_count: bool,
}

impl Info {
    fn of(text: Option<&str>) -> Result<Self, Problem> {
        let mut info = Self::default();
        for name in text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match name {
                "user_count" => info.user_count = true,
                // What Channels answers where counting subscriptions is switched off.
                "subscription_count" => return Err(bad("subscription_count is not counted.")),
                _ => return Err(bad(format!("{name} is not known of a channel."))),
            }
        }
        Ok(info)
    }
}

fn has_members(channel: &ChannelName) -> bool {
    channel.guard() == Guard::Presence
}
