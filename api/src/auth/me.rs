//! `GET /api/v1/auth/me`

use super::{Caller, Needs};
use crate::{
    problem::{Code, Problem},
    users::{self as people, ShownUser},
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
    /// What their role allows, or the API key that is used.
    #[schema(schema_with = crate::openapi::permissions)]
    permissions: Vec<Permission>,
    /// Whether they have to set up a second factor before they can do anything else.
    must_set_up_second_factor: bool,
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
    let (mut tx, granted) = caller.begin(Needs::Oneself).await?;
    let user = users::load(&mut tx, caller.user).await?.ok_or(Code::Unauthenticated)?;
    let tenant = tenants::current(&mut tx).await?.ok_or(Code::Unauthenticated)?;
    let permissions = granted.permissions.iter().collect();
    let tenant = ShownTenant { id: tenant.id, slug: tenant.slug, name: tenant.name };
    let user = people::show(&mut tx, user).await?;
    Ok(axum::Json(Me { user, tenant, permissions, must_set_up_second_factor: granted.lacks_second_factor }))
}
