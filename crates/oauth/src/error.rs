//! Why there is no access, in words that are safe to store and show: never a token, a code or a body.

use std::time::Duration;

/// Why there is no access.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Only a person can help: by authorizing anew, or by mending the settings.
    #[error("{why}")]
    NeedsPerson {
        /// What is wrong, as the connection's status shows it.
        why: String,
        /// Whether the connection is marked, so that its jobs are held back. One that is switched off is not.
        is_parked: bool,
    },
    /// Not now. Nothing was lost, and asking again may help.
    #[error("{why}")]
    Unavailable {
        /// When asking again makes sense, if that is known.
        after: Option<Duration>,
        /// What is in the way.
        why: String,
    },
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A change of the connection, or the job that follows from it, could not be made.
    #[error(transparent)]
    Change(#[from] inbox::Error),
    /// What is stored cannot be opened.
    #[error("the {what} cannot be opened")]
    Sealed {
        /// What it is; never its value.
        what: String,
        /// Why.
        source: vault::Error,
    },
}

impl Error {
    pub(crate) fn needs_person(why: impl Into<String>) -> Self {
        Self::NeedsPerson { why: why.into(), is_parked: false }
    }

    pub(crate) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { after: None, why: why.into() }
    }

    /// Whether the database could not be reached, so that the same may succeed soon.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Store(store::Error::Unavailable(_)))
            || matches!(self, Self::Change(inbox::Error::Store(store::Error::Unavailable(_))))
    }
}

impl From<queue::EnqueueError> for Error {
    fn from(error: queue::EnqueueError) -> Self {
        Self::Change(error.into())
    }
}
