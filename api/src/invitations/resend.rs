//! `POST /api/v1/invitations/{id}/resend`

use super::{LIFETIME, ShownInvitation};
use crate::{
    auth::{Caller, Record},
    links,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{InvitationId, role::Permission};
use http::StatusCode;
use store::{invitations, mailed_links::Purpose};

/// Send an invitation again
///
/// With a new link; those before are good for nothing from now on.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/resend", tag = "users", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_users"])),
    responses((status = 202, description = "The e-mail is on its way", body = ShownInvitation),
              (status = 403, description = "`forbidden`; `beyond_your_own`: the role allows more than yours"),
              (status = 404, description = "`not_found`: accepted or taken back"),
              (status = 409, description = "`mail_not_configured`")))]
pub async fn resend(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<InvitationId>,
) -> Result<(StatusCode, axum::Json<ShownInvitation>), Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageUsers).await?;
    let invitation = invitations::lock(change.conn(), id).await?.ok_or(Code::NotFound)?;
    links::must_send_mail(&api)?;
    granted.may_give_role(change.conn(), invitation.role, "").await?;
    links::send(&api, &mut change, Purpose::Invitation(id), LIFETIME).await?;
    let invitation = invitations::load(change.conn(), id).await?.ok_or(Code::Conflict)?;
    let invitation = ShownInvitation::from(invitation);
    change.commit(Record::new("invitation.resent").of(id).after(&invitation)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(invitation)))
}
