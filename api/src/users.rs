//! People of the tenant.

pub mod create;
pub mod get;
pub mod list;
pub mod password;
pub mod password_reset;
pub mod second_factor;
pub mod sessions;
pub mod update;

use crate::problem::{Code, FieldProblem, Problem};
use chrono::{DateTime, Utc};
use domain::{TeamId, UserId, role::RoleKey};
use serde::Serialize;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::users::{
    self, User,
    details::{self, Details},
};

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
    role: RoleKey,
    /// The teams they are in.
    #[schema(value_type = Vec<uuid::Uuid>)]
    team_ids: Vec<TeamId>,
    /// Whether they may log in and act.
    active: bool,
    /// Whether they are asked for a second factor when they log in.
    has_second_factor: bool,
    /// Since when.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl ShownUser {
    fn new(user: User, details: Details) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            team_ids: details.teams,
            active: user.active,
            has_second_factor: details.has_second_factor,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What is shown of a person.
pub async fn show(conn: &mut PgConnection, user: User) -> Result<ShownUser, Problem> {
    let details = details::of(conn, &[user.id]).await?.remove(&user.id);
    Ok(ShownUser::new(user, details.unwrap_or_default()))
}

/// What is shown of many people besides their rows.
async fn details_of(conn: &mut PgConnection, people: &[User]) -> Result<BTreeMap<UserId, Details>, Problem> {
    let ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
    Ok(details::of(conn, &ids).await?)
}

/// A person who must exist.
async fn required(conn: &mut PgConnection, id: UserId) -> Result<User, Problem> {
    Ok(users::load(conn, id).await?.ok_or(Code::NotFound)?)
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
pub fn check_email(pointer: &str, email: &str) -> Result<(), FieldProblem> {
    let plausible = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email.matches('@').count() == 1
        && email.chars().count() <= 255;
    if plausible { Ok(()) } else { Err(FieldProblem::new(pointer, "email", "must be an email address")) }
}
