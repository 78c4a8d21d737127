//! Teams: some of the people, who share a queue.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod members;
pub mod update;

use crate::problem::{Code, FieldProblem, Problem};
use chrono::{DateTime, Utc};
use domain::{TeamId, team::Assignment};
use serde::Serialize;
use sqlx::PgConnection;
use store::teams::{self, Team};

/// A team.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Team)]
pub struct ShownTeam {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: TeamId,
    /// What people call it.
    name: String,
    /// What it is for.
    description: String,
    /// What the numbers of its tickets begin with.
    #[schema(example = "DEV")]
    ticket_prefix: String,
    /// How a conversation in its queue finds somebody.
    #[schema(schema_with = crate::openapi::assignment)]
    assignment: Assignment,
    /// How many conversations a member works on at once, before automatic assignment passes them by; null: any number.
    capacity: Option<i32>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl From<Team> for ShownTeam {
    fn from(team: Team) -> Self {
        Self {
            id: team.id,
            name: team.name,
            description: team.description,
            ticket_prefix: team.ticket_prefix,
            assignment: team.assignment,
            capacity: team.capacity,
            created_at: team.created_at,
            updated_at: team.updated_at,
        }
    }
}

/// A team that must exist.
async fn required(conn: &mut PgConnection, id: TeamId) -> Result<Team, Problem> {
    Ok(teams::load(conn, id).await?.ok_or(Code::NotFound)?)
}

/// A name that another team has is a conflict.
fn named(error: store::Error) -> Problem {
    if error.is_unique_violation_of("teams_name_key") { Code::NameTaken.into() } else { error.into() }
}

/// Says what is wrong with a prefix: a capital, then up to nine capitals and digits.
fn check_prefix(pointer: &str, prefix: &str) -> Result<(), FieldProblem> {
    let mut bytes = prefix.bytes();
    let fits = bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && prefix.len() <= 10;
    if fits {
        return Ok(());
    }
    Err(FieldProblem::new(pointer, "pattern", "must be a capital letter, then up to 9 capital letters and digits"))
}

/// Says what is wrong with a capacity: 1 or more.
fn check_capacity(pointer: &str, capacity: Option<i32>) -> Result<(), FieldProblem> {
    if capacity.is_none_or(|capacity| capacity > 0) {
        return Ok(());
    }
    Err(FieldProblem::new(pointer, "too_small", "must be 1 or more"))
}
