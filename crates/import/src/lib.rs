//! What other systems knew: companies, contacts, conversations and messages, one JSON object a line.
//!
//! [`record`] is the format, described in `docs/import.md`; [`Importer`] reads it in batches, each of which is one
//! transaction: what became of every line is committed together with how far the import has come, so that it can end
//! anywhere and go on there. [`chatwoot`] makes such lines of what Chatwoot's API answers.
//!
//! What is brought over happened long ago. It therefore goes past the crate `inbox`: nothing of it is unread, no rule is
//! asked, nobody is told, and the event log says of a conversation that it was imported, not what was said in it
//! (ADR 0024).

#![deny(clippy::disallowed_methods, missing_docs)]

mod batch;
pub mod chatwoot;
mod check;
mod content;
mod directory;
mod importer;
mod lines;
pub mod record;
mod report;
mod write;

pub use importer::{Importer, Options};
pub use record::{Record, schema};
pub use report::{Code, Finding, Outcome, Report};

/// Why an import could not go on. What has been committed stays, and the same import goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input cannot be read any further.
    #[error("the input cannot be read")]
    Input(#[from] std::io::Error),
    /// An account that a name was to mean does not exist.
    #[error("there is no connection `{0}`, or there are several of this name")]
    UnknownConnection(String),
    /// Another process imports from the same system, and is further.
    #[error("another process is importing from `{0}`")]
    Overtaken(String),
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The job that ends a snooze could not be stored.
    #[error(transparent)]
    Queue(#[from] queue::EnqueueError),
}
