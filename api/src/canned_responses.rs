//! Canned responses: texts that are put into replies, with what is known filled in.

pub mod create;
pub mod delete;
pub mod list;
pub mod render;
pub mod update;

use crate::{
    conversations::create::check_text,
    problem::{Code, FieldProblem, Problem},
    replies::SharedWith,
    slug::is_slug,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::replies::canned::Canned;
use uuid::Uuid;

/// The longest text.
const LONGEST: usize = 10_000;

/// A canned response.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CannedResponse)]
pub struct ShownCanned {
    /// Which.
    id: Uuid,
    /// What is typed behind a slash.
    shortcut: String,
    /// What it is about.
    title: String,
    /// What it says, with variables such as `{{contact.name}}`.
    text: String,
    /// Who may use it.
    shared_with: SharedWith,
    /// The last change.
    updated_at: DateTime<Utc>,
}

impl From<Canned> for ShownCanned {
    fn from(canned: Canned) -> Self {
        Self {
            id: canned.id,
            shortcut: canned.shortcut,
            title: canned.title,
            text: canned.text,
            shared_with: canned.shelf.into(),
            updated_at: canned.updated_at,
        }
    }
}

/// Refuses one that cannot be stored.
fn check(canned: &Canned) -> Result<(), Problem> {
    let wrong = "must have lower-case letters, digits, hyphens and underscores, at most 50";
    let mut problems: Vec<_> = [
        (!is_slug(&canned.shortcut, &['-', '_'], 50)).then(|| FieldProblem::new("/shortcut", "shortcut", wrong)),
        check_text("/title", Some(&canned.title), 255),
        check_text("/text", Some(&canned.text), LONGEST),
    ]
    .into_iter()
    .flatten()
    .collect();
    problems.extend(variables(&canned.text, "/text"));
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

/// What is wrong with the variables of a text.
pub fn variables(text: &str, pointer: &str) -> Vec<FieldProblem> {
    rules::check_variables(text, pointer).into_iter().map(crate::rules::pointed_at).collect()
}

/// A taken shortcut, or whatever else the database says.
fn taken(error: store::Error) -> Problem {
    if error.is_unique_violation_of("canned_responses_shortcut_key") { Code::NameTaken.into() } else { error.into() }
}
