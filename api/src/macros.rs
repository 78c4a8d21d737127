//! Macros: several things that are done with a conversation at once.

pub mod actions;
pub mod create;
pub mod delete;
pub mod list;
pub mod run;
pub mod update;

use self::actions::MacroAction;
use crate::{
    conversations::create::check_text,
    problem::{Code, FieldProblem, Problem},
    replies::SharedWith,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::replies::macros::Macro;
use uuid::Uuid;

/// The most actions of one macro.
const MOST_ACTIONS: usize = 20;

/// A macro.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Macro)]
pub struct ShownMacro {
    /// Which.
    id: Uuid,
    /// What people call it.
    name: String,
    /// What it is for.
    description: String,
    /// What it does, one thing after another.
    actions: Vec<MacroAction>,
    /// Who may run it.
    shared_with: SharedWith,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl ShownMacro {
    fn of(stored: Macro) -> Result<Self, Problem> {
        Ok(Self {
            actions: actions_of(&stored)?,
            id: stored.id,
            name: stored.name,
            description: stored.description,
            shared_with: stored.shelf.into(),
            updated_at: stored.updated_at,
        })
    }
}

fn actions_of(stored: &Macro) -> Result<Vec<MacroAction>, Problem> {
    serde_json::from_value(stored.actions.clone())
        .map_err(|error| store::Error::corrupt("macros.actions", error).into())
}

/// Refuses one that cannot be stored.
fn check(name: &str, description: &str, actions: &[MacroAction]) -> Result<(), Problem> {
    let mut problems: Vec<_> = [
        check_text("/name", Some(name), 255),
        (description.chars().count() > 1_000)
            .then(|| FieldProblem::new("/description", "too_long", "must have at most 1000 characters")),
        (actions.is_empty() || actions.len() > MOST_ACTIONS)
            .then(|| FieldProblem::new("/actions", "length", "must be 1 to 20")),
    ]
    .into_iter()
    .flatten()
    .collect();
    for (place, action) in actions.iter().enumerate() {
        problems.extend(action.problems(&format!("/actions/{place}")));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

/// A taken name, or whatever else the database says.
fn taken(error: store::Error) -> Problem {
    if error.is_unique_violation_of("macros_name_key") { Code::NameTaken.into() } else { error.into() }
}
