//! `GET /api/v1/conversations`

use super::ShownConversation;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Limit, Page, Query, paging},
};
use domain::{CompanyId, ConnectionId, ContactId, UserId, role::Permission};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt::Display, str::FromStr};
use store::conversations::{
    filter::Filter,
    list::{self, Position},
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only these types, separated by commas.
    #[serde(rename = "type")]
    #[param(example = "support,internal_ticket")]
    kind: Option<String>,
    /// Only this channel, such as `whatsapp`.
    channel: Option<String>,
    /// Only over this connection.
    #[param(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// Only this brand, by its key.
    brand: Option<String>,
    /// Only these statuses, separated by commas.
    #[param(example = "new,open")]
    status: Option<String>,
    /// Only this queue state.
    #[param(inline)]
    queue_state: Option<QueueState>,
    /// Only these priorities, separated by commas.
    #[param(example = "high,urgent")]
    priority: Option<String>,
    /// Only this category.
    category: Option<String>,
    /// Only what was closed for this reason.
    close_reason: Option<String>,
    /// Only this team's: an id, or `none`.
    team: Option<String>,
    /// Only what this person has: an id, `me`, or `nobody`.
    assigned_to: Option<String>,
    /// Only where this person takes part: an id, or `me`.
    participant: Option<String>,
    /// Only what has all these tags, separated by commas.
    tag: Option<String>,
    /// Only what has these fields of the tenant's own making: a JSON object.
    #[param(example = r#"{"plan":"gold"}"#)]
    attributes: Option<String>,
    /// Only this contact's.
    #[param(value_type = Option<uuid::Uuid>)]
    contact_id: Option<ContactId>,
    /// Only with the people of this company.
    #[param(value_type = Option<uuid::Uuid>)]
    company_id: Option<CompanyId>,
    /// Only what has, or has no, messages of the contact that nobody has read.
    unread: Option<bool>,
    /// Only what is, or is not, escalated.
    escalated: Option<bool>,
    /// Only what is archived; without it only what is not.
    #[serde(default)]
    archived: bool,
    /// Only what has all these words, or words that have them within, in the contact's name, the title or the last
    /// message, whatever the case and the accents. `/api/v1/search/messages` finds what was written before.
    search: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Whether to count all entries, which takes longer.
    #[serde(default)]
    total: bool,
}

/// Which queue shows a conversation.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum QueueState {
    New,
    Queued,
    Assigned,
    Snoozed,
    Closed,
}

impl QueueState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }
}

impl Params {
    fn filter(&self, me: UserId) -> Result<Filter, Problem> {
        Ok(Filter {
            kinds: self.kind.as_deref().map(words).transpose()?,
            channel: self.channel.clone(),
            connection: self.connection_id,
            brand: self.brand.clone(),
            statuses: self.status.as_deref().map(words).transpose()?,
            queue_state: self.queue_state.map(QueueState::as_str),
            priorities: self.priority.as_deref().map(words).transpose()?,
            category: self.category.clone(),
            close_reason: self.close_reason.clone(),
            team: self.team.as_deref().map(|name| id_or(name, "none", "team")).transpose()?,
            assignee: self.assigned_to.as_deref().map(|name| person(name, me)).transpose()?,
            participant: self.participant.as_deref().map(|name| person(name, me)).transpose()?.flatten(),
            tags: tags(self.tag.as_deref()),
            attributes: self.attributes.as_deref().map(object).transpose()?,
            contact: self.contact_id,
            company: self.company_id,
            unread: self.unread,
            escalated: self.escalated,
            archived: Some(self.archived),
            search: self.search.clone().filter(|text| !text.is_empty()),
        })
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(Code::BadRequest).detail(detail.into())
}

/// Words of an enumeration, separated by commas.
pub(crate) fn words<T: FromStr<Err: Display>>(list: &str) -> Result<Vec<T>, Problem> {
    list.split(',').map(|name| name.trim().parse().map_err(|error: T::Err| bad(error.to_string()))).collect()
}

/// Tags, separated by commas.
pub(crate) fn tags(list: Option<&str>) -> Vec<String> {
    list.iter().flat_map(|tags| tags.split(',')).map(|tag| tag.trim().to_owned()).collect()
}

/// An id, or a word that stands for nothing.
pub(crate) fn id_or<T: FromStr>(name: &str, nothing: &str, parameter: &str) -> Result<Option<T>, Problem> {
    if name == nothing {
        return Ok(None);
    }
    name.parse().map(Some).map_err(|_| bad(format!("{parameter} must be an id or `{nothing}`.")))
}

pub(crate) fn person(name: &str, me: UserId) -> Result<Option<UserId>, Problem> {
    if name == "me" { Ok(Some(me)) } else { id_or(name, "nobody", "A person") }
}

fn object(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).ok().filter(Value::is_object).ok_or_else(|| bad("attributes must be a JSON object."))
}

/// List conversations
///
/// The latest change first. Agents see their own, and what nobody of their teams has.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<ShownConversation>)))]
pub async fn list(
    caller: Caller,
    Query(params): Query<Params>,
) -> Result<axum::Json<Page<ShownConversation>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(updated_at, id)| Position { updated_at, id });
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let filter = params.filter(granted.user)?;
    let rows = list::page(&mut tx, &granted.sight, &filter, after, params.limit.rows()).await?;
    let cursor = |row: &list::Overview| paging::by_time(row.updated_at, row.id.0);
    let mut page = Page::of(rows, params.limit, cursor, ShownConversation::from);
    if params.total {
        page.total = Some(list::count(&mut tx, &granted.sight, &filter).await?);
    }
    Ok(axum::Json(page))
}
