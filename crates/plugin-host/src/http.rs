//! The `http` import: a plugin's way to its provider, through egress.
//!
//! What the manifest allows is made into an egress policy for each call, a secret is put in on the
//! way out, and everything that comes back is redacted before the guest sees it. Redirects are
//! answers like any other: following one would carry a secret to where it is not bound.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderName, HeaderValue, Method};
use egress::{Egress, Policy, Rule};
use manifest::Manifest;
use serde_json::Value;
use tokio::time::Instant;

use crate::bindings::signalbox::plugin::http::{Failure, FailureKind, Host, Request, Response};
use crate::bindings::signalbox::plugin::types::Header;
use crate::call::{CallContext, CallSecrets};
use crate::call_state::CallState;
use crate::config::Limits;
use crate::inject::inject;
use crate::record::RequestRecord;
use crate::redact::Redactor;
use crate::tape::{self, Answer, Asked, Played};

/// What is kept of a request's method and host, at most, in characters.
const METHOD: usize = 16;
const HOST: usize = 253;
/// What stands in the place of the answer to a request that was under way when the call was cut.
const UNDER_WAY: &str = "cut";

/// What one call may do over HTTP.
pub(crate) struct HttpAccess {
    egress: Egress,
    policy: Policy,
    manifest: Arc<Manifest>,
    settings: Value,
    secrets: CallSecrets,
    redactor: Arc<Redactor>,
    max_response: usize,
    requests_left: u32,
    /// When a request must be over, so that the guest has time left to make sense of it.
    deadline: Instant,
    may_have_sent: bool,
    /// Every request, as accounts of calls have it.
    requests: Vec<RequestRecord>,
}

impl HttpAccess {
    pub fn new(
        egress: Egress,
        manifest: Arc<Manifest>,
        ctx: &CallContext,
        redactor: Arc<Redactor>,
        limits: &Limits,
    ) -> Self {
        let reserve = (limits.wall / 10).min(Duration::from_secs(1));
        Self {
            policy: policy(&manifest, &ctx.settings),
            egress,
            manifest,
            settings: ctx.settings.clone(),
            secrets: ctx.secrets.clone(),
            redactor,
            max_response: limits.response,
            requests_left: limits.http_requests,
            deadline: Instant::now() + limits.wall - reserve,
            may_have_sent: false,
            requests: Vec::new(),
        }
    }

    /// Every request of this call.
    pub fn take_requests(&mut self) -> Vec<RequestRecord> {
        std::mem::take(&mut self.requests)
    }

    /// Notes a request whose answer is not known yet.
    fn begin_record(&mut self, request: &Request) {
        if self.requests_left == 0 {
            return;
        }
        let url = url::Url::parse(&request.url).ok();
        let host: String = url.iter().filter_map(url::Url::host_str).flat_map(str::chars).take(HOST).collect();
        let method: String = request.method.chars().take(METHOD).collect();
        self.requests.push(RequestRecord {
            method: self.redactor.text(&method).into_owned(),
            host: self.redactor.text(&host).into_owned(),
            answer: Err(UNDER_WAY),
        });
    }

    fn end_record(&mut self, answer: &Result<Response, Failure>) {
        if let Some(record) = self.requests.last_mut().filter(|record| record.answer == Err(UNDER_WAY)) {
            record.answer = answer.as_ref().map(|it| it.status).map_err(|failure| tape::kind_of(failure.kind));
        }
    }

    /// Whether any request of this call may have reached a provider.
    pub fn may_have_sent(&self) -> bool {
        self.may_have_sent
    }

    async fn send(&mut self, request: Request) -> Result<Response, Failure> {
        let Some(left) = self.requests_left.checked_sub(1) else {
            return Err(unsent(FailureKind::Denied, "too many requests in one call"));
        };
        self.requests_left = left;
        let time_left = self.deadline.saturating_duration_since(Instant::now());
        if time_left.is_zero() {
            return Err(unsent(FailureKind::Timeout, "no time is left for this call"));
        }
        let request =
            self.prepare(request, time_left).map_err(|why| unsent(FailureKind::Denied, &self.redactor.text(&why)))?;

        // If this call is cut while the request is under way, nobody knows.
        let sent_before = std::mem::replace(&mut self.may_have_sent, true);
        match self.egress.send(request, &self.policy).await {
            Ok(response) => Ok(self.receive(response)),
            Err(failure) => {
                self.may_have_sent = sent_before || failure.request_sent;
                Err(Failure {
                    kind: failure.kind.into(),
                    message: self.redactor.text(&failure.message).into_owned(),
                    request_sent: failure.request_sent,
                })
            }
        }
    }

