//! `GET /api/v1/search`

use super::{FoundMessage, Typed, turn};
use crate::{
    auth::Caller, contacts::ListedContact, conversations::ShownConversation, problem::Problem, request::Query,
    state::Api,
};
use axum::extract::State;
use domain::role::Permission;
use serde::{Deserialize, Serialize};
use store::{contacts, conversations, search};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What somebody typed, up to 200 characters.
    #[param(value_type = String, example = "müller")]
    q: Typed,
    /// How many of each, 1 to 20; 5 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 20)]
    limit: Few,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "u8")]
struct Few(u8);

impl Default for Few {
    fn default() -> Self {
        Self(5)
    }
}

impl TryFrom<u8> for Few {
    type Error = &'static str;

    fn try_from(limit: u8) -> Result<Self, &'static str> {
        if (1..=20).contains(&limit) { Ok(Self(limit)) } else { Err("limit must be 1 to 20") }
    }
}

/// The first of everything that was found; the lists have the rest.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FoundEverywhere {
    /// By name, e-mail address or number, the newest first; the rest is at `GET /api/v1/contacts?search=`.
    contacts: Vec<ListedContact>,
    /// By the contact's name, the title or the last message, archived or not, the latest change first; the rest is at
    /// `GET /api/v1/conversations?search=`.
    conversations: Vec<ShownConversation>,
    /// By their words, the latest first; the rest is at `GET /api/v1/search/messages`.
    messages: Vec<FoundMessage>,
}

/// Search contacts, conversations and messages
///
/// Case and accents do not count. Only what the person sees is found.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The first of each", body = FoundEverywhere)))]
pub async fn search(
    caller: Caller,
    State(api): State<Api>,
    Query(params): Query<Params>,
) -> Result<axum::Json<FoundEverywhere>, Problem> {
    let limit = params.limit.0;
    let typed = params.q.0;
    let _turn = turn(&api).await?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let everywhere = search::messages::Filter::default();
    let messages = search::messages::page(&mut tx, &granted.sight, &typed, &everywhere, None, limit.into()).await?;
    let named = contacts::list::Filter { search: Some(typed.clone()), ..Default::default() };
    let contacts = contacts::list::page(&mut tx, &granted.sight, &named, None, limit.into()).await?;
    let named = conversations::filter::Filter { search: Some(typed), ..Default::default() };
    let conversations = conversations::list::page(&mut tx, &granted.sight, &named, None, limit.into()).await?;
    Ok(axum::Json(FoundEverywhere {
        contacts: contacts.into_iter().map(ListedContact::from).collect(),
        conversations: conversations.into_iter().map(ShownConversation::from).collect(),
        messages: messages.hits.into_iter().map(FoundMessage::from).collect(),
    }))
}
