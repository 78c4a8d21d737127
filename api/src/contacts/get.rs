//! `GET /api/v1/contacts/{id}`

use super::{ShownContact, with_identities};
use crate::{
    auth::{Caller, Granted},
    problem::{Code, Problem},
    request::{Path, tagged},
};
use axum::response::Response;
use domain::{ContactId, role::Permission};
use sqlx::PgConnection;
use store::contacts::list::{self, Contact};

/// Read a contact
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The contact, with an ETag", body = ShownContact),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, granted, id).await?;
    Ok(tagged(contact.version, with_identities(&mut tx, contact).await?))
}

/// A contact that the person may see; anybody else does not exist for them.
pub async fn visible(conn: &mut PgConnection, granted: Granted, id: ContactId) -> Result<Contact, Problem> {
    let contact = list::one(conn, id).await?.ok_or(Code::NotFound)?;
    match granted.confined_to() {
        Some(user) if !list::is_visible(conn, id, user).await? => Err(Code::NotFound.into()),
        _ => Ok(contact),
    }
}
