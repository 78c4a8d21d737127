//! `GET /api/v1/channels`

use crate::{
    auth::Caller,
    connections::Speakers,
    plugins::Compiled,
    problem::Problem,
    request::{Page, Paging, Query, paging},
    state::Api,
};
use axum::extract::State;
use domain::{ConnectionId, connection::ConnectionStatus, rich::Kind, role::Permission};
use manifest::{Handle, Interface};
use serde::Serialize;
use std::collections::BTreeSet;
use store::connections::{self, Connection};

/// An account over which customers are met.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Channel)]
pub struct ShownChannel {
    /// The connection.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// What people call it.
    name: String,
    /// The plugin that speaks with the provider, which names the channel.
    plugin_id: String,
    /// What the plugin is called.
    plugin_name: String,
    /// Whether it works.
    #[schema(schema_with = crate::openapi::connection_status)]
    status: ConnectionStatus,
    /// Why it does not.
    status_reason: Option<String>,
    /// Whether messages can be sent over it.
    sends: bool,
    /// Under which of its own handles a contact who has not written can be written to: `phone`, `email`.
    #[schema(value_type = Vec<String>)]
    reaches: BTreeSet<Handle>,
    /// For how many hours after a contact's last message one may write freely; later, only templates. Absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_window_hours: Option<u16>,
    /// The rich messages that it shows as they are; others arrive as text.
    #[schema(value_type = Vec<String>)]
    rich: Vec<Kind>,
}

impl ShownChannel {
    fn of(connection: Connection, plugin: &Compiled) -> Self {
        let manifest = &plugin.manifest;
        Self {
            connection_id: connection.id,
            name: connection.name,
            plugin_id: connection.plugin_id,
            plugin_name: manifest.name.clone(),
            status: connection.status,
            status_reason: connection.status_reason,
            sends: manifest.implements(Interface::Channel),
            reaches: manifest.reaches.clone(),
            service_window_hours: manifest.service_window_hours,
            rich: manifest.rich.keys().copied().collect(),
        }
    }
}

/// List the accounts over which customers are met
///
/// Without their settings, for those who work with them.
#[utoipa::path(get, path = "/api/v1/channels", tag = "conversations", params(Paging),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<ShownChannel>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownChannel>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let rows = connections::list(&mut tx, after, paging.limit().rows()).await?;
    let speakers = Speakers::of(&api, &mut tx, &rows).await?;
    let show = |row: Connection| {
        let plugin = speakers.for_connection(&row);
        ShownChannel::of(row, plugin)
    };
    Ok(axum::Json(Page::of(rows, paging.limit(), |row| paging::by_id(row.id.0), show)))
}
