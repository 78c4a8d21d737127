//! `GET /api/v1/conversations`

use super::ShownConversation;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Query, paging},
};
use domain::{ContactId, UserId, conversation::Status, role::Permission};
use serde::Deserialize;
use store::conversations::list::{self, Filter, Position};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only this channel, such as `whatsapp`.
    channel: Option<String>,
    /// Only these statuses, separated by commas.
    #[param(example = "new,open")]
    status: Option<String>,
    /// Only this queue state.
    #[param(inline)]
    queue_state: Option<QueueState>,
    /// Only what this person has: an id, `me`, or `nobody`.
    assigned_to: Option<String>,
    /// Only what has this tag.
    tag: Option<String>,
    /// Only this contact's.
    #[param(value_type = Option<uuid::Uuid>)]
    contact_id: Option<ContactId>,
    /// Only what has, or has no, unread messages.
    unread: Option<bool>,
    /// Only what has this in the contact's name or the last message, whatever the case.
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
    fn filter(&self, caller: &Caller, visible_to: Option<UserId>) -> Result<Filter, Problem> {
        let statuses = self.status.as_deref().map(|names| {
            let statuses: Result<Vec<Status>, _> = names.split(',').map(|name| name.trim().parse()).collect();
            statuses.map_err(|error| Problem::from(crate::problem::Code::BadRequest).detail(error.to_string()))
        });
        Ok(Filter {
            visible_to,
            channel: self.channel.clone(),
            statuses: statuses.transpose()?,
            queue_state: self.queue_state.map(QueueState::as_str),
            assignee: self.assigned_to.as_deref().map(|name| assignee(name, caller.user)).transpose()?,
            tag: self.tag.clone(),
            contact: self.contact_id,
            unread: self.unread,
            search: self.search.clone().filter(|text| !text.is_empty()),
        })
    }
}

fn assignee(name: &str, me: UserId) -> Result<Option<UserId>, Problem> {
    match name {
        "me" => Ok(Some(me)),
        "nobody" => Ok(None),
        id => id.parse().map(Some).map_err(|_| {
            Problem::new(crate::problem::Code::BadRequest).detail("assigned_to must be an id, `me` or `nobody`.")
        }),
    }
}

/// List conversations
///
/// The latest change first. Agents see their own and nobody's.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Params),
    responses((status = 200, description = "A page", body = Page<ShownConversation>)))]
pub async fn list(
    caller: Caller,
    Query(params): Query<Params>,
) -> Result<axum::Json<Page<ShownConversation>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(updated_at, id)| Position { updated_at, id });
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let filter = params.filter(&caller, granted.confined_to())?;
    let rows = list::page(&mut tx, &filter, after, params.limit.rows()).await?;
    let cursor = |row: &list::Overview| paging::by_time(row.updated_at, row.id.0);
    let mut page = Page::of(rows, params.limit, cursor, ShownConversation::from);
    if params.total {
        page.total = Some(list::count(&mut tx, &filter).await?);
    }
    Ok(axum::Json(page))
}
