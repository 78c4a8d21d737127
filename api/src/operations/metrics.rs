//! `GET /metrics`

use crate::{
    problem::{Code, Problem},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::job::Lane;
use http::header;

/// The text format of Prometheus.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "All metrics", content_type = "text/plain", body = String)))]
pub async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let handle = api.metrics.as_ref().ok_or(Code::NotFound)?;
    // The queue is the database's: its figures are read when somebody looks, and left as they were if it is away.
    if let Ok(lanes) = api.queue.stats().await {
        for stats in lanes {
            set("signalbox_queue_ready_jobs", stats.lane, stats.ready);
            set("signalbox_queue_delayed_jobs", stats.lane, stats.delayed);
            set("signalbox_queue_running_jobs", stats.lane, stats.running);
            set("signalbox_queue_dead_letters", stats.lane, stats.dead_letters);
            let gauge = metrics::gauge!("signalbox_queue_oldest_job_seconds", "lane" => stats.lane.as_str());
            gauge.set(stats.oldest_seconds);
        }
    }
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], handle.render()).into_response())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
fn set(name: &'static str, lane: Lane, count: i64) {
    metrics::gauge!(name, "lane" => lane.as_str()).set(count as f64);
}
