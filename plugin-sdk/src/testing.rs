//! A host for tests, so that a plugin is tested natively, without WebAssembly; and recorded webhooks to test it with.

mod fixture;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

pub use fixture::{Fixture, Outcome, RecordedRequest, replay};
use serde::Serialize;

use crate::call::Context;
use crate::host::{Clock, Crypto, Hash};
use crate::http::{Failure, Header, Http, Request, Response};
use crate::state::{Entry, State, StateFailure, Write};
use crate::webhooks::InboundRequest;

/// The time of calls in tests: 2026-05-28 20:26:40 UTC.
pub const NOW_MS: u64 = 1_780_000_000_000;

/// Answers HTTP with what the test scripted, in order, and remembers what it was asked; keeps state
/// in memory; has a clock that stands still unless moved.
///
/// ```
/// use serde_json::json;
/// use signalbox_plugin_sdk::http::{Http, Request};
/// use signalbox_plugin_sdk::testing::MockHost;
///
/// let host = MockHost::new().json(200, &json!({"id": 7}));
/// let response = host.send(Request::get("https://api.example.com/7").secret("token")).unwrap();
/// assert_eq!(response.status, 200);
/// assert_eq!(host.requests()[0].secret.as_deref(), Some("token"));
/// ```
#[derive(Debug, Default)]
pub struct MockHost {
    answers: RefCell<VecDeque<Result<Response, Failure>>>,
    requests: RefCell<Vec<Request>>,
    entries: RefCell<BTreeMap<String, Kept>>,
    versions: Cell<u64>,
    elapsed_ms: Cell<u64>,
    randoms: Cell<u8>,
}

#[derive(Debug)]
struct Kept {
    entry: Entry,
    expires_at_ms: Option<u64>,
}

impl MockHost {
    /// Nothing scripted: any request panics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next unanswered request with a status and a JSON body.
    #[must_use]
    pub fn json(self, status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a test's answer is JSON");
        self.respond(Response { status, headers: Vec::new(), body })
    }

    /// Answers the next unanswered request with this response.
    #[must_use]
    pub fn respond(self, response: Response) -> Self {
        self.answers.borrow_mut().push_back(Ok(response));
        self
    }

    /// Fails the next unanswered request.
    #[must_use]
    pub fn fail(self, failure: Failure) -> Self {
        self.answers.borrow_mut().push_back(Err(failure));
        self
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }

    /// The JSON body of the only request.
    ///
    /// # Panics
    /// If there was not exactly one request, or its body is not JSON.
    pub fn sent_json(&self) -> serde_json::Value {
        let requests = self.requests.borrow();
        assert_eq!(requests.len(), 1, "exactly one request expected");
        let body = requests[0].body.as_deref().expect("a request with a body");
        serde_json::from_slice(body).expect("a JSON body")
    }

    /// Lets time pass.
    pub fn advance_ms(&self, ms: u64) {
        self.elapsed_ms.set(self.elapsed_ms.get() + ms);
    }
}

impl Http for MockHost {
    fn send(&self, request: Request) -> Result<Response, Failure> {
        let wanted = format!("{} {}", request.method, request.url);
        self.requests.borrow_mut().push(request);
        self.answers.borrow_mut().pop_front().unwrap_or_else(|| panic!("no answer is scripted for {wanted}"))
    }
}

impl State for MockHost {
    fn get(&self, key: &str) -> Result<Option<Entry>, StateFailure> {
        let now = self.now_ms();
        let mut entries = self.entries.borrow_mut();
        entries.retain(|_, kept| kept.expires_at_ms.is_none_or(|at| at > now));
        Ok(entries.get(key).map(|kept| kept.entry.clone()))
    }

    fn put(&self, key: &str, value: &[u8], write: Write) -> Result<u64, StateFailure> {
        let found = self.get(key)?.map_or(0, |entry| entry.version);
        if write.if_version.is_some_and(|wanted| wanted != found) {
            return Err(StateFailure::Conflict);
        }
        let version = self.versions.get() + 1;
        self.versions.set(version);
        let entry = Entry { value: value.to_vec(), version };
        let expires_at_ms = write.ttl_ms.map(|ttl| self.now_ms().saturating_add(ttl));
        self.entries.borrow_mut().insert(key.to_owned(), Kept { entry, expires_at_ms });
        Ok(version)
    }

    fn delete(&self, key: &str) -> Result<(), StateFailure> {
        self.entries.borrow_mut().remove(key);
        Ok(())
    }
}

impl Crypto for MockHost {
    /// Not the real one, for there is no secret here: a digest that tells hash, secret and data
    /// apart, of the right length.
    fn hmac(&self, hash: Hash, secret: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        let length = match hash {
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha512 => 64,
        };
        // FNV-1a, 64 bits.
        let seed = 0xcbf2_9ce4_8422_2325_u64;
        let digest = secret
            .bytes()
            .chain([0])
            .chain(data.iter().copied())
            .fold(seed, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(digest.to_be_bytes().into_iter().cycle().take(length).collect())
    }

    /// Counts: different at every call, the same in every run.
    fn random(&self, length: u32) -> Vec<u8> {
        (0..length.min(1024))
            .map(|_| {
                self.randoms.set(self.randoms.get().wrapping_add(1));
                self.randoms.get()
            })
            .collect()
    }
}

impl Clock for MockHost {
    fn now_ms(&self) -> u64 {
        NOW_MS + self.elapsed_ms.get()
    }
}

/// A context at a fixed time, with these settings.
pub fn context(settings: &impl Serialize) -> Context {
    Context {
        call_id: "call-1".to_owned(),
        attempt: 1,
        now_ms: NOW_MS,
        connection_id: "connection-1".to_owned(),
        settings: serde_json::to_string(settings).expect("a test's settings are JSON"),
    }
}

/// A POST of a JSON webhook.
pub fn webhook(body: impl Into<Vec<u8>>) -> InboundRequest {
    InboundRequest {
        method: "POST".to_owned(),
        path: "/hooks/test".to_owned(),
        query: String::new(),
        headers: vec![Header { name: "content-type".to_owned(), value: b"application/json".to_vec() }],
        body: body.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_versioned_and_expires() {
        let host = MockHost::new();
        let first = host.put("draft", b"1", Write::NEW.for_ms(1_000)).unwrap();
        assert_eq!(host.put("draft", b"2", Write::NEW), Err(StateFailure::Conflict));
        let second = host.put("draft", b"2", Write::over(first).for_ms(1_000)).unwrap();
        assert_ne!(first, second);
        host.advance_ms(999);
        assert_eq!(host.get("draft").unwrap().unwrap().value, b"2");
        host.advance_ms(1);
        assert_eq!(host.get("draft").unwrap(), None);
        host.put("draft", b"3", Write::NEW).unwrap();
        host.delete("draft").unwrap();
        assert_eq!(host.get("draft").unwrap(), None);
    }

    #[test]
    fn randomness_differs_from_call_to_call() {
        let host = MockHost::new();
        assert_ne!(host.random(8), host.random(8));
        assert_ne!(host.hmac(Hash::Sha256, "a", b"x"), host.hmac(Hash::Sha256, "b", b"x"));
    }
}
