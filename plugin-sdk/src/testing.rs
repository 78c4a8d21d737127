//! Test doubles, so that a plugin is tested natively, without a host.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde::Serialize;

use crate::http::{Failure, Header, Http, Request, Response};
use crate::plugin::{Context, InboundRequest};

/// Answers with what the test scripted, in order, and remembers what it was asked.
#[derive(Debug, Default)]
pub struct MockHttp {
    answers: RefCell<VecDeque<Result<Response, Failure>>>,
    requests: RefCell<Vec<Request>>,
}

impl MockHttp {
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
}

impl Http for MockHttp {
    fn send(&self, request: Request) -> Result<Response, Failure> {
        let wanted = format!("{} {}", request.method, request.url);
        self.requests.borrow_mut().push(request);
        self.answers.borrow_mut().pop_front().unwrap_or_else(|| panic!("no answer is scripted for {wanted}"))
    }
}

/// A context at a fixed time, with these settings.
pub fn context(settings: &impl Serialize) -> Context {
    Context {
        call_id: "call-1".to_owned(),
        attempt: 1,
        now_ms: 1_780_000_000_000,
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
