//! `GET /api/v1/contacts/{id}/facts` and `POST /api/v1/contacts/{id}/facts/refresh`: what plugins know about a contact

use super::visible;
use crate::{
    auth::Caller,
    live::{self, Wait},
    problem::Problem,
    request::{Path, Query},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, ContactId, role::Permission};
use http::StatusCode;
use inbox::Asking;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use store::contacts::facts::{self, Fact, Source};

/// How old answers may be before somebody who looks has the plugins asked again.
const AGE: TimeDelta = TimeDelta::minutes(15);

/// What plugins know about a contact.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContactFacts {
    /// Connection by connection, the most telling first.
    facts: Vec<ShownFact>,
    /// The connections whose plugins may know something.
    sources: Vec<FactSource>,
}

/// One thing that is known about a contact.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownFact {
    /// Through which connection.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// Stable name, such as `shopify.order`. Several facts may share one.
    name: String,
    /// What it is, for people.
    title: String,
    /// What is known, in a line or two.
    text: String,
    /// Where a person sees more of it.
    url: Option<String>,
    /// When it was true.
    as_of: DateTime<Utc>,
    /// The same for machines: rules find it as `contact.facts.<name>.…`.
    #[schema(value_type = Object)]
    data: Value,
}

/// A connection that may know something.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FactSource {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// Its plugin.
    plugin_id: String,
    /// What people call it.
    name: String,
    /// Whether it is about to be asked.
    refreshing: bool,
    /// When its last answer came; absent if there was none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched_at: Option<DateTime<Utc>>,
    /// Why there was no answer the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl From<Fact> for ShownFact {
    fn from(fact: Fact) -> Self {
        let Fact { connection_id, name, title, text, url, as_of, data } = fact;
        Self { connection_id, name, title, text, url, as_of, data }
    }
}

impl From<Source> for FactSource {
    fn from(source: Source) -> Self {
        Self {
            connection_id: source.connection_id,
            plugin_id: source.plugin_id,
            name: source.name,
            refreshing: source.asked_at.is_some(),
            fetched_at: source.fetched_at,
            problem: source.problem,
        }
    }
}

/// Read what plugins know about a contact
///
/// At once, from what they said last. Plugins that were last asked more than 15 minutes ago are asked again, for the
/// next look.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/facts", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The facts", body = ContactFacts),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>) -> Result<axum::Json<ContactFacts>, Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    visible(change.conn(), &granted, id).await?;
    let old = change.now() - AGE;
    change.ask_about(id, Asking::older_than(old)).await?;
    let (shown, _) = load(change.conn(), id).await?;
    change.commit().await?;
    Ok(axum::Json(shown))
}

/// Ask plugins about a contact now
#[utoipa::path(post, path = "/api/v1/contacts/{id}/facts/refresh", tag = "contacts",
    params(("id" = uuid::Uuid, Path), Wait),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The facts, when all have answered", body = ContactFacts),
              (status = 202, description = "Not all have answered yet; read the facts again later", body = ContactFacts),
              (status = 404, description = "`not_found`")))]
pub async fn refresh(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ContactId>,
    Query(wait): Query<Wait>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    visible(change.conn(), &granted, id).await?;
    let asked_at = change.now();
    change.ask_about(id, Asking::default()).await?;
    let waited_for: BTreeSet<_> = load(change.conn(), id).await?.1.iter().filter_map(being_asked).collect();
    change.commit().await?;
    let has_answered = |source: &Source| {
        !waited_for.contains(&source.connection_id) || source.tried_at.is_some_and(|tried_at| tried_at >= asked_at)
    };
    let (shown, sources) = live::answer(
        wait.patience(),
        |(_, sources): &(ContactFacts, Vec<Source>)| sources.iter().all(has_answered),
        || async {
            let mut tx = api.database.begin(caller.tenant).await?;
            load(&mut tx, id).await
        },
    )
    .await?;
    let status = if sources.iter().all(has_answered) { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(shown)).into_response())
}

fn being_asked(source: &Source) -> Option<ConnectionId> {
    source.asked_at.map(|_| source.connection_id)
}

async fn load(conn: &mut PgConnection, id: ContactId) -> Result<(ContactFacts, Vec<Source>), Problem> {
    let known = facts::of_contact(conn, id).await?;
    let sources = facts::sources(conn, id).await?;
    let shown = ContactFacts {
        facts: known.into_iter().map(ShownFact::from).collect(),
        sources: sources.iter().cloned().map(FactSource::from).collect(),
    };
    Ok((shown, sources))
}
