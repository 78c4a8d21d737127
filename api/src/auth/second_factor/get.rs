//! `GET /api/v1/auth/second-factor`

use crate::{
    auth::{Caller, Needs},
    problem::Problem,
};
use serde::Serialize;
use store::second_factors;

/// Your second factor.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SecondFactor {
    /// Whether it is asked for when you log in.
    set: bool,
    /// How many recovery codes are left.
    recovery_codes_left: i64,
}

/// Read about your second factor
#[utoipa::path(get, path = "/api/v1/auth/second-factor", tag = "auth",
    responses((status = 200, description = "Whether there is one, and what is left", body = SecondFactor)))]
pub async fn get(caller: Caller) -> Result<axum::Json<SecondFactor>, Problem> {
    let (mut tx, _) = caller.begin(Needs::Oneself).await?;
    caller.session()?;
    let set = second_factors::is_confirmed(&mut tx, caller.user).await?;
    let recovery_codes_left = second_factors::recovery_codes_left(&mut tx, caller.user).await?;
    Ok(axum::Json(SecondFactor { set, recovery_codes_left }))
}
