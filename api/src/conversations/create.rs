//! `POST /api/v1/conversations`

use super::{ShownConversation, begin::Begin};
use crate::{
    auth::{Caller, Granted},
    problem::{Code, FieldProblem, Problem},
    request::Creation,
    slug::is_slug,
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{
    ConnectionId, ContactId, ConversationId, TeamId, UserId,
    conversation::{ConversationType, Priority},
    role::Permission,
};
use http::StatusCode;
use inbox::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    brands,
    conversations::{creation, creation::NewInternal, detail},
    teams, users,
};

/// The most people that a channel begins with.
const MOST_MEMBERS: usize = 500;
/// What a ticket of no team is numbered under.
const NO_TEAMS_PREFIX: &str = "ADMIN";

/// A conversation to begin.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreateConversation {
    /// With a customer who has not written: it begins with a message to them, and you have it.
    Support {
        /// The customer.
        #[schema(value_type = uuid::Uuid)]
        contact_id: ContactId,
        /// The account to write from.
        #[schema(value_type = uuid::Uuid)]
        connection_id: ConnectionId,
        /// The first message. Where the channel has a service window and they have not written within it, a template.
        #[schema(schema_with = crate::openapi::sent_content)]
        content: Value,
    },
    /// A channel, for everybody or for its members alone.
    TeamChannel {
        /// Its name, 1 to 255 characters.
        title: String,
        /// Its name in addresses: lower-case letters, digits and hyphens. Made of the title without it.
        slug: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Whether it is for its members alone.
        #[serde(default)]
        is_private: bool,
        /// The brand it belongs to.
        brand: Option<String>,
        /// Who else takes part.
        #[serde(default)]
        #[schema(value_type = Vec<uuid::Uuid>)]
        members: Vec<UserId>,
    },
    /// Between you and one other person. There is one between two people: it is found if it is there.
    DirectMessage {
        /// The other person.
        #[schema(value_type = Vec<uuid::Uuid>)]
        members: Vec<UserId>,
    },
    /// What you ask of a team.
    InternalTicket {
        /// What it is about, 1 to 255 characters.
        title: String,
        /// The details.
        description: Option<String>,
        /// The team that is to do it.
        #[schema(value_type = Option<uuid::Uuid>)]
        team_id: Option<TeamId>,
        /// How urgent it is.
        #[serde(default)]
        #[schema(schema_with = crate::openapi::priority)]
        priority: Priority,
        /// What it is about, by the tenant's own division.
        category: Option<String>,
        /// The conversation that it comes from.
        #[schema(value_type = Option<uuid::Uuid>)]
        linked_conversation_id: Option<ConversationId>,
    },
}

/// Begin a conversation
///
/// Among people of the tenant, or with a customer. With a customer there is one conversation over a connection that is
/// not closed: `conversation_exists` names it.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations", request_body = CreateConversation,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Begun", body = ShownConversation),
              (status = 200, description = "The direct message that there is already", body = ShownConversation),
              (status = 409, description = "`slug_taken`, `in_progress`; with a customer `conversation_exists`, \
                                            `window_closed`: `templates` lists what may be sent; \
                                            `connection_unusable`, `contact_merged`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateConversation>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let (id, begun) = match &creation.body {
        CreateConversation::Support { contact_id, connection_id, content } => {
            let begin = Begin { contact: *contact_id, connection: *connection_id, content };
            (begin.begin(&api, &mut change, &granted).await?, true)
        }
        CreateConversation::TeamChannel { .. } => (channel(&mut change, &granted, &creation.body).await?, true),
        CreateConversation::DirectMessage { members } => direct_message(&mut change, &granted, members).await?,
        CreateConversation::InternalTicket {
            title,
            description,
            team_id,
            priority,
            category,
            linked_conversation_id,
        } => {
            let ticket = Ticket {
                title,
                description: description.as_deref(),
                team_id: *team_id,
                priority: *priority,
                category: category.as_deref(),
                linked: *linked_conversation_id,
            };
            (ticket.begin(&mut change, &granted).await?, true)
        }
    };
    let shown = answer(&mut change, &granted, id).await?;
    let status = if begun { StatusCode::CREATED } else { StatusCode::OK };
    let answer = creation.answer(change.conn(), granted.user, now, status, &shown).await?;
    change.commit().await?;
    Ok(answer)
}

/// The conversation as it will be after the commit.
pub async fn answer(
    change: &mut Transaction,
    granted: &Granted,
    id: ConversationId,
) -> Result<ShownConversation, Problem> {
    Ok(detail::load(change.conn(), id, &granted.sight).await?.ok_or(Code::NotFound)?.into())
}

