//! `GET /api/v1/roles`

use super::ShownRole;
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
};
use domain::role::Role;
use serde::Serialize;
use store::roles;

/// Every role.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Roles {
    /// The built-in ones from the widest to the narrowest, then those of your own by name.
    items: Vec<ShownRole>,
}

/// List roles
#[utoipa::path(get, path = "/api/v1/roles", tag = "roles",
    responses((status = 200, description = "All of them", body = Roles)))]
pub async fn list(caller: Caller) -> Result<axum::Json<Roles>, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let own = roles::list(&mut tx).await?.into_iter().map(ShownRole::from);
    Ok(axum::Json(Roles { items: Role::ALL.iter().copied().map(ShownRole::from).chain(own).collect() }))
}
