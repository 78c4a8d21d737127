//! `DELETE /api/v1/invitations/{id}`

use super::ShownInvitation;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::{InvitationId, role::Permission};
use http::StatusCode;
use store::invitations;

/// Take an invitation back
///
/// Its link is good for nothing from now on.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 204, description = "Taken back"),
              (status = 404, description = "`not_found`: accepted, or taken back before")))]
pub async fn revoke(caller: Caller, Path(id): Path<InvitationId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageUsers).await?;
    let invitation = invitations::lock(change.conn(), id).await?.ok_or(Code::NotFound)?;
    invitations::remove(change.conn(), id).await?;
    change.commit(Record::new("invitation.revoked").of(id).before(ShownInvitation::from(invitation))).await?;
    Ok(StatusCode::NO_CONTENT)
}
