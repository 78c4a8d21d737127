//! How a separate worker is: for whoever watches it, as it serves nothing else.

use crate::{roles::WorkersReady, stop::Stop};
use anyhow::Context as _;
use api::Readiness as _;
use axum::{Router, http::StatusCode, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::SocketAddr, sync::Arc};
use store::Database;
use tokio::net::TcpListener;

/// Listens, and answers until it is time to stop.
pub async fn serve(
    bind: SocketAddr,
    database: Database,
    ready: Arc<WorkersReady>,
    metrics: PrometheusHandle,
    stop: Stop,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(bind).await.with_context(|| format!("cannot listen on {bind} (worker.bind)"))?;
    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async move || readiness(&database, &ready).await))
        .route("/metrics", get(async move || metrics.render()));
    tokio::spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.asked().await }).await;
        if let Err(error) = served {
            tracing::error!(%error, "the worker's status is not served any more");
        }
    });
    Ok(())
}

/// Whether jobs can be run: 200, or 503 with what is missing.
async fn readiness(database: &Database, ready: &WorkersReady) -> (StatusCode, String) {
    if database.ping().await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached".to_owned());
    }
    match ready.checks().into_iter().find(|check| !check.ready) {
        Some(check) => (StatusCode::SERVICE_UNAVAILABLE, check.reason.unwrap_or(check.name)),
        None => (StatusCode::OK, "ready".to_owned()),
    }
}
