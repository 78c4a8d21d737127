//! `GET /readyz`

use crate::state::{Api, Check};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use store::{Database, migrations};

/// Whether the main job can run.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Whether all checks hold.
    ready: bool,
    /// What was looked at.
    checks: Vec<Check>,
}

/// Can the main job run?
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses((status = 200, description = "It can", body = Readiness),
              (status = 503, description = "Not now; `checks` says why", body = Readiness)))]
pub async fn readyz(State(api): State<Api>) -> Response {
    let mut checks = vec![database(&api.database).await];
    checks.extend(api.readiness.checks());
    let ready = checks.iter().all(|check| check.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(Readiness { ready, checks })).into_response()
}

async fn database(database: &Database) -> Check {
    let reason = match migrations::is_current(database.pool()).await {
        Ok(true) => None,
        Ok(false) => Some("the schema is older than this build: run `signalbox migrate`"),
        Err(store::Error::Unavailable(_)) => Some("the database cannot be reached"),
        Err(_) => Some("the schema cannot be read: run `signalbox migrate`"),
    };
    Check { name: "database".to_owned(), ready: reason.is_none(), reason: reason.map(str::to_owned) }
}
