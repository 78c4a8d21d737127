//! `GET /api/v1/contacts/{id}`

use super::{ShownContact, led_on, visible, with_identities};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Path, tagged},
};
use axum::response::Response;
use domain::{ContactId, role::Permission};

/// Read a contact
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The contact, with an ETag", body = ShownContact),
              (status = 308, description = "They were merged; Location says into whom"),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, &granted, id).await?;
    if let Some(elsewhere) = led_on(&contact, "") {
        return Ok(elsewhere);
    }
    Ok(tagged(contact.version, with_identities(&mut tx, contact).await?))
}
