//! Roles: the four built-in ones, and those of the tenant's own.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod update;

use crate::problem::{Code, FieldProblem, Problem};
use chrono::{DateTime, Utc};
use domain::role::{Permission, Role as BuiltIn, RoleKey};
use serde::Serialize;
use sqlx::PgConnection;
use store::roles::{self, Role};

/// A role.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = DescribedRole)]
pub struct ShownRole {
    /// What people have as their `role`: the name of a built-in one, the id of one of your own.
    #[schema(schema_with = crate::openapi::role)]
    id: RoleKey,
    /// What people call it.
    name: String,
    /// What it is for.
    description: String,
    /// What it allows.
    #[schema(schema_with = crate::openapi::permissions)]
    permissions: Vec<Permission>,
    /// Whether it is built in, and cannot be changed.
    built_in: bool,
    /// Since when, if it is your own.
    created_at: Option<DateTime<Utc>>,
    /// The last change, if it is your own.
    updated_at: Option<DateTime<Utc>>,
}

impl From<BuiltIn> for ShownRole {
    fn from(role: BuiltIn) -> Self {
        let (name, description) = match role {
            BuiltIn::Admin => ("Admin", "Configures everything and sees everything."),
            BuiltIn::Supervisor => ("Supervisor", "Leads teams: sees their conversations, and says who works on them."),
            BuiltIn::TeamLead => ("Team lead", "Leads a team, with less to say about conversations that are over."),
            BuiltIn::Agent => ("Agent", "Answers conversations."),
        };
        Self {
            id: role.into(),
            name: name.to_owned(),
            description: description.to_owned(),
            permissions: role.permissions().iter().collect(),
            built_in: true,
            created_at: None,
            updated_at: None,
        }
    }
}

impl From<Role> for ShownRole {
    fn from(role: Role) -> Self {
        Self {
            id: RoleKey::Custom(role.id),
            name: role.name,
            description: role.description,
            permissions: role.permissions.iter().collect(),
            built_in: false,
            created_at: Some(role.created_at),
            updated_at: Some(role.updated_at),
        }
    }
}

/// A role of your own that must exist; a built-in one cannot be meant.
async fn required(conn: &mut PgConnection, key: RoleKey) -> Result<Role, Problem> {
    let id = key.custom().ok_or(Code::BuiltIn)?;
    Ok(roles::load(conn, id).await?.ok_or(Code::NotFound)?)
}

/// A name that another role has is a conflict.
fn named(error: store::Error) -> Problem {
    if error.is_unique_violation_of("roles_name_key") { Code::NameTaken.into() } else { error.into() }
}

/// Says what is wrong with a short name: 1 to 50 characters, not blank.
pub fn check_short_name(pointer: &str, name: &str) -> Result<(), FieldProblem> {
    match name.trim().chars().count() {
        0 => Err(FieldProblem::new(pointer, "too_short", "must not be empty")),
        1..=50 => Ok(()),
        _ => Err(FieldProblem::new(pointer, "too_long", "must have at most 50 characters")),
    }
}

/// Says what is wrong with a description: at most 1,000 characters.
pub fn check_description(pointer: &str, description: &str) -> Result<(), FieldProblem> {
    if description.chars().count() <= 1000 {
        return Ok(());
    }
    Err(FieldProblem::new(pointer, "too_long", "must have at most 1000 characters"))
}
