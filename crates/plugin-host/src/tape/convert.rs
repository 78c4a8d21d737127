//! Between what stands on a tape and the types of the plugin API.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Answer, Asked, Entry, Unrecorded};
use crate::bindings::signalbox::plugin::types::Header;
use crate::bindings::signalbox::plugin::{crypto, http, state};

/// Bytes that are readable where they are text: a string in JSON, or `{"hex": "…"}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Bytes(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Hex { hex: String },
}

impl TryFrom<Written> for Bytes {
    type Error = hex::FromHexError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Ok(match written {
            Written::Text(text) => Self(text.into_bytes()),
            Written::Hex { hex } => Self(hex::decode(hex)?),
        })
    }
}

impl From<Bytes> for Written {
    fn from(bytes: Bytes) -> Self {
        match String::from_utf8(bytes.0) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Hex { hex: hex::encode(error.as_bytes()) },
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(&self.0).escape_debug())
    }
}

impl Asked {
    pub(crate) fn hmac(hash: crypto::Hash, secret: &str, data: &[u8]) -> Self {
        let hash = match hash {
            crypto::Hash::Sha1 => "sha1",
            crypto::Hash::Sha256 => "sha256",
            crypto::Hash::Sha512 => "sha512",
        };
        Self::Hmac { hash: hash.to_owned(), secret: secret.to_owned(), data: data.to_vec().into() }
    }

    pub(crate) fn send(request: &http::Request) -> Self {
        Self::Send {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: told(&request.headers),
            body: request.body.clone().map(Bytes),
            secret: request.secret.clone(),
            timeout_ms: request.timeout_ms,
        }
    }
}

fn told(headers: &[Header]) -> Vec<(String, Bytes)> {
    headers.iter().map(|header| (header.name.clone(), Bytes(header.value.clone()))).collect()
}

impl Answer {
    pub(crate) fn of_hmac(answer: &Result<Vec<u8>, String>) -> Self {
        match answer {
            Ok(bytes) => Self::Bytes(bytes.clone().into()),
            Err(message) => Self::Refused { kind: String::new(), message: message.clone() },
        }
    }

    pub(crate) fn of_send(answer: &Result<http::Response, http::Failure>) -> Self {
        match answer {
            Ok(response) => Self::Response {
                status: response.status,
                headers: told(&response.headers),
                body: response.body.clone().into(),
            },
            Err(failure) => Self::Failure {
                kind: kind_of(failure.kind).to_owned(),
                message: failure.message.clone(),
                request_sent: failure.request_sent,
            },
        }
    }

    pub(crate) fn of_get(answer: &Result<Option<state::Entry>, state::Failure>) -> Self {
        let entry = |entry: &state::Entry| Entry { value: entry.value.clone().into(), version: entry.version };
        answer.as_ref().map_or_else(Self::of_state_failure, |found| Self::Entry(found.as_ref().map(entry)))
    }

    pub(crate) fn of_put(answer: &Result<u64, state::Failure>) -> Self {
        answer.as_ref().map_or_else(Self::of_state_failure, |version| Self::Version(*version))
    }

    pub(crate) fn of_delete(answer: &Result<(), state::Failure>) -> Self {
        answer.as_ref().map_or_else(Self::of_state_failure, |()| Self::Done)
    }

    fn of_state_failure(failure: &state::Failure) -> Self {
        let (kind, message) = match failure {
            state::Failure::Conflict => ("conflict", ""),
            state::Failure::Denied => ("denied", ""),
            state::Failure::TooLarge(why) => ("too-large", why.as_str()),
            state::Failure::Unavailable(why) => ("unavailable", why.as_str()),
        };
        Self::Refused { kind: kind.to_owned(), message: message.to_owned() }
    }
}

/// The names of the kinds in the plugin API.
pub(crate) const fn kind_of(kind: http::FailureKind) -> &'static str {
    match kind {
        http::FailureKind::Denied => "denied",
        http::FailureKind::Connect => "connect",
        http::FailureKind::Timeout => "timeout",
        http::FailureKind::Interrupted => "interrupted",
        http::FailureKind::TooLarge => "too-large",
        http::FailureKind::Other => "other",
    }
}

/// What was played, as the host's function answers it. An answer of another function can only stand in a file that
/// somebody has changed, and counts as none.
pub(crate) trait Played: Sized {
    fn played(answer: Result<Answer, Unrecorded>) -> Self;
}

impl Played for Result<Vec<u8>, String> {
    fn played(answer: Result<Answer, Unrecorded>) -> Self {
        match answer {
            Ok(Answer::Bytes(bytes)) => Ok(bytes.0),
            Ok(Answer::Refused { message, .. }) => Err(message),
            _ => Err(Unrecorded::MESSAGE.to_owned()),
        }
    }
}

impl Played for Result<http::Response, http::Failure> {
    fn played(answer: Result<Answer, Unrecorded>) -> Self {
        match answer {
            Ok(Answer::Response { status, headers, body }) => {
                let header = |(name, value): (String, Bytes)| Header { name, value: value.0 };
                Ok(http::Response { status, headers: headers.into_iter().map(header).collect(), body: body.0 })
            }
            Ok(Answer::Failure { kind, message, request_sent }) => {
                Err(http::Failure { kind: failure_kind(&kind), message, request_sent })
            }
            _ => Err(http::Failure {
                kind: http::FailureKind::Other,
                message: Unrecorded::MESSAGE.to_owned(),
                request_sent: false,
            }),
        }
    }
}

fn failure_kind(name: &str) -> http::FailureKind {
    use http::FailureKind::{Connect, Denied, Interrupted, Other, Timeout, TooLarge};
    let kinds = [Denied, Connect, Timeout, Interrupted, TooLarge];
    kinds.into_iter().find(|kind| kind_of(*kind) == name).unwrap_or(Other)
}

impl Played for Result<Option<state::Entry>, state::Failure> {
    fn played(answer: Result<Answer, Unrecorded>) -> Self {
        match answer {
            Ok(Answer::Entry(found)) => {
                Ok(found.map(|entry| state::Entry { value: entry.value.0, version: entry.version }))
            }
            other => Err(state_failure(other)),
        }
    }
}

impl Played for Result<u64, state::Failure> {
    fn played(answer: Result<Answer, Unrecorded>) -> Self {
        match answer {
            Ok(Answer::Version(version)) => Ok(version),
            other => Err(state_failure(other)),
        }
    }
}

impl Played for Result<(), state::Failure> {
    fn played(answer: Result<Answer, Unrecorded>) -> Self {
        match answer {
            Ok(Answer::Done) => Ok(()),
            other => Err(state_failure(other)),
        }
    }
}

fn state_failure(answer: Result<Answer, Unrecorded>) -> state::Failure {
    let Ok(Answer::Refused { kind, message }) = answer else {
        return state::Failure::Unavailable(Unrecorded::MESSAGE.to_owned());
    };
    match kind.as_str() {
        "conflict" => state::Failure::Conflict,
        "denied" => state::Failure::Denied,
        "too-large" => state::Failure::TooLarge(message),
        _ => state::Failure::Unavailable(message),
    }
}
