//! `GET /api/v1/auth/me`

use super::Caller;
use crate::{
    problem::{Code, Problem},
    users::ShownUser,
};
use domain::{TenantId, role::Permission};
use serde::Serialize;
use store::{tenants, users};

/// Who is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Me {
    /// The person.
    user: ShownUser,
    /// Whose data they work with.
    tenant: ShownTenant,
    /// What their role allows.
    permissions: Vec<&'static str>,
}

/// A tenant.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ShownTenant {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: TenantId,
    /// What people type to name it.
    slug: String,
    /// What people call it.
    name: String,
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth",
    responses((status = 200, description = "The person, the tenant, and what the role allows", body = Me)))]
pub async fn me(caller: Caller) -> Result<axum::Json<Me>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let user = users::load(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    let tenant = tenants::current(&mut tx).await?.ok_or(Code::Unauthenticated)?;
    let permissions = PERMISSIONS.iter().filter(|(p, _)| granted.role.may(*p)).map(|(_, name)| *name).collect();
    let tenant = ShownTenant { id: tenant.id, slug: tenant.slug, name: tenant.name };
    Ok(axum::Json(Me { user: user.into(), tenant, permissions }))
}

/// What a role may allow, by the names that clients know.
const PERMISSIONS: [(Permission, &str); 7] = [
    (Permission::ManageUsers, "manage_users"),
    (Permission::ManageConnections, "manage_connections"),
    (Permission::ManageRules, "manage_rules"),
    (Permission::ReplayDeliveries, "replay_deliveries"),
    (Permission::ReadRules, "read_rules"),
    (Permission::ReadAllConversations, "read_all_conversations"),
    (Permission::WorkConversations, "work_conversations"),
];
