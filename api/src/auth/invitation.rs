//! `POST /api/v1/auth/invitation`
//!
//! A `POST` that changes nothing: the token stays out of the address, and so out of the logs of whatever is in between.

use crate::{
    problem::{Code, Problem},
    request::Json,
    state::Api,
};
use axum::extract::State;
use domain::role::RoleKey;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::{
    invitations,
    mailed_links::{self, Purpose},
    roles, tenants,
};
use vault::TenantToken;

/// A link that somebody has got.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadInvitation {
    /// What stands behind `#token=` in the link.
    token: String,
}

/// What somebody sees before they accept.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PendingInvitation {
    /// Who invites them: what people call the tenant.
    tenant_name: String,
    /// The address they will log in with.
    email: String,
    /// What they will be: a built-in role by its name, or one of the tenant's own by what people call it.
    role_name: String,
}

/// Read an invitation before it is accepted
///
/// For whoever has the link; it stays good.
#[utoipa::path(post, path = "/api/v1/auth/invitation", tag = "auth", security(()), request_body = ReadInvitation,
    responses((status = 200, description = "Who invites whom, and as what", body = PendingInvitation),
              (status = 410, description = "`link_expired`: used, taken back, replaced or too old")))]
pub async fn read(
    State(api): State<Api>,
    Json(ReadInvitation { token }): Json<ReadInvitation>,
) -> Result<axum::Json<PendingInvitation>, Problem> {
    let token = TenantToken::decode(&token).ok_or(Code::LinkExpired)?;
    let mut tx = api.database.begin(token.tenant).await?;
    let link = mailed_links::redeem(&mut tx, &token.hash(), api.now()).await?;
    let Some(Purpose::Invitation(id)) = link else { return Err(Code::LinkExpired.into()) };
    let invitation = invitations::load(&mut tx, id).await?.ok_or(Code::LinkExpired)?;
    let tenant = tenants::current(&mut tx).await?.ok_or(Code::LinkExpired)?;
    Ok(axum::Json(PendingInvitation {
        tenant_name: tenant.name,
        email: invitation.email,
        role_name: name_of(&mut tx, invitation.role).await?,
    }))
}

async fn name_of(conn: &mut PgConnection, role: RoleKey) -> Result<String, Problem> {
    match role {
        RoleKey::BuiltIn(role) => Ok(role.to_string()),
        RoleKey::Custom(id) => Ok(roles::load(conn, id).await?.ok_or(Code::LinkExpired)?.name),
    }
}
