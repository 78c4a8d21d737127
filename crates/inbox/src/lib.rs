//! What a change of a conversation entails, in one transaction.
//!
//! People change conversations through the API, contacts through their channel, rules by themselves. Whoever does it,
//! the same follows: the row moves under its lock, the event log says so with a number of the conversation's stream,
//! rules that wait for such an event get a job, and what has to leave the house gets a send job. A [`Transaction`]
//! collects all this and writes it at once, so that it happens together or not at all.

#![deny(clippy::disallowed_methods, missing_docs)]

mod announcer;
mod assignment;
mod begin;
mod connection;
mod contact;
mod conversation;
mod enrichment;
mod hear;
mod internal;
mod merging;
mod metrics;
mod outgoing;
mod rating;
mod report;
mod say;
mod transaction;
mod triage;
mod window;

pub use begin::{Addressee, BeginError};
pub use connection::{follow_connection, lost_before, start_polls};
pub use contact::ContactMergeError;
pub use conversation::{Fields, Step};
pub use enrichment::Asking;
pub use hear::{Heard, said};
pub use internal::{Internal, InternalError};
pub use merging::MergeError;
pub use outgoing::{Outgoing, SendError, Writer};
pub use rating::{Answered, DueRating, RATING_QUESTION, survey_hash};
pub use report::{Report, Reported};
pub use say::Say;
pub use transaction::{Cause, Inbox, Transaction};
pub use window::{ServiceWindow, WindowClosed};

/// Why a change was refused, or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such conversation.
    #[error("no such conversation")]
    NotFound,
    /// Its status may not become that.
    #[error("a {kind} conversation that is `{from}` may not become `{to}`")]
    Transition {
        /// What the conversation is for.
        kind: domain::conversation::ConversationType,
        /// Where it stands.
        from: domain::conversation::Status,
        /// Where it was meant to go.
        to: domain::conversation::Status,
    },
    /// It is not closed for this reason, or without one.
    #[error(transparent)]
    Unreasoned(#[from] domain::close_reason::Unreasoned),
    /// Nobody is at the other end of a channel.
    #[error("a conversation among people of the tenant goes over no channel")]
    NoCustomer,
    /// Conversations of this type are nobody's in particular.
    #[error("a {0} conversation is not assigned")]
    NotAssignable(domain::conversation::ConversationType),
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The jobs that follow could not be written.
    #[error(transparent)]
    Queue(#[from] queue::EnqueueError),
}
