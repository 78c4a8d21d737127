//! What a plugin remembers about a connection between calls.

use std::fmt;

use crate::error::{ErrorKind, PluginError};

/// Small values under names, of one connection. Nothing is shared between connections.
///
/// Calls of one connection run side by side: what depends on the value it replaces is written with
/// [`Write::if_version`], and tried anew after a [`StateFailure::Conflict`].
pub trait State {
    /// The entry of a name.
    fn get(&self, key: &str) -> Result<Option<Entry>, StateFailure>;

    /// Writes a value and returns its version.
    fn put(&self, key: &str, value: &[u8], write: Write) -> Result<u64, StateFailure>;

    /// Removes an entry; one that is not there is no failure.
    fn delete(&self, key: &str) -> Result<(), StateFailure>;
}

/// A value that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Any bytes.
    pub value: Vec<u8>,
    /// Changes with every write.
    pub version: u64,
}

/// How a value is written. The default: whatever was there, for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Write {
    /// Only over an entry of this version; 0 means that there must be none.
    pub if_version: Option<u64>,
    /// The entry is gone after this time, in milliseconds.
    pub ttl_ms: Option<u64>,
}

impl Write {
    /// Only if there is no such entry yet.
    pub const NEW: Self = Self { if_version: Some(0), ttl_ms: None };

    /// Only over an entry of this version.
    pub const fn over(version: u64) -> Self {
        Self { if_version: Some(version), ttl_ms: None }
    }

    /// The entry is gone after this time.
    #[must_use]
    pub const fn for_ms(mut self, ttl_ms: u64) -> Self {
        self.ttl_ms = Some(ttl_ms);
        self
    }
}

/// Why state could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateFailure {
    /// The entry is not at the version the write was for.
    Conflict,
    /// Name or value is too long, or the connection has too much; says which.
    TooLarge(String),
    /// This function has no state.
    Denied,
    /// It could not be read or written; says why.
    Unavailable(String),
}

impl fmt::Display for StateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("the entry was changed by another call"),
            Self::TooLarge(why) | Self::Unavailable(why) => f.write_str(why),
            Self::Denied => f.write_str("this function has no state"),
        }
    }
}

impl std::error::Error for StateFailure {}

/// A conflict and an outage pass; the rest is a mistake of the plugin.
impl From<StateFailure> for PluginError {
    fn from(failure: StateFailure) -> Self {
        let kind = match failure {
            StateFailure::Conflict | StateFailure::Unavailable(_) => ErrorKind::Transient,
            StateFailure::TooLarge(_) | StateFailure::Denied => ErrorKind::Internal,
        };
        Self::new(kind, format!("state: {failure}"))
    }
}
