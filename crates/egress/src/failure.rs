//! What went wrong with a request, in words that are safe to store and show.

use std::error::Error;
use std::io;

use crate::resolve::AddressRefused;

/// A request that brought no usable answer.
///
/// The message names the host and the cause. It never holds a path, a query, a header or a body,
/// because any of them may carry a secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What sort of failure this is.
    pub kind: FailureKind,
    /// Whether bytes of the request may have reached the server, so that the outcome is unknown.
    /// Only `false` is a promise: nothing was handed to any connection.
    pub request_sent: bool,
    /// What happened, for people.
    pub message: String,
}

/// Sorts of [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A policy forbids it; asking again will not help.
    Denied,
    /// No connection: not resolved, refused, TLS failed, or not within the connect timeout.
    Connect,
    /// The time allowed for the whole call ran out.
    Timeout,
    /// The connection ended before the answer was complete.
    Interrupted,
    /// The request or the answer is larger than allowed.
    TooLarge,
    /// Anything else, such as an answer that is not HTTP.
    Other,
}

/// A failure before it is known whether the request had been sent.
#[derive(Debug)]
pub(crate) struct Cause {
    pub kind: FailureKind,
    pub message: String,
}

impl Cause {
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub fn denied(host: &str, why: impl std::fmt::Display) -> Self {
        Self::new(FailureKind::Denied, format!("{host}: {why}"))
    }

    pub fn too_large(host: &str, limit: usize) -> Self {
        Self::new(FailureKind::TooLarge, format!("{host}: the answer is larger than {limit} bytes"))
    }

    /// Reads the sort of failure out of the chain of causes below `error`.
    pub fn from_client(host: &str, error: &reqwest::Error) -> Self {
        if let Some(refused) = find::<AddressRefused>(error) {
            return Self::denied(host, refused);
        }
        if error.is_connect() {
            let why = if error.is_timeout() {
                "no connection within the connect timeout".to_owned()
            } else {
                format!("cannot connect: {}", root(error))
            };
            return Self::new(FailureKind::Connect, format!("{host}: {why}"));
        }
        let wire = find::<hyper::Error>(error);
        let (kind, why) = if wire.is_some_and(hyper::Error::is_parse_too_large) {
            (FailureKind::TooLarge, "the head of the answer is too large")
        } else if wire.is_some_and(hyper::Error::is_parse) {
            (FailureKind::Other, "the answer is not HTTP")
        } else if error.is_builder() {
            (FailureKind::Other, "the request cannot be expressed in HTTP")
        } else {
            (FailureKind::Interrupted, "the connection ended before the answer was complete")
        };
        Self::new(kind, format!("{host}: {why}"))
    }

    pub fn into_failure(self, request_sent: bool) -> Failure {
        Failure { kind: self.kind, request_sent, message: self.message }
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let next = |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        // An io::Error hides the error it wraps: its `source` is the one below that.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &'a (dyn Error + 'static)),
            None => error.source(),
        }
    };
    std::iter::successors(Some(error), next)
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|cause| cause.downcast_ref::<E>())
}

fn root(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}