async fn channel(
    change: &mut Transaction,
    granted: &Granted,
    new: &CreateConversation,
) -> Result<ConversationId, Problem> {
    let CreateConversation::TeamChannel { title, slug, description, is_private, brand, members } = new else {
        return Err(Code::Internal.into());
    };
    let made = slug.clone().unwrap_or_else(|| slug_of(title));
    let wrong_slug =
        || FieldProblem::new("/slug", "slug", "must have lower-case letters, digits and hyphens, at most 255");
    let problems: Vec<_> = [
        check_text("/title", Some(title), 255),
        check_text("/description", description.as_deref(), 10_000),
        (!is_slug(&made, &['-'], 255)).then(wrong_slug),
        (members.len() > MOST_MEMBERS).then(|| FieldProblem::new("/members", "too_many", "must be 500 at most")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    if let Some(brand) = brand
        && !brands::exists(change.conn(), brand).await?
    {
        return Err(Problem::field("/brand", "unknown_brand", "is not a brand of this tenant"));
    }
    check_people(change, members).await?;
    let id = ConversationId::new();
    let new = NewInternal {
        title: Some(title.trim()),
        slug: Some(&made),
        description: description.as_deref(),
        is_private: *is_private,
        brand: brand.as_deref(),
        ..blank(id, ConversationType::TeamChannel, granted.user)
    };
    change.begin_internal(&new, members).await.map_err(|error| match error {
        inbox::Error::Store(error) if error.is_unique_violation_of("conversations_slug_key") => Code::SlugTaken.into(),
        error => Problem::from(error),
    })?;
    Ok(id)
}

async fn direct_message(
    change: &mut Transaction,
    granted: &Granted,
    members: &[UserId],
) -> Result<(ConversationId, bool), Problem> {
    let others: Vec<_> = members.iter().copied().filter(|user| *user != granted.user).collect();
    let [other] = others[..] else {
        return Err(Problem::field("/members", "two_people", "must name exactly one other person"));
    };
    check_people(change, &others).await?;
    let tenant = change.tenant();
    let people = [granted.user, other];
    let (id, begun) = creation::direct_message(change.conn(), tenant, people, ConversationId::new()).await?;
    if begun {
        change.begin_internal(&blank(id, ConversationType::DirectMessage, granted.user), &[other]).await?;
    }
    Ok((id, begun))
}

/// A ticket to begin.
pub struct Ticket<'a> {
    pub title: &'a str,
    pub description: Option<&'a str>,
    pub team_id: Option<TeamId>,
    pub priority: Priority,
    pub category: Option<&'a str>,
    /// The conversation that it comes from, which whoever begins it must see.
    pub linked: Option<ConversationId>,
}

impl Ticket<'_> {
    /// Begins it, with the next number of its team.
    pub async fn begin(&self, change: &mut Transaction, granted: &Granted) -> Result<ConversationId, Problem> {
        let problems: Vec<_> = [
            check_text("/title", Some(self.title), 255),
            check_text("/description", self.description, 10_000),
            check_text("/category", self.category, 100),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        let prefix = match self.team_id {
            Some(team) => {
                let unknown = || Problem::field("/team_id", "unknown_team", "is not a team of this tenant");
                teams::load(change.conn(), team).await?.ok_or_else(unknown)?.ticket_prefix
            }
            None => NO_TEAMS_PREFIX.to_owned(),
        };
        if let Some(linked) = self.linked {
            super::visible(change.conn(), granted, linked).await?;
        }
        let tenant = change.tenant();
        let number = creation::ticket_number(change.conn(), tenant, &prefix).await?;
        let id = ConversationId::new();
        let new = NewInternal {
            title: Some(self.title.trim()),
            description: self.description,
            team_id: self.team_id,
            ticket_number: Some(&number),
            linked_conversation_id: self.linked,
            priority: self.priority,
            category: self.category,
            ..blank(id, ConversationType::InternalTicket, granted.user)
        };
        change.begin_internal(&new, &[]).await?;
        Ok(id)
    }
}

fn blank(id: ConversationId, kind: ConversationType, created_by: UserId) -> NewInternal<'static> {
    static NOTHING: std::sync::LazyLock<serde_json::Value> = std::sync::LazyLock::new(|| json!({}));
    NewInternal {
        id,
        kind,
        created_by,
        title: None,
        slug: None,
        description: None,
        is_private: false,
        brand: None,
        team_id: None,
        ticket_number: None,
        linked_conversation_id: None,
        priority: Priority::Normal,
        category: None,
        metadata: &NOTHING,
    }
}

/// Refuses people who do not exist or are not active.
async fn check_people(change: &mut Transaction, people: &[UserId]) -> Result<(), Problem> {
    let active = users::active_among(change.conn(), people).await?;
    match people.iter().position(|user| !active.contains(user)) {
        Some(place) => {
            let pointer = format!("/members/{place}");
            Err(Problem::field(&pointer, "unknown_user", "is not an active person of this tenant"))
        }
        None => Ok(()),
    }
}

/// Says what is wrong with a text, if it is there and something is.
pub fn check_text(pointer: &str, text: Option<&str>, most: usize) -> Option<FieldProblem> {
    let text = text?;
    let fits = !text.trim().is_empty() && text.chars().count() <= most;
    (!fits).then(|| FieldProblem::new(pointer, "length", format!("must have 1 to {most} characters")))
}

/// A channel's name as an address has it.
fn slug_of(title: &str) -> String {
    let words = title.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    // Nothing of a name in another script is left.
    if slug.is_empty() { format!("channel-{}", &uuid::Uuid::now_v7().simple().to_string()[20..]) } else { slug }
}

#[cfg(test)]
mod tests {
    use super::slug_of;
    use crate::slug::is_slug;

    #[test]
    fn every_name_has_an_address() {
        assert_eq!(slug_of("  Dev & Ops!"), "dev-ops");
        for title in ["#general", "Ärger", "客服", "2026"] {
            assert!(is_slug(&slug_of(title), &['-'], 255), "{title}");
        }
    }
}
