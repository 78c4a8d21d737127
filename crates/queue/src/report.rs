//! What the logs and the metrics are told. Never the arguments of a job.

use crate::{
    Outcome,
    claim::{Claimed, JobRun},
};
use domain::job::Lane;
use std::time::Duration;

/// An attempt begins, whose job had waited so long.
pub(crate) fn started(lane: Lane, job: &Claimed, wait: Option<Duration>) {
    if let Some(wait) = wait {
        metrics::histogram!("signalbox_queue_wait_seconds", "lane" => lane.as_str(), "kind" => job.kind.clone())
            .record(wait.as_secs_f64());
    }
}

/// An attempt has ended.
pub(crate) fn ended(lane: Lane, kind: &str, run: JobRun, attempt: u32, outcome: &Outcome, time: Duration) {
    metrics::counter!("signalbox_queue_attempts_total",
        "lane" => lane.as_str(), "kind" => kind.to_owned(), "outcome" => outcome.as_str())
    .increment(1);
    metrics::histogram!("signalbox_queue_run_seconds", "lane" => lane.as_str(), "kind" => kind.to_owned())
        .record(time.as_secs_f64());

    let (job, tenant, outcome_name) = (run.id, run.tenant, outcome.as_str());
    let error = outcome.error().unwrap_or_default();
    match outcome {
        Outcome::Dead { .. } => {
            tracing::error!(%job, %tenant, kind, attempt, error, "a job was given up and is a dead letter");
        }
        Outcome::Retry { run_at, .. } => {
            tracing::warn!(%job, %tenant, kind, attempt, error, %run_at, "an attempt failed and is retried");
        }
        _ => tracing::debug!(%job, %tenant, kind, attempt, outcome = outcome_name, ?time, "an attempt ended"),
    }
}

/// A run has lost its lease: its job runs elsewhere, and what it does counts no more.
pub(crate) fn lease_lost(run: JobRun) {
    metrics::counter!("signalbox_queue_leases_lost_total").increment(1);
    tracing::warn!(job = %run.id, tenant = %run.tenant, run_token = %run.token,
        "a run has lost its lease; its job belongs to another run");
}

/// Jobs of dead workers were made ready again.
pub(crate) fn rescued(lane: &str, jobs: i64) {
    metrics::counter!("signalbox_queue_rescued_total", "lane" => lane.to_owned()).increment(jobs.unsigned_abs());
    tracing::warn!(lane, jobs, "jobs whose worker died are ready again");
}
