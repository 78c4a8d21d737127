//! A request that creates something, and its `Idempotency-Key`: repeated, it gets the first answer.
//!
//! The answer is kept by the transaction that has the effect, so whatever dies in between, there is either both or
//! neither. See `store::idempotency` for what happens to the second of two at the same time.

use super::body;
use crate::problem::{Code, Problem};
use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::UserId;
use http::{HeaderMap, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::time::Duration;
use store::idempotency::{self, Claim};

/// A request body, with the key under which its answer is kept.
pub struct Creation<T> {
    /// What is to be created.
    pub body: T,
    key: Option<String>,
    hash: [u8; 32],
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Creation<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        body::require_json(request.headers())?;
        let key = key(request.headers())?;
        let mut hash = Sha256::new();
        hash.update(request.method().as_str());
        hash.update([0]);
        hash.update(request.uri().path());
        hash.update([0]);
        let bytes = body::read(request, state).await?;
        hash.update(&bytes);
        Ok(Self { body: body::parse(&bytes)?, key, hash: hash.finalize().into() })
    }
}

impl<T> Creation<T> {
    /// The answer that an earlier request with this key got. To be called first in the transaction.
    pub async fn earlier_answer(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<Response>, Problem> {
        let Some(key) = &self.key else { return Ok(None) };
        match idempotency::claim(conn, user, key, &self.hash, now).await? {
            Claim::Mine => Ok(None),
            Claim::InProgress => Err(Problem::new(Code::InProgress).retry_after(Duration::from_secs(1))),
            Claim::OtherRequest => Err(Code::KeyReused.into()),
            Claim::Answered { status, body } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                let mut response = (status, axum::Json(body)).into_response();
                response.headers_mut().insert("idempotent-replay", http::HeaderValue::from_static("true"));
                Ok(Some(response))
            }
        }
    }

    /// Keeps the answer and gives it. To be called last in the transaction, before its commit.
    pub async fn answer(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        now: DateTime<Utc>,
        status: StatusCode,
        body: &impl Serialize,
    ) -> Result<Response, Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        self.keep(conn, user, now, status, &body).await?;
        Ok((status, axum::Json(body)).into_response())
    }

    /// Keeps an answer that differs from what is sent now, because that holds a secret.
    pub async fn keep(
        &self,
        conn: &mut PgConnection,
        user: UserId,
        now: DateTime<Utc>,
        status: StatusCode,
        body: &Value,
    ) -> Result<(), Problem> {
        let Some(key) = &self.key else { return Ok(()) };
        idempotency::record(conn, user, key, &self.hash, status.as_u16(), body, now).await?;
        Ok(())
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::HeaderName::from_static("idempotency-key")) else { return Ok(None) };
    match value.to_str() {
        // The draft standard writes the key as a quoted string; most clients send it bare.
        Ok(text) => {
            let text = text.trim().trim_matches('"');
            let fits = (1..=255).contains(&text.len());
            fits.then(|| Some(text.to_owned()))
        }
        Err(_) => None,
    }
    .ok_or_else(|| Problem::new(Code::BadRequest).detail("Idempotency-Key must have 1 to 255 visible characters."))
}
