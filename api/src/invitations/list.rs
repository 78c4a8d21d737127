//! `GET /api/v1/invitations`

use super::ShownInvitation;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Query, paging},
};
use domain::role::Permission;
use store::invitations;

/// List invitations
///
/// Those that were neither accepted nor taken back; also those whose link has expired.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "users", params(Paging),
    security(("access_token" = ["manage_users"])),
    responses((status = 200, description = "A page", body = Page<ShownInvitation>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownInvitation>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::ManageUsers).await?;
    let rows = invitations::list(&mut tx, after, paging.limit().rows()).await?;
    let cursor = |invitation: &invitations::Invitation| paging::by_id(invitation.id.0);
    Ok(axum::Json(Page::of(rows, paging.limit(), cursor, ShownInvitation::from)))
}
