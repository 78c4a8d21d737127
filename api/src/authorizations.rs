//! Authorizations by OAuth: a person is sent to the provider, and comes back with a code. What the host keeps of them is
//! the `oauth` crate's affair.

pub mod begin;
pub mod callback;
pub mod get;
mod page;

use crate::{
    plugins::{self, Compiled},
    problem::{Code, Problem},
    state::Api,
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, connection::ConnectionStatus};
use http::HeaderValue;
use manifest::Oauth;
use sqlx::PgConnection;
use std::sync::Arc;
use store::connections::{self, Connection};

/// Where providers send people back to: the address that is registered with them.
fn redirect_uri(api: &Api) -> String {
    format!("{}/oauth/callback", api.base_url)
}

/// The cookie that binds an authorization to a browser. The provider's page leads to ours, so it must be sent on a way
/// that begins elsewhere: `Lax`, and to no other address.
fn cookie(api: &Api, name: &str, value: &str, max_age: u32) -> Result<HeaderValue, Problem> {
    let secure = if api.base_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/oauth/callback; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&cookie).map_err(Problem::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A connection that must exist, with its plugin's manifest.
async fn required(
    api: &Api,
    conn: &mut PgConnection,
    id: ConnectionId,
) -> Result<(Connection, Arc<Compiled>), Problem> {
    let connection = connections::load(conn, id).await?.ok_or(Code::NotFound)?;
    let compiled = plugins::installed(api, conn, &connection.plugin_id, &connection.plugin_version).await?;
    Ok((connection, compiled))
}

/// Marks a connection that was just made as one that waits for a person, if it has to be authorized first.
pub async fn await_person(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ConnectionId,
    compiled: &Compiled,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if compiled.manifest.oauth.as_ref().is_some_and(Oauth::needs_person) {
        let why = Some("nobody has authorized it yet");
        connections::set_status(conn, id, ConnectionStatus::NeedsReauth, why, now).await?;
        queue::park(conn, tenant, id).await.map_err(store::Error::from)?;
    }
    Ok(())
}
