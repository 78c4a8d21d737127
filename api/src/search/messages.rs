//! `GET /api/v1/search/messages`

use super::{FoundMessage, Typed, turn};
use crate::{
    auth::Caller,
    conversations::list::{id_or, person, tags, words},
    problem::{Code, Problem},
    request::{Limit, Page, Query, paging},
    state::Api,
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{ContactId, ConversationId, UserId, message::SenderKind, role::Permission};
use serde::Deserialize;
use store::{
    conversations::filter,
    search::messages::{self, Filter, Position},
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What somebody typed, up to 200 characters: all of these words, those of three characters and more also as
    /// beginnings of words.
    #[param(value_type = String, example = "refund")]
    q: Typed,
    /// Only in this conversation.
    #[param(value_type = Option<uuid::Uuid>)]
    conversation_id: Option<ConversationId>,
    /// Only with this contact.
    #[param(value_type = Option<uuid::Uuid>)]
    contact_id: Option<ContactId>,
    /// Only in conversations of these types, separated by commas.
    #[serde(rename = "type")]
    #[param(example = "support,internal_ticket")]
    kind: Option<String>,
    /// Only in conversations with these statuses, separated by commas.
    #[param(example = "new,open")]
    status: Option<String>,
    /// Only on this channel, such as `whatsapp`.
    channel: Option<String>,
    /// Only of this brand, by its key.
    brand: Option<String>,
    /// Only in this team's conversations: an id, or `none`.
    team: Option<String>,
    /// Only in conversations that this person has: an id, `me`, or `nobody`.
    assigned_to: Option<String>,
    /// Only in conversations with all these tags, separated by commas.
    tag: Option<String>,
    /// Only what such a sender wrote, such as `contact` or `user`.
    sender: Option<String>,
    /// Only what was written then or later.
    since: Option<DateTime<Utc>>,
    /// Only what was written before.
    before: Option<DateTime<Utc>>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Params {
    fn filter(&self, me: UserId) -> Result<Filter, Problem> {
        let sender = self.sender.as_deref().map(str::parse::<SenderKind>).transpose();
        Ok(Filter {
            conversations: filter::Filter {
                kinds: self.kind.as_deref().map(words).transpose()?,
                statuses: self.status.as_deref().map(words).transpose()?,
                channel: self.channel.clone(),
                brand: self.brand.clone(),
                team: self.team.as_deref().map(|name| id_or(name, "none", "team")).transpose()?,
                assignee: self.assigned_to.as_deref().map(|name| person(name, me)).transpose()?,
                tags: tags(self.tag.as_deref()),
                contact: self.contact_id,
                ..filter::Filter::default()
            },
            conversation: self.conversation_id,
            sender: sender.map_err(|error| Problem::new(Code::BadRequest).detail(error.to_string()))?,
            since: self.since,
            before: self.before,
        })
    }
}

/// Search messages
///
/// All of history, the latest first; case and accents do not count. A page may be short, or empty, and have a
/// `next_cursor` all the same: the search had looked at enough for one request, and goes on from there.
#[utoipa::path(get, path = "/api/v1/search/messages", tag = "search", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<FoundMessage>)))]
pub async fn search(
    caller: Caller,
    State(api): State<Api>,
    Query(params): Query<Params>,
) -> Result<axum::Json<Page<FoundMessage>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(occurred_at, id)| Position { occurred_at, id });
    let _turn = turn(&api).await?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let filter = params.filter(granted.user)?;
    let found = messages::page(&mut tx, &granted.sight, &params.q.0, &filter, after, params.limit.shown()).await?;
    let next = found.next.map(|next| paging::by_time(next.occurred_at, next.id.0));
    Ok(axum::Json(Page::ending(found.hits.into_iter().map(FoundMessage::from).collect(), next)))
}
