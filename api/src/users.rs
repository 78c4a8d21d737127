//! People of the tenant.

pub mod create;
pub mod get;
pub mod list;
pub mod password;
pub mod update;

use crate::problem::FieldProblem;
use chrono::{DateTime, Utc};
use domain::{UserId, role::Role};
use serde::Serialize;
use store::users::User;

/// A person of the tenant.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = User)]
pub struct ShownUser {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    /// The address they log in with.
    email: String,
    /// What others call them.
    name: String,
    /// What they may do.
    #[schema(schema_with = crate::openapi::role)]
    role: Role,
    /// Whether they may log in and act.
    active: bool,
    /// Since when.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl From<User> for ShownUser {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            active: user.active,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// Says what is wrong with the name of a person or thing: 1 to 255 characters, not blank.
pub fn check_name(pointer: &str, name: &str) -> Result<(), FieldProblem> {
    if name.trim().is_empty() {
        return Err(FieldProblem::new(pointer, "too_short", "must not be empty"));
    }
    if name.chars().count() > 255 {
        return Err(FieldProblem::new(pointer, "too_long", "must have at most 255 characters"));
    }
    Ok(())
}

/// An address is believed when somebody logs in with it; here only slips are caught.
fn check_email(pointer: &str, email: &str) -> Result<(), FieldProblem> {
    let plausible = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email.matches('@').count() == 1
        && email.chars().count() <= 255;
    if plausible { Ok(()) } else { Err(FieldProblem::new(pointer, "email", "must be an email address")) }
}
