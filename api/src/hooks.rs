//! `GET|POST /hooks/{endpoint_key}`: what providers send.
//!
//! The endpoint's recipe answers handshakes, checks the signature over the raw bytes, and says whose the request is.
//! Only when it is durable, with the jobs that process it, the provider is told that it was taken in. Nothing here
//! runs plugin code, and nothing is parsed for its meaning.

mod directory;
mod headers;
mod intake;
mod writer;

use crate::{
    problem::{Code, Problem},
    state::Api,
    trace::Trace,
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
};
use directory::{Directory, Known};
use domain::job::Lane;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::LengthLimitError;
use intake::Intake;
use manifest::{Denied, Reply};
use queue::Queue;
use std::{error::Error, sync::Arc, time::Duration};
use store::{Database, ingest};
use vault::Keyring;
use writer::{WriteError, Writer};

/// What ingest keeps between requests.
pub struct Ingest {
    directory: Directory,
    writer: Writer,
}

impl Ingest {
    /// Starts the writers.
    pub fn start(database: Database, queue: Queue, keyring: Arc<Keyring>) -> Self {
        let wake = move || queue.wake(Lane::Live);
        Self { writer: Writer::start(database.pool(), wake), directory: Directory::new(database, keyring) }
    }
}

/// What became of a request, for the metrics.
#[derive(Clone, Copy)]
enum Fate {
    Handshake,
    Stored,
    Duplicate,
    Unrouted,
    Refused,
    Unreadable,
}

impl Fate {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Stored => "stored",
            Self::Duplicate => "duplicate",
            Self::Unrouted => "unrouted",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Takes in one request of a provider.
pub async fn receive(
    State(api): State<Api>,
    Path(key): Path<String>,
    trace: Trace,
    request: Request,
) -> Result<Response, Problem> {
    let known = api.ingest.directory.find(&api.manifests, &key).await?.ok_or(Code::NotFound)?;
    let recipe = known.recipe().ok_or(Code::NotFound)?;
    let (parts, body) = request.into_parts();
    let body = read(&parts.headers, body, api.http.body_limit_bytes).await?;
    let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
    let public_url = format!("{}{address}", api.base_url);
    let webhook = manifest::Request::new(parts.method.as_str(), &public_url, &parts.headers, &body);
    let now = api.now();
    if let Some(reply) = recipe.handshake(&webhook, known.as_ref(), now) {
        count(&known, Fate::Handshake);
        return send(reply);
    }
    if let Err(denied) = recipe.verify(&webhook, known.as_ref(), now) {
        return Err(refuse(&known, &denied));
    }
    let intake = Intake {
        api: &api,
        known: &known,
        recipe,
        webhook: &webhook,
        parts: &parts,
        body: &body,
        trace: &trace,
        received_at: now,
    };
    let fate = match take_in(&intake).await {
        // The connection was deleted since it was looked up: look again, once.
        Err(Failure::Write(WriteError::Refused)) => {
            api.ingest.directory.forget(&key);
            let known = api.ingest.directory.find(&api.manifests, &key).await?.ok_or(Code::NotFound)?;
            take_in(&Intake { known: &known, ..intake }).await
        }
        result => result,
    };
    match fate {
        Ok(fate) => {
            count(&known, fate);
            send(recipe.ack.reply())
        }
        Err(Failure::Unreadable(reason)) => {
            count(&known, Fate::Unreadable);
            Err(Problem::new(Code::UnreadableWebhook).detail(reason))
        }
        Err(Failure::Write(error)) => Err(error.into()),
        Err(Failure::Problem(problem)) => Err(problem),
    }
}

/// The body, up to the limit; a body that says it is larger is not read at all.
async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(Code::TooLarge.into());
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let too_large = error.source().is_some_and(<dyn Error>::is::<LengthLimitError>);
        if too_large { Code::TooLarge.into() } else { Code::BadRequest.into() }
    })
}

/// Why a verified request was not taken in.
enum Failure {
    /// Nobody vouches for a body that cannot be read.
    Unreadable(String),
    Write(WriteError),
    Problem(Problem),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Problem(error.into())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// Stores a verified request, for its connections and for whoever will claim the rest of it.
async fn take_in(intake: &Intake<'_>) -> Result<Fate, Failure> {
    let sorted = intake.sort().await?;
    let mut fate = Fate::Unrouted;
    if !sorted.deliveries.is_empty() {
        let stored = intake.api.ingest.writer.store(sorted.deliveries).await?;
        fate = if stored.contains(&true) { Fate::Stored } else { Fate::Duplicate };
    }
    for unrouted in &sorted.unrouted {
        ingest::keep_unrouted(intake.api.database.pool(), unrouted).await?;
        intake.adopt_if_claimed_meanwhile(unrouted).await?;
    }
    Ok(fate)
}

fn refuse(known: &Known, denied: &Denied) -> Problem {
    tracing::info!(endpoint = %known.id, plugin = known.plugin_id(), reason = %denied, "webhook refused");
    count(known, Fate::Refused);
    Code::BadSignature.into()
}

fn send(reply: Reply) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(reply.status).map_err(Problem::internal)?;
    let mut response = (status, Bytes::from(reply.body)).into_response();
    match reply.content_type {
        Some(content_type) => {
            let content_type = HeaderValue::from_str(&content_type).map_err(Problem::internal)?;
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        None => drop(response.headers_mut().remove(header::CONTENT_TYPE)),
    }
    Ok(response)
}

fn count(known: &Known, fate: Fate) {
    let plugin = known.plugin_id().to_owned();
    metrics::counter!("signalbox_webhooks_total", "plugin" => plugin, "fate" => fate.as_str()).increment(1);
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        let code = match error {
            WriteError::Overloaded => Code::Overloaded,
            WriteError::Unavailable => Code::Unavailable,
            WriteError::Refused | WriteError::Failed => return Self::new(Code::Internal),
        };
        Self::new(code).retry_after(Duration::from_secs(1))
    }
}
