//! `POST /api/v1/connections/{id}/test` and the results of tests
//!
//! A plugin runs in a worker, so a test is a job; whoever asks waits for its result, for a while.

use super::required;
use crate::{
    auth::{Caller, Record},
    live::{self, Wait},
    problem::{Code, Problem},
    request::{Path, Query},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, jobs::CheckConnection, role::Permission};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use store::connections::checks::{self, Check};
use uuid::Uuid;

/// A test of a connection.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConnectionCheck {
    /// Which.
    id: Uuid,
    /// Whether the answer is there.
    done: bool,
    /// When somebody asked for it.
    requested_at: DateTime<Utc>,
    /// When the answer came.
    completed_at: Option<DateTime<Utc>>,
    /// The answer: `ok`, the `account` at the provider, and the single `checks`.
    #[schema(schema_with = crate::openapi::check_report_or_null)]
    report: Option<Value>,
}

impl ConnectionCheck {
    fn of(id: Uuid, check: Check) -> Self {
        Self {
            id,
            done: check.completed_at.is_some(),
            requested_at: check.requested_at,
            completed_at: check.completed_at,
            report: check.report,
        }
    }
}

/// Test a connection
///
/// Asks the provider whether the connection's settings and secrets are good.
#[utoipa::path(post, path = "/api/v1/connections/{id}/test", tag = "connections",
    params(("id" = uuid::Uuid, Path), Wait),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The answer", body = ConnectionCheck),
              (status = 202, description = "Not yet; Location says where to look", body = ConnectionCheck),
              (status = 404, description = "`not_found`")))]
pub async fn test(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(wait): Query<Wait>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    required(change.conn(), id).await?;
    let (check_id, now) = (Uuid::now_v7(), change.now());
    checks::request(change.conn(), check_id, id, now).await?;
    change.enqueue(&CheckConnection { tenant_id: caller.tenant, connection_id: id }).await?;
    change.commit(Record::new("connection.tested").of(id)).await?;
    let check = live::answer(
        wait.patience(),
        |check: &Check| check.completed_at.is_some(),
        || async {
            let mut tx = api.database.begin(caller.tenant).await?;
            Ok(checks::load(&mut tx, id, check_id).await?.ok_or(Code::NotFound)?)
        },
    )
    .await?;
    let check = ConnectionCheck::of(check_id, check);
    if check.done {
        return Ok(axum::Json(check).into_response());
    }
    let location = [(header::LOCATION, format!("/api/v1/connections/{id}/checks/{check_id}"))];
    Ok((StatusCode::ACCEPTED, location, axum::Json(check)).into_response())
}

/// Read the result of a test
#[utoipa::path(get, path = "/api/v1/connections/{id}/checks/{check_id}", tag = "connections",
    params(("id" = uuid::Uuid, Path), ("check_id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The test, answered or not", body = ConnectionCheck),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    caller: Caller,
    Path((id, check_id)): Path<(ConnectionId, Uuid)>,
) -> Result<axum::Json<ConnectionCheck>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let check = checks::load(&mut tx, id, check_id).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(ConnectionCheck::of(check_id, check)))
}
