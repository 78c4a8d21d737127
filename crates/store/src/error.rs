//! What can go wrong with a statement, with the name of a broken constraint kept for the caller.

use sqlx::{
    error::DatabaseError,
    postgres::{PgDatabaseError, PgSeverity},
};

/// The result of a statement.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A statement failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row contradicts a constraint: usually the client's mistake, which the caller can name.
    #[error("constraint `{}` refused the row", .0.name)]
    Constraint(Constraint),
    /// The database cannot be reached, or is going away: the same call may succeed soon.
    #[error("the database cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else.
    #[error(transparent)]
    Sql(sqlx::Error),
    /// A stored value is not what its column promises.
    #[error("stored value of `{column}` cannot be read: {reason}")]
    Corrupt {
        /// Which column.
        column: &'static str,
        /// Why.
        reason: String,
    },
}

/// The constraint that refused a row.
#[derive(Debug)]
pub struct Constraint {
    /// Its name in the schema.
    pub name: String,
    /// Whether it asks for uniqueness (otherwise it is a check or a reference).
    pub unique: bool,
}

impl Error {
    /// Whether the row was refused by this uniqueness constraint.
    pub fn is_unique_violation_of(&self, name: &str) -> bool {
        matches!(self, Self::Constraint(constraint) if constraint.unique && constraint.name == name)
    }

    /// A stored value that cannot be read.
    pub fn corrupt(column: &'static str, reason: impl Into<Box<dyn std::error::Error>>) -> Self {
        Self::Corrupt { column, reason: reason.into().to_string() }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        match constraint_of(&error) {
            Some(constraint) => Self::Constraint(constraint),
            None => Self::Sql(error),
        }
    }
}

fn constraint_of(error: &sqlx::Error) -> Option<Constraint> {
    let database = error.as_database_error()?;
    Some(Constraint { name: database.constraint()?.to_owned(), unique: database.is_unique_violation() })
}

/// Connection failures, the administrator's shutdown (57P01–57P03), too many connections (53300), a server that cannot
/// write now, such as a standby (25006), and whatever else makes the server hang up.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(database) => {
            let is_known = |code: &str| matches!(code, "57P01" | "57P02" | "57P03" | "53300" | "25006");
            hangs_up(database.as_ref()) || database.code().is_some_and(|code| is_known(&code))
        }
        _ => false,
    }
}

fn hangs_up(error: &dyn DatabaseError) -> bool {
    let error = error.try_downcast_ref::<PgDatabaseError>();
    error.is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}
