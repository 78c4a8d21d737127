//! `GET /api/v1/contacts/{id}/suggestions` and `POST /api/v1/contacts/{id}/suggestions/{other}/dismiss`: who may be the same
//! person

use super::{led_on, visible};
use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, Utc};
use domain::{ContactId, role::Permission};
use http::StatusCode;
use serde::Serialize;
use sqlx::PgConnection;
use store::contacts::suggestions::{self, Shared, Suggestion};

/// Another contact who may be the same person.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ContactSuggestion {
    /// Who.
    contact: SuggestedContact,
    /// How likely it is.
    confidence: Confidence,
    /// Why: what both have, the most telling first.
    reasons: Vec<Reason>,
}

/// Who may be the same person.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SuggestedContact {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ContactId,
    /// What they are called.
    name: Option<String>,
    /// Their number.
    phone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
    /// Since when they are known.
    created_at: DateTime<Utc>,
}

/// How likely it is that two contacts are one person.
#[derive(Clone, Copy, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Both have proven the same number or address. They were not joined because a channel knows them as two.
    High,
    /// One of them has proven it.
    Medium,
    /// Of both somebody says so.
    Low,
}

/// A number or address that two contacts have.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// `phone` or `email`.
    kind: String,
    /// The number or address.
    value: String,
    /// How many of the two have proven that it is theirs: 0 to 2.
    proven_by: u8,
}

impl From<Suggestion> for ContactSuggestion {
    fn from(suggestion: Suggestion) -> Self {
        let Suggestion { id, name, phone, email, created_at, shared } = suggestion;
        let confidence = match shared.iter().map(|shared| shared.proven).max() {
            Some(2..) => Confidence::High,
            Some(1) => Confidence::Medium,
            Some(0) | None => Confidence::Low,
        };
        let reason = |Shared { kind, value, proven }| Reason { kind, value, proven_by: proven };
        let contact = SuggestedContact { id, name, phone, email, created_at };
        Self { contact, confidence, reasons: shared.into_iter().map(reason).collect() }
    }
}

/// List who may be the same person
///
/// Contacts that share a number or an e-mail address which not both have proven to be theirs. They are joined by a person,
/// with `merge`, or said to be two.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/suggestions", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The likeliest first; 20 at most", body = [ContactSuggestion]),
              (status = 308, description = "They were merged; Location says into whom"),
              (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ContactId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, &granted, id).await?;
    if let Some(elsewhere) = led_on(&contact, "/suggestions") {
        return Ok(elsewhere);
    }
    Ok(axum::Json(of(&mut tx, &granted, id).await?).into_response())
}

/// The suggestions that the person may see.
pub async fn of(conn: &mut PgConnection, granted: &Granted, id: ContactId) -> Result<Vec<ContactSuggestion>, Problem> {
    Ok(suggestions::of(conn, id, &granted.sight).await?.into_iter().map(Into::into).collect())
}

/// Say that two contacts are two people
#[utoipa::path(post, path = "/api/v1/contacts/{id}/suggestions/{other}/dismiss", tag = "contacts",
    params(("id" = uuid::Uuid, Path), ("other" = uuid::Uuid, Path)),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 204, description = "They are not suggested any more"),
              (status = 404, description = "`not_found`")))]
pub async fn dismiss(
    State(api): State<Api>,
    caller: Caller,
    Path((id, other)): Path<(ContactId, ContactId)>,
) -> Result<StatusCode, Problem> {
    let (mut tx, granted) = caller.begin(Permission::EditContacts).await?;
    visible(&mut tx, &granted, id).await?;
    visible(&mut tx, &granted, other).await?;
    if id == other {
        return Err(Code::NotFound.into());
    }
    suggestions::dismiss(&mut tx, caller.tenant, [id, other], granted.user, api.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