    fn prepare(&self, request: Request, time_left: Duration) -> Result<egress::Request, String> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| "not an HTTP method".to_owned())?;
        let mut prepared = egress::Request::new(method, request.url);
        for header in request.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| "not a header name".to_owned())?;
            let value = HeaderValue::from_bytes(&header.value)
                .map_err(|_| format!("the header `{name}` cannot hold this value"))?;
            prepared.headers.append(name, value);
        }
        prepared.body = request.body.unwrap_or_default().into();
        let asked = request.timeout_ms.map_or(Duration::MAX, |ms| Duration::from_millis(ms.into()));
        prepared.timeout = Some(asked.min(time_left));
        prepared.max_response = Some(self.max_response);
        if let Some(name) = request.secret {
            inject(&mut prepared, &name, &self.manifest, &self.settings, &self.secrets)?;
        }
        Ok(prepared)
    }

    fn receive(&self, response: egress::Response) -> Response {
        let headers = response
            .headers
            .iter()
            .map(|(name, value)| Header {
                name: self.redactor.name(name.as_str()),
                value: self.redactor.bytes(value.as_bytes().to_vec()),
            })
            .collect();
        Response { status: response.status.as_u16(), headers, body: self.redactor.bytes(response.body.into()) }
    }
}

impl Host for CallState {
    async fn send(&mut self, request: Request) -> Result<Response, Failure> {
        self.host_calls += 1;
        let asked = self.tape.asked(|| Asked::send(&request));
        if let Some(played) = self.tape.play(asked.as_ref()) {
            return Played::played(played);
        }
        let answer = self.fetch(request).await;
        self.tape.note(asked, || Answer::of_send(&answer));
        answer
    }
}

impl CallState {
    async fn fetch(&mut self, request: Request) -> Result<Response, Failure> {
        let Some(http) = &mut self.http else {
            return Err(unsent(FailureKind::Denied, "this function has no network"));
        };
        http.begin_record(&request);
        let (answer, has_waited) = {
            let mut sending = pin!(http.send(request));
            let mut has_waited = false;
            let answer = poll_fn(|context| {
                let polled = sending.as_mut().poll(context);
                has_waited |= polled.is_pending();
                polled
            })
            .await;
            (answer, has_waited)
        };
        http.end_record(&answer);
        // What is refused at once is no waiting: a guest that asks and asks pays for it.
        if has_waited {
            self.cpu.forgive_one_tick();
        }
        answer
    }
}

/// What the manifest allows with these settings. A rule whose label cannot be filled allows
/// nothing.
fn policy(manifest: &Manifest, settings: &Value) -> Policy {
    Policy::new(manifest.egress.iter().filter_map(|rule| {
        let host = rule.host.resolve(settings).ok()?;
        let methods = rule.methods.iter().filter_map(|method| Method::from_bytes(method.as_str().as_bytes()).ok());
        Rule::new(&host, methods).ok()
    }))
}

fn unsent(kind: FailureKind, message: &str) -> Failure {
    Failure { kind, message: message.to_owned(), request_sent: false }
}

impl From<egress::FailureKind> for FailureKind {
    fn from(kind: egress::FailureKind) -> Self {
        match kind {
            egress::FailureKind::Denied => Self::Denied,
            egress::FailureKind::Connect => Self::Connect,
            egress::FailureKind::Timeout => Self::Timeout,
            egress::FailureKind::Interrupted => Self::Interrupted,
            egress::FailureKind::TooLarge => Self::TooLarge,
            egress::FailureKind::Other => Self::Other,
        }
    }
}
