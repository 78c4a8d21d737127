//! `GET /api/v1/contacts/{id}/overview`

use super::{
    ShownContact,
    facts::ShownFact,
    led_on,
    suggestions::{self, ContactSuggestion},
    visible, with_identities,
};
use crate::{auth::Caller, companies::ShownCompany, conversations::ShownConversation, problem::Problem, request::Path};
use axum::response::{IntoResponse as _, Response};
use domain::{ContactId, conversation::Status, role::Permission};
use serde::Serialize;
use store::{
    companies,
    contacts::facts,
    conversations::{filter::Filter, list},
};

/// How many conversations are shown; the list has the others.
const LATEST: i64 = 20;

/// Everything that is known about a contact.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContactOverview {
    /// The contact with its addresses.
    contact: ShownContact,
    /// Whom they work for.
    company: Option<ShownCompany>,
    /// What plugins know about them, connection by connection, the most telling first.
    facts: Vec<ShownFact>,
    /// Their conversations that the person sees, the latest change first; 20 at most.
    conversations: Vec<ShownConversation>,
    /// How many there are of these.
    conversation_count: i64,
    /// How many of these are neither resolved nor closed.
    open_conversation_count: i64,
    /// Who may be the same person.
    suggestions: Vec<ContactSuggestion>,
}

/// Read everything that is known about a contact
///
/// What plugins told last; reading the facts has them asked again.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/overview", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "All of it", body = ContactOverview),
              (status = 308, description = "They were merged; Location says into whom"),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, &granted, id).await?;
    if let Some(elsewhere) = led_on(&contact, "/overview") {
        return Ok(elsewhere);
    }
    let company = match contact.company_id {
        Some(company) => companies::one(&mut tx, company).await?.map(ShownCompany::from),
        None => None,
    };
    let facts = facts::of_contact(&mut tx, id).await?.into_iter().map(ShownFact::from).collect();
    let suggestions = suggestions::of(&mut tx, &granted, id).await?;
    let contact = with_identities(&mut tx, contact).await?;
    let theirs = Filter { contact: Some(id), ..Filter::default() };
    let conversations = list::page(&mut tx, &granted.sight, &theirs, None, LATEST).await?;
    let conversation_count = list::count(&mut tx, &granted.sight, &theirs).await?;
    let is_open = |status: &Status| !matches!(status, Status::Resolved | Status::Closed);
    let open = Status::ALL.iter().copied().filter(is_open).collect();
    let open = Filter { statuses: Some(open), ..theirs };
    let open_conversation_count = list::count(&mut tx, &granted.sight, &open).await?;
    Ok(axum::Json(ContactOverview {
        contact,
        company,
        facts,
        conversations: conversations.into_iter().map(ShownConversation::from).collect(),
        conversation_count,
        open_conversation_count,
        suggestions,
    })
    .into_response())
}
