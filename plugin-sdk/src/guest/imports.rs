//! The host's functions as the traits a plugin sees.

use super::bindings::host::signalbox::plugin::{clock, crypto, http, log as wit_log, state};
use crate::host::{Clock, Crypto, Hash};
use crate::http::{Failure, FailureKind, Http, Request, Response};
use crate::log::Level;
use crate::state::{Entry, State, StateFailure, Write};

/// The real host.
pub(super) struct WasmHost;

impl Http for WasmHost {
    fn send(&self, request: Request) -> Result<Response, Failure> {
        let answer = http::send(&http::Request {
            method: request.method,
            url: request.url,
            headers: request.headers.into_iter().map(Into::into).collect(),
            body: request.body,
            secret: request.secret,
            timeout_ms: request.timeout_ms,
        });
        match answer {
            Ok(response) => Ok(Response {
                status: response.status,
                headers: response.headers.into_iter().map(Into::into).collect(),
                body: response.body,
            }),
            Err(failure) => {
                Err(Failure { kind: failure.kind.into(), message: failure.message, request_sent: failure.request_sent })
            }
        }
    }
}

impl State for WasmHost {
    fn get(&self, key: &str) -> Result<Option<Entry>, StateFailure> {
        let entry = state::get(key)?;
        Ok(entry.map(|entry| Entry { value: entry.value, version: entry.version }))
    }

    fn put(&self, key: &str, value: &[u8], write: Write) -> Result<u64, StateFailure> {
        Ok(state::put(key, value, write.if_version, write.ttl_ms)?)
    }

    fn delete(&self, key: &str) -> Result<(), StateFailure> {
        Ok(state::delete(key)?)
    }
}

impl Crypto for WasmHost {
    fn hmac(&self, hash: Hash, secret: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        let hash = match hash {
            Hash::Sha1 => crypto::Hash::Sha1,
            Hash::Sha256 => crypto::Hash::Sha256,
            Hash::Sha512 => crypto::Hash::Sha512,
        };
        crypto::hmac(hash, secret, data)
    }

    fn random(&self, length: u32) -> Vec<u8> {
        crypto::random(length)
    }
}

impl Clock for WasmHost {
    fn now_ms(&self) -> u64 {
        clock::now_ms()
    }
}

pub(crate) fn log(level: Level, message: &str) {
    let level = match level {
        Level::Debug => wit_log::Level::Debug,
        Level::Info => wit_log::Level::Info,
        Level::Warn => wit_log::Level::Warn,
        Level::Error => wit_log::Level::Error,
    };
    wit_log::log(level, message);
}

impl From<state::Failure> for StateFailure {
    fn from(failure: state::Failure) -> Self {
        match failure {
            state::Failure::Conflict => Self::Conflict,
            state::Failure::TooLarge(why) => Self::TooLarge(why),
            state::Failure::Denied => Self::Denied,
            state::Failure::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl From<http::FailureKind> for FailureKind {
    fn from(kind: http::FailureKind) -> Self {
        match kind {
            http::FailureKind::Denied => Self::Denied,
            http::FailureKind::Connect => Self::Connect,
            http::FailureKind::Timeout => Self::Timeout,
            http::FailureKind::Interrupted => Self::Interrupted,
            http::FailureKind::TooLarge => Self::TooLarge,
            http::FailureKind::Other => Self::Other,
        }
    }
}
