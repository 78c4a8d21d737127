//! `GET /api/v1/connections/{id}/templates` and `POST …/templates/sync`

use super::required;
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::Path,
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, jobs::SyncTemplates, role::Permission};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use store::templates::{self, Template};

/// A message template.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Template)]
pub struct ShownTemplate {
    /// Its name at the provider.
    name: String,
    /// Its language code.
    language: String,
    /// The provider's word for its state; `approved` can be sent.
    status: String,
    /// The provider's category.
    category: Option<String>,
    /// The text with its placeholders.
    body: Option<String>,
    /// The parts, in the provider's form.
    #[schema(value_type = Vec<Object>)]
    components: Value,
}

impl From<Template> for ShownTemplate {
    fn from(template: Template) -> Self {
        Self {
            name: template.name,
            language: template.language,
            status: template.status,
            category: template.category,
            body: template.body,
            components: template.components,
        }
    }
}

/// The templates of a connection.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Templates {
    /// All of them, by name and language.
    items: Vec<ShownTemplate>,
    /// When they were read from the provider.
    synced_at: Option<DateTime<Utc>>,
}

/// List the message templates of a connection
#[utoipa::path(get, path = "/api/v1/connections/{id}/templates", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The templates, as last read from the provider", body = Templates),
              (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ConnectionId>) -> Result<axum::Json<Templates>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    required(&mut tx, id).await?;
    let synced_at = templates::synced_at(&mut tx, id).await?;
    let items = templates::list(&mut tx, id).await?.into_iter().map(ShownTemplate::from).collect();
    Ok(axum::Json(Templates { items, synced_at }))
}

/// Read the message templates from the provider
#[utoipa::path(post, path = "/api/v1/connections/{id}/templates/sync", tag = "connections",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 202, description = "A worker reads them; `synced_at` of the list tells when it has"),
              (status = 404, description = "`not_found`")))]
pub async fn sync(caller: Caller, Path(id): Path<ConnectionId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    required(change.conn(), id).await?;
    change.enqueue(&SyncTemplates { tenant_id: caller.tenant, connection_id: id }).await?;
    change.commit(Record::new("connection.templates_synced").of(id)).await?;
    Ok(StatusCode::ACCEPTED)
}
