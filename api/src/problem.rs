//! What a client is told when a request fails: RFC 9457 problem details, rendered in one place.
//!
//! Handlers return a [`Problem`]; refusals of the framework (404, 405, 413, 415, …) and panics become one, too. The
//! body is written by [`render`], which alone knows the request's id.

pub mod code;
mod render;

pub use code::Code;
pub use render::{Document, from_panic, render, time_out};

use axum::response::{IntoResponse, Response};
use domain::close_reason::Unreasoned;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{borrow::Cow, time::Duration};

/// Why a request failed, as far as its sender may know.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    errors: Vec<FieldProblem>,
    retry_after: Option<Duration>,
    members: Map<String, Value>,
}

/// What is wrong with one value of a request body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where, as a JSON Pointer (RFC 6901) into the body; empty for the whole.
    pub pointer: String,
    /// What kind of problem, stable for programs.
    pub code: Cow<'static, str>,
    /// What is wrong, for people. Never repeats a secret.
    pub message: String,
}

/// What went wrong with one of several things that a request was about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartProblem {
    /// The HTTP status that it would have by itself.
    status: u16,
    /// What programs decide by.
    code: &'static str,
    /// A short name, the same for every problem of its kind.
    title: &'static str,
    /// What is particular to this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'static, str>>,
    /// The values that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl From<Problem> for PartProblem {
    fn from(problem: Problem) -> Self {
        let code = problem.code;
        let (status, title) = (code.status().as_u16(), code.title());
        Self { status, code: code.as_str(), title, detail: problem.detail, errors: problem.errors }
    }
}

impl FieldProblem {
    /// A problem with the value at `pointer`.
    pub fn new(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into() }
    }

    /// The same problem in a document that holds the faulty one at `prefix`.
    #[must_use]
    pub fn below(self, prefix: &str) -> Self {
        Self { pointer: format!("{prefix}{}", self.pointer), ..self }
    }
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after: None, members: Map::new() }
    }

    /// The fields of the body that are wrong, all at once.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..Self::new(Code::Invalid) }
    }

    /// One field of the body that is wrong.
    pub fn field(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::new(pointer, code, message)])
    }

    /// Adds what is particular to this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says when another try may succeed.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds a member of the problem's own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The kind of problem.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// Something failed that is not the client's affair. The cause is logged here, and goes nowhere else.
    pub fn internal(cause: impl std::error::Error) -> Self {
        tracing::error!(error = %Chain(&cause), "request failed");
        Self::new(Code::Internal)
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl Problem {
    /// Why a row was not deleted: a broken reference says that something depends on it.
    pub fn in_use(error: store::Error) -> Self {
        match error {
            store::Error::Constraint(constraint) if !constraint.unique => Code::InUse.into(),
            error => error.into(),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Unavailable(cause) => {
                tracing::warn!(error = %Chain(cause), "the database cannot be reached");
                Self::new(Code::Unavailable).retry_after(Duration::from_secs(1))
            }
            // A unique row that another request made at the same moment, or a reference that it deleted.
            store::Error::Constraint(constraint) => {
                tracing::info!(constraint = constraint.name, "a constraint refused the row");
                Self::new(Code::Conflict)
            }
            // Class 22 of SQLSTATE: a value that PostgreSQL cannot store, such as text with a NUL in it.
            store::Error::Sql(sqlx::Error::Database(cause))
                if cause.code().is_some_and(|code| code.starts_with("22")) =>
            {
                Self::new(Code::Invalid).detail("The request holds a value that cannot be stored.")
            }
            store::Error::Sql(_) | store::Error::Corrupt { .. } => Self::internal(error),
        }
    }
}

impl From<inbox::Error> for Problem {
    fn from(error: inbox::Error) -> Self {
        match error {
            inbox::Error::NotFound => Code::NotFound.into(),
            inbox::Error::Transition { from, to, .. } => {
                Self::field("/status", "transition", format!("{from} may not become {to}"))
            }
            inbox::Error::Unreasoned(why) => {
                let code = match why {
                    Unreasoned::Missing => "required",
                    Unreasoned::Unknown => "unknown_reason",
                };
                Self::field("/reason", code, why.to_string())
            }
            inbox::Error::NoCustomer | inbox::Error::NotAssignable(_) => {
                Self::new(Code::WrongType).detail(format!("{error}."))
            }
            inbox::Error::Store(error) => error.into(),
            inbox::Error::Queue(error) => Self::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An error with everything that caused it, in one line.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
