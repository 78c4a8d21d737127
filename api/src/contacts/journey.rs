//! `GET /api/v1/contacts/{id}/journey`

use super::{led_on, visible};
use crate::{auth::Caller, problem::Problem, request::Path};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, ContactId, role::Permission};
use serde::Serialize;
use store::contacts::journey::{self, Step};

/// A stretch of time in which a contact conversed over one account.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JourneyStep {
    /// The plugin that speaks for it.
    channel: String,
    /// The account.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// What it is called.
    connection_name: String,
    /// The first message.
    first_at: DateTime<Utc>,
    /// The last one before the next step.
    last_at: DateTime<Utc>,
    /// Messages of the contact.
    inbound: i64,
    /// Messages to them.
    outbound: i64,
    /// Whether it is the first contact on this channel; otherwise they came back to it.
    first_on_channel: bool,
}

impl From<Step> for JourneyStep {
    fn from(step: Step) -> Self {
        Self {
            channel: step.channel,
            connection_id: step.connection_id,
            connection_name: step.connection_name,
            first_at: step.first_at,
            last_at: step.last_at,
            inbound: step.inbound,
            outbound: step.outbound,
            first_on_channel: step.first_on_channel,
        }
    }
}

/// Read on which channels a contact has conversed
///
/// In the order of time: a step begins where the contact or the tenant wrote over another account than before. Of the
/// conversations that the person sees, the latest 2,000 messages each.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/journey", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The first step first", body = [JourneyStep]),
              (status = 308, description = "They were merged; Location says into whom"),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, &granted, id).await?;
    if let Some(elsewhere) = led_on(&contact, "/journey") {
        return Ok(elsewhere);
    }
    let steps = journey::of(&mut tx, id, &granted.sight).await?;
    Ok(axum::Json(steps.into_iter().map(JourneyStep::from).collect::<Vec<_>>()).into_response())
}
