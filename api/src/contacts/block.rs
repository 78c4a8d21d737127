//! `PUT` and `DELETE /api/v1/contacts/{id}/block`

use super::{ShownContact, changeable, required};
use crate::{auth::Caller, problem::Problem, request::Path};
use domain::{ContactId, UserId, role::Permission};

/// Block a contact
///
/// What they write from now on begins no conversation, notifies nobody and starts no rule. It stays among the deliveries,
/// where it can be processed again once they are not blocked any more.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/block", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 200, description = "The contact, blocked", body = ShownContact),
              (status = 404, description = "`not_found`"), (status = 409, description = "`contact_merged`")))]
pub async fn block(caller: Caller, Path(id): Path<ContactId>) -> Result<axum::Json<ShownContact>, Problem> {
    set(&caller, id, Some(caller.user)).await
}

/// Block a contact no longer
#[utoipa::path(delete, path = "/api/v1/contacts/{id}/block", tag = "contacts", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 200, description = "The contact, who is heard again", body = ShownContact),
              (status = 404, description = "`not_found`"), (status = 409, description = "`contact_merged`")))]
pub async fn unblock(caller: Caller, Path(id): Path<ContactId>) -> Result<axum::Json<ShownContact>, Problem> {
    set(&caller, id, None).await
}

async fn set(caller: &Caller, id: ContactId, by: Option<UserId>) -> Result<axum::Json<ShownContact>, Problem> {
    let (mut change, granted) = caller.change(Permission::EditContacts).await?;
    changeable(change.conn(), &granted, id).await?;
    change.set_blocked(id, by).await?;
    let shown = required(change.conn(), id).await?;
    change.commit().await?;
    Ok(axum::Json(shown))
}
