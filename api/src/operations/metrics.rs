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
use queue::{LaneStats, Queue, jobs};
use std::collections::BTreeMap;

/// The text format of Prometheus.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why jobs are held back. Each is always shown, so that an alert sees it come and go.
const REASONS: [&str; 4] = ["paused", "locked", "needs_reauth", "breaker"];

/// Metrics for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "All metrics", content_type = "text/plain", body = String)))]
pub async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let handle = api.metrics.as_ref().ok_or(Code::NotFound)?;
    // The queue is the database's: its figures are read when somebody looks, and left as they were if it is away.
    if let Err(error) = read(&api.queue).await {
        tracing::warn!(%error, "the figures of the queue could not be read; the last ones are shown");
    }
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], handle.render()).into_response())
}

async fn read(queue: &Queue) -> Result<(), sqlx::Error> {
    for lane in queue.stats().await? {
        show_lane(&lane);
    }
    show_holds(queue).await?;
    show_workers(queue).await
}

fn show_lane(stats: &LaneStats) {
    let (lane, figures) = (stats.lane.as_str(), stats.figures);
    for state in jobs::State::ALL {
        let count = match state {
            jobs::State::Ready => figures.ready,
            jobs::State::Delayed => figures.delayed,
            jobs::State::Parked => figures.parked,
            jobs::State::Held => figures.held,
            jobs::State::Running => figures.running,
        };
        metrics::gauge!("signalbox_queue_jobs", "lane" => lane, "state" => state.as_str()).set(float(count));
    }
    metrics::gauge!("signalbox_queue_dead_letters", "lane" => lane).set(float(figures.dead_letters));
    metrics::gauge!("signalbox_queue_oldest_job_seconds", "lane" => lane).set(figures.oldest_seconds);
}

async fn show_holds(queue: &Queue) -> Result<(), sqlx::Error> {
    let holds = queue.holds().await?;
    for reason in REASONS {
        let count = holds.iter().filter(|hold| hold.reason == reason).count();
        metrics::gauge!("signalbox_queue_holds", "reason" => reason).set(float(count.try_into().unwrap_or(i64::MAX)));
    }
    Ok(())
}

async fn show_workers(queue: &Queue) -> Result<(), sqlx::Error> {
    let workers: Vec<_> = queue.workers().await?.into_iter().filter(|worker| worker.alive).collect();
    metrics::gauge!("signalbox_queue_workers").set(float(workers.len().try_into().unwrap_or(i64::MAX)));
    let mut places: BTreeMap<&str, usize> = Lane::ALL.iter().map(|lane| (lane.as_str(), 0)).collect();
    for (lane, count) in workers.iter().flat_map(|worker| &worker.lanes) {
        if let Some(places) = places.get_mut(lane.as_str()) {
            *places += count;
        }
    }
    for lane in Lane::ALL {
        let count = places[lane.as_str()].try_into().unwrap_or(i64::MAX);
        metrics::gauge!("signalbox_queue_places", "lane" => lane.as_str()).set(float(count));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts stay far below 2^52")]
fn float(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use queue::Figures;

    #[test]
    fn a_lane_is_shown_by_state() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let figures =
            Figures { ready: 1, delayed: 2, parked: 3, held: 4, running: 5, dead_letters: 6, oldest_seconds: 7.5 };
        let stats = LaneStats { lane: Lane::Live, figures };
        metrics::with_local_recorder(&recorder, || show_lane(&stats));
        let rendered = recorder.handle().render();
        for line in [
            r#"signalbox_queue_jobs{lane="live",state="ready"} 1"#,
            r#"signalbox_queue_jobs{lane="live",state="delayed"} 2"#,
            r#"signalbox_queue_jobs{lane="live",state="parked"} 3"#,
            r#"signalbox_queue_jobs{lane="live",state="held"} 4"#,
            r#"signalbox_queue_jobs{lane="live",state="running"} 5"#,
            r#"signalbox_queue_dead_letters{lane="live"} 6"#,
            r#"signalbox_queue_oldest_job_seconds{lane="live"} 7.5"#,
        ] {
            assert!(rendered.lines().any(|shown| shown == line), "{line} is missing in {rendered}");
        }
    }
}
